"""Who may do what: roles, the names they have in the log, and tables that deny what they do not list. Pure.

A new command or call is open to nobody until it stands in a table here; `tests/sandbox/test_access.py` tries
every cell of both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Role = Literal["candidate", "interviewer", "watcher"]
"""Whoever can be in a room. A watcher sees what the candidate sees, and can write nothing."""
Seat = Literal["candidate", "interviewer", "watcher", "host"]

MAX_MEMBERS = 20
"""Of a panel, over the whole life of an interview."""

MAY: Mapping[Role, frozenset[str]] = {
    "candidate": frozenset(
        {"consent", "run", "interrupt", "restart", "tests", "bench", "complete", "inspect", "submit"}
        | {"paste", "input_method", "focus"}
        | {"say", "ask_focus_block", "end_focus_block"}
        | {"terminal_open", "terminal_type", "terminal_resize", "terminal_close"}
    ),
    "interviewer": frozenset(
        {"move_stage", "clock", "add_note", "edit_note", "tick", "mark", "judge_now"}
        | {"say", "co_edit", "focus_block", "end_focus_block"}
    ),
    "watcher": frozenset(),
}
"""Names of commands."""

MAY_TOGETHER: Mapping[Role, frozenset[str]] = {"interviewer": frozenset({"terminal_type"})}
"""Names of commands that are theirs too while the room edits together, and at no other time."""

MAY_CALL: Mapping[str, frozenset[Seat]] = {
    "GET /api/interviews": frozenset({"host"}),
    "POST /api/interviews": frozenset({"host"}),
    "GET /api/interviews.csv": frozenset({"host"}),
    "GET /api/calibration": frozenset({"host"}),
    "POST /api/impact": frozenset({"host"}),
    "GET /api/hosting": frozenset({"host"}),
    "GET /api/rooms/{interview}/{role}/materials": frozenset({"candidate", "interviewer", "watcher"}),
    "GET /api/rooms/{interview}/report": frozenset({"interviewer", "host"}),
    "GET /api/rooms/{interview}/report.{form}": frozenset({"interviewer", "host"}),
    "POST /api/rooms/{interview}/decision": frozenset({"interviewer", "host"}),
    "GET /api/rooms/{interview}/deliveries": frozenset({"interviewer", "host"}),
    "POST /api/rooms/{interview}/deliveries/{delivery}/again": frozenset({"interviewer", "host"}),
    "GET /api/rooms/{interview}/recording": frozenset({"interviewer", "host"}),
    "GET /api/rooms/{interview}/mine": frozenset({"candidate"}),
    "GET /api/rooms/{interview}/mine/data.zip": frozenset({"candidate"}),
    "GET /api/rooms/{interview}/mine/explanation.html": frozenset({"candidate"}),
    "POST /api/rooms/{interview}/mine/deletion": frozenset({"candidate"}),
    "POST /api/rooms/{interview}/contest": frozenset({"candidate"}),
    "POST /api/rooms/{interview}/contest/answer": frozenset({"interviewer", "host"}),
    "POST /api/rooms/{interview}/delete": frozenset({"host"}),
    "GET /api/rooms/{interview}/judgements/{number}/{file}": frozenset({"interviewer", "host"}),
    "GET /api/rooms/{interview}/panel": frozenset({"interviewer", "host"}),
    "POST /api/rooms/{interview}/panel": frozenset({"interviewer", "host"}),
    "POST /api/rooms/{interview}/panel/{member}/remove": frozenset({"interviewer", "host"}),
    "GET /api/rooms/{interview}/accommodations": frozenset({"interviewer", "host"}),
    "POST /api/rooms/{interview}/accommodations": frozenset({"interviewer", "host"}),
}
"""Calls by method and path. Where the path names a role, only a seat of that role will do."""

OPEN_TO_ALL: frozenset[str] = frozenset({"GET /api/health", "POST /api/join", "GET /api/batch-pressure"})
"""Calls that need no seat."""

BY_KEY: frozenset[str] = frozenset(
    {
        "GET /api/greenhouse/list_tests",
        "POST /api/greenhouse/send_test",
        "GET /api/greenhouse/test_status",
        "POST /api/greenhouse/response_error",
    }
)
"""Calls of another system: no seat will do, only the API key that the operator gave it."""

_AUTHOR = re.compile(r"candidate|host|server|interviewer(/[1-9][0-9]?)?|watcher/[1-9][0-9]?")


def may_write(role: str, *, co_edit: bool) -> bool:
    """Whether somebody may change the shared document."""
    return role == "candidate" or (role == "interviewer" and co_edit)


def allowed(role: str, command: str, *, together: bool = False) -> bool:
    """``together``: whether the room edits together now, and nobody is in a focus block."""
    tables = (MAY, MAY_TOGETHER) if together else (MAY,)
    return any(command in commands for table in tables for name, commands in table.items() if name == role)


def author_of(role: Seat, member: int = 0) -> str:
    """What the log calls somebody: their role, and for the panel beside the first interviewer a number."""
    return f"{role}/{member}" if member else role


def is_author(text: str) -> bool:
    return _AUTHOR.fullmatch(text) is not None


def role_of(author: str) -> str:
    """The role of an author, or host or server."""
    return author.partition("/")[0]
