"""Who may do what: one table, default deny. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Role = Literal["candidate", "interviewer"]
Seat = Literal["candidate", "interviewer", "host"]

MAY: Mapping[Role, frozenset[str]] = {
    "candidate": frozenset(
        {"consent", "run", "interrupt", "restart", "tests", "bench", "complete", "submit", "paste", "focus"}
    ),
    "interviewer": frozenset({"move_stage", "clock", "add_note", "edit_note", "tick", "mark", "judge_now"}),
}
"""Names of commands."""

MAY_WRITE_DOCUMENT: frozenset[Role] = frozenset({"candidate"})


def allowed(role: Role, command: str) -> bool:
    return command in MAY[role]
