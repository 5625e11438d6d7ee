"""What is recorded of an interview, in plain words: one list for the lobby and the candidate's page. Pure.

Every kind of event belongs to a line, so that a page cannot say less than what is kept; a test holds that.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    kinds: frozenset[str]


RECORDED: tuple[Line, ...] = (
    Line(
        "Everything you type here: every edit of your files, comments and summary, where your cursor is, and "
        "what you file and submit. Your interviewers see it live.",
        frozenset({"document", "cursors", "review", "submitted"}),
    ),
    Line(
        "Every run, its source and its output, what the terminal shows and who types in it, and the results "
        "of tests and bench.",
        frozenset({"run", "outputs", "run-finished", "kernel-restarted"})
        | {"terminal-opened", "terminal", "terminal-resized", "terminal-closed"}
        | {"terminal-typed"}
        | {"test-case", "bench-row", "token-strip", "bench-text", "tool-stopped"},
    ),
    Line(
        "That you paste, leave this page, use an input method, insert much at once or type much faster than "
        "before: when, how long, how many characters, how they begin, and whether they were in the room "
        "before. It decides nothing and enters no mark.",
        frozenset({"paste", "big-insert", "focus", "input-method", "rhythm"}),
    ),
    Line("The chat.", frozenset({"said"})),
    Line(
        "Names, when people come, go or lose the connection, your consent, the stages and the clock, focus "
        "blocks, and who may edit.",
        frozenset({"created", "joined", "left", "consented", "stage", "outage", "outage-ended"})
        | {"clock-started", "clock-paused", "clock-extended"}
        | {"focus-asked", "focus-started", "focus-ended", "co-edit", "member-invited", "member-removed"},
    ),
    Line("What was arranged for you, apart from the marks.", frozenset({"accommodated"})),
    Line(
        "What your interviewers make of it: their notes, what they tick, marks with reasons, the decision.",
        frozenset({"note", "note-edited", "ticked", "marked", "decided"}),
    ),
    Line(
        "What the judge measured of your code.",
        frozenset({"judgement", "judged", "judgement-failed", "unreadable"}),
    ),
    Line(
        "What you ask for afterwards, and the answers.",
        frozenset({"contested", "contest-answered", "deletion-asked"}),
    ),
)
"""Nothing else is kept: no camera, no microphone, no screen, nothing outside of the page."""


def lines() -> tuple[str, ...]:
    return tuple(line.text for line in RECORDED)
