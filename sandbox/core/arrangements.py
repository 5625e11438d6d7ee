"""What is arranged around an interview: who sits in its panel, and what its candidate needs. Pure."""

from __future__ import annotations

from sandbox.core import events as ev
from sandbox.core import room_events as rev
from sandbox.core.access import MAX_MEMBERS
from sandbox.core.interview import Interview
from sandbox.core.refusal import NotAllowed


def invite(interview: Interview, role: rev.PanelRole, name: str) -> rev.MemberInvited:
    """One more of the panel. Raises NotAllowed."""
    if len(interview.panel) > MAX_MEMBERS:
        raise NotAllowed(f"An interview can have {MAX_MEMBERS} invited people at most.")
    if any(one.name.casefold() == name.casefold() and not one.removed for one in interview.panel):
        raise NotAllowed(f"There is a {name} already. Add a surname, so that notes can be told apart.")
    return rev.MemberInvited(member=len(interview.panel), role=role, name=name)


def remove(interview: Interview, number: int) -> list[ev.Event]:
    """Take a seat back. Raises NotAllowed."""
    member = next((one for one in interview.panel if one.number == number), None)
    if member is None:
        raise NotAllowed("There is nobody with that number in the panel.")
    if number == 0:
        raise NotAllowed("Whoever the interview was made for stays in it.")
    return [] if member.removed else [rev.MemberRemoved(member=number)]


def accommodate(interview: Interview, accommodations: rev.Accommodations) -> list[ev.Event]:
    """Raises NotAllowed once the interview is over."""
    if interview.stage == "finished":
        raise NotAllowed("The interview is finished; nothing can be arranged any more.")
    changed = accommodations != interview.accommodations
    return [rev.Accommodated(accommodations=accommodations)] if changed else []
