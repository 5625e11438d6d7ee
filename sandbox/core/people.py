"""Who is in an interview's panel, and what people say in its chat. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.core import room_events as rev
from sandbox.core.access import author_of
from sandbox.core.events import Author

Members = tuple["Member", ...]
"""The first is whom the interview was made for. Nobody ever leaves the tuple: notes name them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    number: int
    role: rev.PanelRole
    name: str
    removed: bool = False

    @property
    def author(self) -> Author:
        return author_of(self.role, self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Of the chat."""

    at: int
    author: Author
    text: str


def evolve(panel: Members, event: rev.MemberInvited | rev.MemberRemoved) -> Members:
    match event:
        case rev.MemberInvited(member=number, role=role, name=name):
            return (*panel, Member(number=number, role=role, name=name))
        case rev.MemberRemoved(member=number):
            return tuple(replace(one, removed=True) if one.number == number else one for one in panel)


def member(panel: Members, author: Author) -> Member | None:
    """None for somebody who was removed or never was in it."""
    return next((one for one in panel if one.author == author and not one.removed), None)
