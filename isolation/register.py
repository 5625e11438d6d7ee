"""Which embedded jails exist, written down so that a crash of their starter loses none.

One folder for each jail, under a state folder that only this user can enter. What is in it is enough to
find the jail's process again and to be sure that it is the same one.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from isolation.contract import RuntimeFault

NAME = re.compile(r"[a-z0-9-]{1,40}")
FIRST_UID = 210_000
UIDS = 20_000
_RECORD = "record.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    uid: int
    pid: int
    """Of bubblewrap; 0 before it is started."""
    started: int
    """Its start time in clock ticks since boot: a pid alone may be another process by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    root: Path

    @classmethod
    def open(cls, root: Path | None = None) -> Register:
        """The register of this user on this host. Raises RuntimeFault when somebody else owns the folder."""
        root = root or Path(tempfile.gettempdir()) / f"probe-jails-{os.getuid()}"
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = root.lstat()
        if status.st_uid != os.getuid() or root.is_symlink():
            raise RuntimeFault(f"{root} belongs to somebody else. Remove it.")
        root.chmod(0o700)
        return cls(root=root)

    def folder(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise RuntimeFault(f"{name!r} is no name for a jail: a-z, 0-9 and -, at most 40.")
        return self.root / name

    def names(self) -> list[str]:
        return sorted(path.name for path in self.root.iterdir() if (path / _RECORD).exists())

    def enter(self, name: str) -> Record:
        """Write down a jail that is about to start, with a uid that no other has. Raises RuntimeFault."""
        folder = self.folder(name)
        with self._locked():
            taken = {record.uid for record in map(self.read, self.names()) if record}
            uid = next(uid for uid in range(FIRST_UID, FIRST_UID + UIDS) if uid not in taken)
            record = Record(uid=uid, pid=0, started=0)
            try:
                folder.mkdir(mode=0o700)
            except FileExistsError:
                raise RuntimeFault(f"A jail named {name} exists already.") from None
            self.write(name, record)
        return record

    def write(self, name: str, record: Record) -> None:
        folder = self.folder(name)
        fresh = folder / f"{_RECORD}.new"
        fresh.write_text(json.dumps(asdict(record)))
        fresh.replace(folder / _RECORD)

    def read(self, name: str) -> Record | None:
        try:
            return Record(**json.loads((self.folder(name) / _RECORD).read_text()))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def leave(self, name: str) -> None:
        """Forget a jail. One that is not there is fine."""
        shutil.rmtree(self.folder(name), ignore_errors=True)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def start_time(pid: int) -> int | None:
    """When a process started, in clock ticks since boot (proc(5), field 22); None when it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()  # the command's name may hold spaces and parentheses
    return None if fields[0] == "Z" else int(fields[19])
