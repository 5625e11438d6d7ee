"""The last bytes of a pipe that hostile code may flood. Reads for ever, keeps 64 KiB."""

from __future__ import annotations

import threading
from typing import BinaryIO

TAIL_BYTES = 64 * 1024
_READ_BYTES = 64 * 1024


class Tail:
    """Drains `pipe` in a thread of its own, so that the writer is never blocked and memory is bounded."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._kept = bytearray()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._drain, name="jail-output", daemon=True)
        self._thread.start()

    def read(self) -> bytes:
        with self._lock:
            return bytes(self._kept)

    def join(self, timeout_s: float) -> None:
        """Wait for the end of the pipe, that is, until the last process that holds it is gone."""
        self._thread.join(timeout_s)

    def _drain(self) -> None:
        with self._pipe:
            while chunk := self._pipe.read1(_READ_BYTES):  # type: ignore[attr-defined]
                with self._lock:
                    self._kept += chunk
                    del self._kept[:-TAIL_BYTES]
