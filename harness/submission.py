"""Read a submission from disk for the command line: bounded, regular files only, UTF-8 or refused."""

from __future__ import annotations

from pathlib import Path

from harness.runner.snapshot import MAX_BYTES, BadSnapshot


def read(path: Path, entry: str) -> dict[str, str]:
    """A file becomes the entry, whatever its name; of a folder, the ``.py`` files at its top are taken.

    Raises:
        BadSnapshot: there is nothing to read there, or it is not text.
    """
    if path.is_dir():
        files = {found.name: _text(found) for found in sorted(path.glob("*.py")) if found.is_file()}
        if not files:
            raise BadSnapshot(f"There is no .py file in {path}.")
        return files
    return {entry: _text(path)}


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadSnapshot(f"{path} cannot be read: {error.strerror}.") from None
    if len(data) > MAX_BYTES:
        raise BadSnapshot(f"{path} is larger than {MAX_BYTES} bytes.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise BadSnapshot(f"{path} is not UTF-8 text; save it as UTF-8.") from None
