"""The meeting root: folders that a client makes and a jail is shown, with no moment to change them in.

The engine resolves the source of a mount by its name, later than we look at it, and we give folders away as
root: a client that swaps a folder for a link in between would have any folder of the host shown, or given
away. So each folder on the way is opened without following a link, has to be the client's, and becomes ours;
under a root with the sticky bit nobody but us can rename it from then on (unlink(2), EPERM). Only then are
the names compared with what was opened. When the jail is gone the folders are given back.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from isolation.contract import RuntimeFault

Steps = tuple[str, ...]
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_STICKY = 0o1770


class NotThere(Exception):
    """What the client named is not a folder of its own below the root. Safe to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A process that asks, by the kernel's word (unix(7), SO_PEERCRED)."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingRoot:
    path: Path

    @classmethod
    def make(cls, path: Path, gid: int) -> MeetingRoot:
        """Ours, open to the group ``gid``. Raises RuntimeFault when somebody else could change it."""
        try:
            path.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, _FOLDER)
        except OSError as error:
            raise RuntimeFault(f"{path} cannot be made: {error.strerror}.") from error
        try:
            if os.fstat(descriptor).st_uid != os.geteuid():
                raise RuntimeFault(f"{path} belongs to somebody else. Remove it.")
            if os.geteuid() == 0:
                os.fchown(descriptor, 0, gid)
            os.fchmod(descriptor, _STICKY)
        finally:
            os.close(descriptor)
        return cls(path=path.resolve())

    def take(self, steps: Steps, client: Client, *, read_only: bool) -> Path:
        """Make the client's folder and those on the way to it ours. Raises NotThere.

        ``read_only``: the client may not add files any more; else its group still may.
        """
        with self._opened(steps) as descriptors:
            for descriptor in descriptors:
                if os.fstat(descriptor).st_uid not in {client.uid, os.geteuid()}:
                    raise NotThere(f"{'/'.join(steps)} belongs to somebody else.")
            for descriptor in descriptors:
                if os.geteuid() == 0:
                    os.fchown(descriptor, 0, client.gid)
            for descriptor in descriptors[:-1]:
                os.fchmod(descriptor, _STICKY)
            os.fchmod(descriptors[-1], 0o755 if read_only else 0o770)
            taken = [_identity(descriptor) for descriptor in descriptors]
        with self._opened(steps) as descriptors:
            if [_identity(descriptor) for descriptor in descriptors] != taken:
                raise NotThere(f"{'/'.join(steps)} was changed meanwhile.")
        return self.path.joinpath(*steps)

    def give_back(self, steps: Steps, client: Client) -> None:
        """Undo `take`, and remove the folders that a jail made there. One that is gone is fine."""
        for depth in range(len(steps), 0, -1):  # while those above are ours, nobody can swap the one below
            with contextlib.suppress(NotThere, OSError), self._opened(steps[:depth]) as descriptors:
                folder = descriptors[-1]
                if depth == len(steps):
                    _remove_folders(folder)
                if os.geteuid() == 0:
                    os.fchown(folder, client.uid, client.gid)
                os.fchmod(folder, 0o700)

    @contextlib.contextmanager
    def _opened(self, steps: Steps) -> Iterator[list[int]]:
        """A descriptor for each step, none of them a link. Raises NotThere."""
        with contextlib.ExitStack() as stack:
            above = os.open(self.path, _FOLDER)
            stack.callback(os.close, above)
            found: list[int] = []
            for step in steps:
                _check_step(step)
                try:
                    above = os.open(step, _FOLDER, dir_fd=above)
                except OSError as error:
                    raise NotThere(f"{'/'.join(steps)} is not a folder here ({error.strerror}).") from None
                stack.callback(os.close, above)
                found.append(above)
            yield found


def inside(root: Path, steps: Sequence[str]) -> Path:
    """A file or folder of ours below ``root``, no link on the way. Raises NotThere."""
    here = root
    for step in steps:
        _check_step(step)
        here = here / step
        try:
            if stat.S_ISLNK(here.lstat().st_mode):
                raise NotThere(f"{here.name} is a link.")
        except OSError as error:
            raise NotThere(f"{here.name} is not there ({error.strerror}).") from None
    return here


def _check_step(step: str) -> None:
    """The formats let no other step through; here once more, because all else rests on it."""
    if not step or step in {".", ".."} or "/" in step or "\0" in step:
        raise NotThere(f"{step!r} is no step of a path.")


def _identity(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


def _remove_folders(folder: int) -> None:
    """Those that a jail's user made: a client that is not root could not empty them. Files are left to it."""
    for name in os.listdir(folder):
        if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            shutil.rmtree(name, ignore_errors=True, dir_fd=folder)
