"""What an exit status means. Pure; both engines report a status the way a shell does."""

from __future__ import annotations

import signal

from isolation.contract import Ending, Exit

TIMED_OUT = Exit(ending=Ending.TIMED_OUT, code=None)
_SHELL_SIGNAL_BASE = 128


def from_status(status: int, *, out_of_memory: bool) -> Exit:
    """The ending behind a status: below zero a signal, above 128 a signal that a wrapper passed on.

    A program that calls ``exit(137)`` looks like one that was killed: neither bubblewrap nor Docker
    tells them apart. Nothing that is scored may rest on the difference.
    """
    number = -status if status < 0 else status - _SHELL_SIGNAL_BASE
    if number not in set(signal.Signals):
        return Exit(ending=Ending.EXITED, code=status)
    if out_of_memory and number == signal.SIGKILL:
        return Exit(ending=Ending.OUT_OF_MEMORY, code=None)
    return Exit(ending=Ending.SIGNALLED, code=number)
