"""What a candidate may ask for, and who may answer what: requests become events. Pure."""

from __future__ import annotations

from sandbox.core.interview import Interview
from sandbox.core.refusal import NotAllowed
from sandbox.core.rights_events import ContestAnswered, Contested, DeletionAsked

MAX_TEXT = 4_000
"""Characters of a contest, and of its answer."""
MAX_REASON = 500
"""Characters of the reason for a deletion. It stays in the audit log: it is no place for personal data."""
MAX_CONTESTS = 5


def contest(interview: Interview, text: str) -> Contested:
    """Raises NotAllowed."""
    if interview.decision is None:
        raise NotAllowed("Nothing has been decided yet. Come back once it has.")
    if interview.rights.contested:
        raise NotAllowed("Your last message has not been answered yet. Wait for the answer.")
    if len(interview.rights.contests) >= MAX_CONTESTS:
        raise NotAllowed(f"You have contested it {MAX_CONTESTS} times. Write to whoever invited you.")
    if not text.strip():
        raise NotAllowed("Write what should be looked at again.")
    return Contested(text=text.strip())


def answer_contest(interview: Interview, *, name: str, text: str) -> ContestAnswered:
    """By a person under their name. Raises NotAllowed."""
    if not interview.rights.contested:
        raise NotAllowed("There is nothing to answer.")
    if not (name.strip() and text.strip()):
        raise NotAllowed("An answer needs the name of whoever gives it, and a text.")
    return ContestAnswered(name=name.strip(), text=text.strip())


def ask_deletion(interview: Interview, reason: str) -> list[DeletionAsked]:
    """Nothing when it was asked for already."""
    return [] if interview.rights.deletion_asked_at else [DeletionAsked(reason=reason.strip())]


def ready_to_delete(interview: Interview) -> None:
    """Raises NotAllowed while the judge still works for it."""
    if any(one.open for one in interview.judgements):
        raise NotAllowed("The judge is at work on this interview. Delete it once it is through.")
