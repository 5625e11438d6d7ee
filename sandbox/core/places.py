"""Where people are: the file that each has open, and the cursor in it. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where one person is; without a file they look at none."""

    role: str
    name: str
    file: str | None = None
    anchor: int | None = None
    """Where the selection was begun; None where the page has no cursor."""
    head: int | None = None

    @property
    def person(self) -> tuple[str, str]:
        return self.role, self.name


@dataclass(frozen=True, slots=True)
class Move:
    at_ms: int
    place: Place
