"""Time limits for code that may never come back."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from probe_tools.lines import Lines

NAG_S = 0.5


class TookTooLong(BaseException):
    """Not an Exception, so that an `except Exception` inside a loop doesn't swallow it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"took more than {seconds:g} s and was stopped; is there a loop that adds no token?")


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise TookTooLong in the main thread after ``seconds``, again and again until it gets through."""

    def stop(signum: int, frame: FrameType | None) -> None:
        raise TookTooLong(seconds)

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, NAG_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def last_resort(seconds: float, lines: Lines) -> None:
    """End the process after ``seconds``, whatever it is doing, with a last line that says so."""

    def end() -> None:
        lines.finished(f"stopped after {seconds:g} s: the code did not come back")
        os._exit(0)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
