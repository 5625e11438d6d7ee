"""What the broker started and for whom, on disk before it starts: so a crash of it leaves nothing behind."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from isolation.broker.meeting import Client, Steps
from isolation.contract import RuntimeFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    name: str
    kind: str
    client: Client
    folders: tuple[Steps, ...]
    """Taken from the client below the meeting root."""
    device: str = ""
    """Id of the GPU that no other jail gets; empty for none."""


class Ledger:
    """A file for each jail, in a folder that only we can enter."""

    def __init__(self, folder: Path) -> None:
        """Raises RuntimeFault."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.lstat().st_uid != os.geteuid() or folder.is_symlink():
                raise RuntimeFault(f"{folder} belongs to somebody else. Remove it.")
            folder.chmod(0o700)
            self._folder = folder
            self._entries = {entry.name: entry for entry in map(_read, folder.glob("*.json"))}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RuntimeFault(f"The broker's records in {folder} cannot be read: {error}") from error
        self._lock = threading.Lock()

    def all(self) -> list[Entry]:
        with self._lock:
            return list(self._entries.values())

    def get(self, name: str) -> Entry | None:
        with self._lock:
            return self._entries.get(name)

    def enter(self, entry: Entry) -> None:
        with self._lock:
            fresh = self._folder / f"{entry.name}.new"
            fresh.write_text(json.dumps(asdict(entry)))
            fresh.replace(self._folder / f"{entry.name}.json")
            self._entries[entry.name] = entry

    def leave(self, name: str) -> None:
        """Forget a jail. One that is not there is fine."""
        with self._lock:
            self._entries.pop(name, None)
            with contextlib.suppress(FileNotFoundError):
                (self._folder / f"{name}.json").unlink()


def _read(path: Path) -> Entry:
    found = json.loads(path.read_text())
    folders = tuple(tuple(str(step) for step in steps) for steps in found["folders"])
    return Entry(
        name=found["name"],
        kind=found["kind"],
        client=Client(**found["client"]),
        folders=folders,
        device=found.get("device", ""),
    )
