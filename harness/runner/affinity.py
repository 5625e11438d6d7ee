"""Keep a thread on one processor for a while, and say on which.

Judge and contestant take turns: only one of them works at a time. On one processor a turn changes hands in
5 us, across two in 60 and more, since a sleeping processor has to be woken (`bench/judge_wire.py` has both).
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

_PROCESSOR = 36  # proc(5), stat: field 39, counted from the one behind the command's name

_lock = threading.Lock()
_taken: set[int] = set()


@contextlib.contextmanager
def kept() -> Iterator[int | None]:
    """Keep this thread where it runs now, or on a processor that no other thread keeps in here.

    Yields the processor; None, and nothing is changed, when all of them are taken.
    """
    allowed = os.sched_getaffinity(0)
    processor = _take(allowed)
    if processor is None:
        yield None
        return
    os.sched_setaffinity(0, {processor})
    try:
        yield processor
    finally:
        os.sched_setaffinity(0, allowed)
        with _lock:
            _taken.discard(processor)


def _take(allowed: set[int]) -> int | None:
    with _lock:
        free = allowed - _taken
        if not free:
            return None
        here = _current()
        processor = here if here in free else min(free)
        _taken.add(processor)
        return processor


def _current() -> int:
    text = Path("/proc/thread-self/stat").read_text()
    return int(text.rpartition(")")[2].split()[_PROCESSOR])
