"""Where everybody's cursor was, thinned out and packed: what a replay shows beside the text. Pure.

Positions are a page's own: UTF-16 code units in the file it has open. They are no evidence and decide
nothing, so they are kept for a moment and written together, in a row every few seconds instead of one for
each key. One pack is: when it begins (epoch ms), the people, the files, then the moves in their order, all in
the varints of lib0; an absent position is 0, others are one more than they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.core.places import Move, Place
from sandbox.rooms.lib0 import BadFrame, Reader, prefixed, varint

SAMPLE_MS = 100
"""Moves of one person that follow each other faster are one."""
MAX_POSITION = 1 << 24


@dataclass(slots=True)
class CursorTrack:
    """Moves that are not written yet."""

    _moves: list[Move] = field(default_factory=list)
    _kept: dict[tuple[str, str], Move] = field(default_factory=dict)
    """The last move of each person that counts."""
    _held: dict[tuple[str, str], Move] = field(default_factory=dict)
    """One that came too soon after it: counts if nothing replaces it in time."""

    def add(self, move: Move) -> bool:
        """Whether anything waits to be packed now that did not before."""
        before = bool(self._moves or self._held)
        person = move.place.person
        held, kept = self._held.get(person), self._kept.get(person)
        if held is not None and move.at_ms - held.at_ms >= SAMPLE_MS:
            kept = self._keep(held)
        if kept is not None and move.at_ms - kept.at_ms < SAMPLE_MS:
            self._held[person] = move
        elif kept is None or kept.place != move.place:
            self._keep(move)
        return not before and bool(self._moves or self._held)

    def pack(self) -> bytes | None:
        """What waits, for the log; None when nothing does."""
        for held in list(self._held.values()):
            self._keep(held)
        moves, self._moves = sorted(self._moves, key=lambda move: move.at_ms), []
        return pack(moves) if moves else None

    def _keep(self, move: Move) -> Move:
        self._held.pop(move.place.person, None)
        if (kept := self._kept.get(move.place.person)) is not None and kept.place == move.place:
            return kept
        self._kept[move.place.person] = move
        self._moves.append(move)
        return move


def pack(moves: list[Move]) -> bytes:
    """At least one move, in the order of their times."""
    people = list(dict.fromkeys(move.place.person for move in moves))
    files = list(dict.fromkeys(move.place.file for move in moves if move.place.file is not None))
    parts = [varint(moves[0].at_ms), varint(len(people))]
    parts += [prefixed(text.encode("utf-8", "replace")) for person in people for text in person]
    parts += [varint(len(files)), *(prefixed(file.encode("utf-8", "replace")) for file in files)]
    before = moves[0].at_ms
    for move in moves:
        place = move.place
        parts += [
            varint(move.at_ms - before),
            varint(people.index(place.person)),
            varint(0 if place.file is None else files.index(place.file) + 1),
            varint(0 if place.anchor is None else place.anchor + 1),
            varint(0 if place.head is None else place.head + 1),
        ]
        before = move.at_ms
    return b"".join(parts)


def unpack(data: bytes) -> list[Move]:
    """Inverse of `pack`. Raises BadFrame for what it did not write."""
    reader = Reader(data)
    at = reader.varint()
    try:
        people = [(_text(reader), _text(reader)) for _ in range(reader.count())]
        files = [None, *(_text(reader) for _ in range(reader.count()))]
        moves = list[Move]()
        while reader.left:
            at += reader.varint()
            role, name = people[reader.varint()]
            file = files[reader.varint()]
            moves.append(Move(at, Place(role, name, file, _position(reader), _position(reader))))
        return moves
    except (IndexError, UnicodeDecodeError) as error:
        raise BadFrame(f"no cursor moves: {error}") from error


def _text(reader: Reader) -> str:
    return reader.prefixed().decode()


def _position(reader: Reader) -> int | None:
    position = reader.varint()
    return position - 1 if position else None
