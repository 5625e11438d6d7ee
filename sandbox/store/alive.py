"""When the server was alive last: a time in a file, written every few seconds.

The event log says what happened, not that nothing did. After a crash this says since when nobody was served.
"""

from __future__ import annotations

from pathlib import Path

EVERY_S = 2.0


class Alive:
    def __init__(self, data: Path) -> None:
        """``data``: the data folder."""
        self._file = data / "alive"

    def last_ms(self) -> int | None:
        """Epoch ms of the last beat of this process or an earlier one; None when there is none to read."""
        try:
            return int(self._file.read_text()[:20])
        except (OSError, ValueError):
            return None

    def beat(self, now_ms: int) -> None:
        """A disk that refuses is dealt with where it matters; here it costs some seconds of precision."""
        partial = self._file.with_suffix(".partial")
        try:
            partial.write_text(str(now_ms))
            partial.replace(self._file)
        except OSError:
            return
