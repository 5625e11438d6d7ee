"""Memory through which a judge shows rows to one trial: written here, read there, and never the other way.

A contestant that can shrink shared memory kills whoever touches it next (SIGBUS), and one that can write to
it changes what was checked. So the judge makes it, seals its size, and forbids every write but through the
mapping that it has already (memfd_create(2), fcntl(2): file sealing). Nothing is ever read back from it here.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from types import TracebackType
from typing import Self

CAPACITY = 64 << 20
"""Bytes at most. Pages that no row was written to take no memory."""

_F_SEAL_FUTURE_WRITE = 0x10  # linux/fcntl.h; since 5.1
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | _F_SEAL_FUTURE_WRITE | fcntl.F_SEAL_SEAL


class SharedRows:
    """Fresh, zeroed memory for one trial. Use as a context manager."""

    def __init__(self, size: int) -> None:
        self._size = min(size, CAPACITY)

    def __enter__(self) -> Self:
        descriptor = os.memfd_create("rows", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
        try:
            os.ftruncate(descriptor, self._size)
            os.fchmod(descriptor, 0o444)
            self._map = mmap.mmap(descriptor, self._size)
            fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
            self.descriptor = os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
        finally:
            os.close(descriptor)
        self.view = memoryview(self._map)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self.descriptor)
        self.view.release()
        self._map.close()
