"""Records of judgements, as the judge wrote them: files beside the database, by the hash in their scorecard.

They hold hidden prompts. Nothing here reads them; `probe verify` does.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from sandbox.store.database import StorageFault

MAX_BYTES = 32 << 20


class Records:
    def __init__(self, data: Path) -> None:
        """``data``: the data folder."""
        self._folder = data / "records"

    def keep(self, sha256: str, written: Path) -> None:
        """Take a copy of a record. Raises StorageFault."""
        kept = self._path(sha256)
        partial = kept.with_suffix(".partial")
        try:
            if written.stat().st_size > MAX_BYTES:
                raise StorageFault(f"The record of a judgement is larger than {MAX_BYTES} bytes.")
            self._folder.mkdir(mode=0o700, exist_ok=True)
            shutil.copyfile(written, partial)
            partial.replace(kept)
        except OSError as error:
            raise StorageFault(f"The record of a judgement cannot be kept: {error.strerror}.") from error

    def find(self, sha256: str) -> Path | None:
        """The file of a record; None when none was kept."""
        kept = self._path(sha256)
        return kept if kept.is_file() else None

    def forget(self, sha256: str) -> None:
        """Delete a record; none is fine. Raises StorageFault."""
        try:
            self._path(sha256).unlink(missing_ok=True)
        except OSError as error:
            raise StorageFault(f"The record of a judgement cannot be deleted: {error.strerror}.") from error

    def _path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.jsonl.gz"
