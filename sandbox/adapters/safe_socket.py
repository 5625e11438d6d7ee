"""Connecting to a UNIX socket in a folder that hostile code can write.

The sandbox may replace its socket by a symbolic link to any socket of the host, say the engine's. So no
name in that folder is ever resolved: the entry itself is opened, checked to be a socket, and connected
to through the descriptor.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def checked(folder: Path, name: str) -> Iterator[str]:
    """A path that leads to exactly the socket that was checked, while the block runs.

    Raises OSError when `folder` or the entry is missing or a link, or when the entry is no socket.
    """
    directory = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        entry = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=directory)
    finally:
        os.close(directory)
    try:
        if not stat.S_ISSOCK(os.fstat(entry).st_mode):
            raise OSError(f"{name} is not a socket")
        yield f"/proc/self/fd/{entry}"
    finally:
        os.close(entry)
