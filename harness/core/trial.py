"""What the judge asks of a submission, and what came back.

Everything in a `TrialRun` was recorded on the judge's side of the socket, except ``tokens``, which
is the one thing a contestant says.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pairs.ledger import Call
from wire.scorecard import CheckName


class Ended(StrEnum):
    """How a trial ended. Only RETURNED has tokens."""

    RETURNED = "returned"
    NOT_IMPORTED = "not_imported"  # there is no generate() to call; `note` is a whole sentence
    RAISED = "raised"  # generate() raised; `note` has the exception's last line
    TIMED_OUT = "timed_out"
    DIED = "died"  # the process went away
    BAD_RESULT = "bad_result"  # not a (1, n) int64 tensor that begins with the prompt
    PROTOCOL = "protocol"  # a frame that the wire does not allow
    LIMIT = "limit"  # memory, calls, cached tokens or CPU


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One call of the submission's ``generate``, fixed before the submission is run."""

    purpose: CheckName
    pair: str
    prompt: tuple[int, ...]
    max_new_tokens: int
    num_speculative_tokens: int
    temperature: float
    top_p: float = 1.0
    eos_token_id: int | None = None
    seed: int
    """Of the ``generator`` that the submission is handed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRun:
    trial: Trial
    ended: Ended
    tokens: tuple[int, ...] = ()
    """New tokens only, the prompt taken off. Empty unless RETURNED."""
    calls: tuple[Call, ...] = ()
    wall_s: float = 0.0
    """From the prompt to the end."""
    cpu_s: float | None = None
    """Of everything in the jail for this trial, the import included; None where it cannot be measured."""
    peak_memory_bytes: int | None = None
    """Of the jail since it was started; None where it cannot be measured."""
    note: str = ""
    """For people: one line, printable characters only, at most 500. Made from hostile bytes."""
