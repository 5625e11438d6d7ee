"""What the panel writes down meanwhile: notes, and findings of the rubrics that came up. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.core import events as ev

Notes = tuple["Note", ...]
Ticks = tuple[str, ...]
"""Findings by their ids, in the order in which they were ticked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    id: int
    at: int
    stage: ev.Stage
    """In which it was written."""
    text: str
    author: ev.Author


def edited(notes: Notes, event: ev.NoteEdited) -> Notes:
    """A note without a text is no more."""
    changed = (replace(one, text=event.text) if one.id == event.note else one for one in notes)
    return tuple(one for one in changed if one.text)


def ticked(ticks: Ticks, event: ev.FindingTicked) -> Ticks:
    others = tuple(one for one in ticks if one != event.finding)
    return (*others, event.finding) if event.on else others
