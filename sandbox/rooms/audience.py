"""The pages in a room, and which of them are told what. Pure.

A page is present from the moment it opens, and told what changes once it has been told where things stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sandbox.core.events import Author
from sandbox.rooms.connection import Connection


class Audience:
    def __init__(self) -> None:
        self.present: list[Connection] = []
        self.told: list[Connection] = []
        """Of those present, who is told what changes."""

    def remove(self, connection: Connection) -> None:
        self.present.remove(connection)
        if connection in self.told:
            self.told.remove(connection)

    @property
    def tabs(self) -> dict[Author, int]:
        """Open pages by who holds them."""
        return dict(Counter(connection.author for connection in self.present))

    def panel(self) -> Iterator[Connection]:
        return (connection for connection in self.told if connection.role != "candidate")

    def watching(self, *, veiled: bool) -> Iterator[Connection]:
        """Pages that may be shown what the candidate does."""
        return (connection for connection in self.told if watches(connection, veiled=veiled))

    def others(self, author: Connection, *, apart: bool) -> Iterator[Connection]:
        """All but one page; ``apart``: candidate and panel each keep to themselves."""
        theirs = author.role == "candidate"
        for other in self.told:
            if other is not author and not (apart and (other.role == "candidate") != theirs):
                yield other


def watches(connection: Connection, *, veiled: bool) -> bool:
    """Whether a page may be shown what the candidate does."""
    return connection.role == "candidate" or not veiled
