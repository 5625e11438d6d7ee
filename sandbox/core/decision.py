"""Who may file which mark, and when a decision may rest on the marks. Pure."""

from __future__ import annotations

from sandbox.core import commands as cmd
from sandbox.core import events as ev
from sandbox.core.interview import Interview
from sandbox.core.refusal import NotAllowed

MAX_MARKS = 500


def mark(interview: Interview, command: cmd.Mark, author: ev.Author) -> list[ev.Event]:
    """Nothing where it stands already. Raises NotAllowed."""
    if not command.reason.strip():
        raise NotAllowed("A mark needs a reason: a sentence on what you saw.")
    if interview.decision is not None:
        raise NotAllowed("A decision has been made on these marks; they stand as they are.")
    if len(interview.marks) >= MAX_MARKS:
        raise NotAllowed(f"Marks were filed {MAX_MARKS} times already. What stands, stands.")
    known = interview.mark(command.axis, author)
    if known is not None and (known.score, known.reason) == (command.score, command.reason):
        return []
    return [ev.Marked(axis=command.axis, score=command.score, reason=command.reason)]


def decide_on(interview: Interview, outcome: ev.Outcome, *, name: str, reason: str) -> ev.Decided:
    """The panel's decision. Raises NotAllowed unless marks are complete and there is a name and a reason."""
    if not (name.strip() and reason.strip()):
        raise NotAllowed("A decision needs the name of whoever makes it, and a reason.")
    if interview.stage != "finished":
        raise NotAllowed("The interview is not finished. Decide when it is.")
    marking = interview.marking
    if not marking.revealed:
        missing = " and ".join(interview.name_of(one) for one in marking.raters if one not in marking.filed)
        raise NotAllowed(f"Marks of {missing} are missing. Ask for them, or take the seat back.")
    if marking.asks:
        raise NotAllowed(f"{marking.asks[0]} Invite one more interviewer to mark.")
    return ev.Decided(outcome=outcome, name=name.strip(), reason=reason.strip())
