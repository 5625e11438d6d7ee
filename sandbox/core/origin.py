"""Where inserted text comes from: from the room itself, or from outside of it. Pure.

A fact about text, not about a person: outside can be the documentation, or the candidate's own notes.
"""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.core.room_events import Origin

SHOWN = 500
"""Characters of a signal's text that are kept with it; the document has all of it anyway."""
LEAST = 12
"""Characters. Shorter text is in any program."""


def origin(inserted: str, room: Iterable[str]) -> Origin:
    """``room``: `plain` texts that the candidate had before them."""
    wanted = plain(inserted)
    if not wanted:
        return "unknown"
    if len(wanted) < LEAST:
        return "room"
    return "room" if any(wanted in text for text in room) else "outside"


def excerpt(text: str) -> str:
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def plain(text: str) -> str:
    """Indentation and line ends do not count: editors change both."""
    return " ".join(text.split())
