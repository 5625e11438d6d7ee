"""Owner and mode of the folder through which a jail and the trusted side meet."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from isolation.contract import JailSpec, RuntimeFault

_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_OPEN_ENTRY = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC


def hand_over(spec: JailSpec, uid: int) -> None:
    """Let the jail's `uid` into its socket folder, and as few others as this process is able to shut out.

    As root the folder becomes the jail's own; where the trusted side is another user, by `socket_gid`, it
    keeps its way in through the group, and only a session, which makes its socket there, owns it. A plain
    user cannot give files away and opens it to all instead: the folder above must be the user's alone.

    Works on descriptors only: of two names for one thing, somebody may change one in between.
    Raises RuntimeFault.
    """
    if spec.socket_dir is None:
        return
    with _opened(spec.socket_dir) as folder:
        _open_sockets(folder)
        if os.geteuid() != 0:
            os.fchmod(folder, 0o777)
        elif spec.socket_gid is None:
            os.fchown(folder, uid, uid)
            os.fchmod(folder, 0o700)
        else:
            os.fchown(folder, uid if spec.kind == "session" else os.geteuid(), spec.socket_gid)
            os.fchmod(folder, 0o770 if spec.kind == "session" else 0o771)


def seal(spec: JailSpec) -> None:
    """Undo it for a jail that has made its socket: the folder is ours, and the group may only pass through.

    A plain user's jail has the user's own uid, and could open the folder again. Raises RuntimeFault.
    """
    if spec.socket_dir is None or os.geteuid() != 0:
        return
    with _opened(spec.socket_dir) as folder:
        os.fchown(folder, os.geteuid(), os.getegid() if spec.socket_gid is None else spec.socket_gid)
        os.fchmod(folder, 0o710)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Raises RuntimeFault, also for what goes wrong meanwhile."""
    try:
        folder = os.open(path, _OPEN_FOLDER)
    except OSError as error:
        raise RuntimeFault(f"{path} is not a folder ({error.strerror}).") from error
    try:
        yield folder
    except OSError as error:
        raise RuntimeFault(f"{path} cannot be given to a jail ({error.strerror}).") from error
    finally:
        os.close(folder)


def _open_sockets(folder: int) -> None:
    """Connecting needs write permission; the folder keeps others away."""
    for name in os.listdir(folder):
        entry = os.open(name, _OPEN_ENTRY, dir_fd=folder)
        try:
            if stat.S_ISSOCK(os.fstat(entry).st_mode):
                Path(f"/proc/self/fd/{entry}").chmod(0o666)
        finally:
            os.close(entry)
