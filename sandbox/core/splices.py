"""A text's history as splices that go both ways: at a position, one string gives way to another. Pure.

Positions count UTF-16 code units, as strings in a browser do: a replay is applied there, to an editor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Splice:
    """At ``position``, ``deleted`` was replaced by ``inserted``."""

    position: int
    """UTF-16 code units from the start of the text."""
    deleted: str
    inserted: str


@dataclass(frozen=True, slots=True)
class TextName:
    kind: Literal["file", "comment", "summary"]
    name: str = ""
    """Of the file, or the comment's id."""
    line: int = 0
    """Of a comment, from 1."""


@dataclass(frozen=True, slots=True)
class TextChanged:
    text: TextName
    splice: Splice


@dataclass(frozen=True, slots=True)
class TextShown:
    """The text came into the document, or left it. What it held then is a splice of its own."""

    text: TextName
    shown: bool


Change = TextChanged | TextShown


def apply(text: str, splice: Splice) -> str:
    """The text afterwards. Raises ValueError when what was deleted does not stand there."""
    return _replace(text, splice.position, splice.deleted, splice.inserted)


def undo(text: str, splice: Splice) -> str:
    """The text before. Raises ValueError when what was inserted does not stand there."""
    return _replace(text, splice.position, splice.inserted, splice.deleted)


def _replace(text: str, position: int, old: str, new: str) -> str:
    start = position if text.isascii() else _index(text, position)
    if not text.startswith(old, start) or start > len(text):
        raise ValueError(f"the splice at {position} does not fit the text")
    return text[:start] + new + text[start + len(old) :]


def _index(text: str, position: int) -> int:
    """Which character of ``text`` stands ``position`` UTF-16 units after its start."""
    return len(text.encode("utf-16-le")[: 2 * position].decode("utf-16-le"))


def utf16_length(text: str) -> int:
    """UTF-16 code units: characters, and one more for each beyond the basic plane."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def difference(before: str, after: str) -> Splice | None:
    """One splice from ``before`` to ``after``, as short as a common start and end allow; None if equal."""
    if before == after:
        return None
    most = min(len(before), len(after))
    start = 0
    while start < most and before[start] == after[start]:
        start += 1
    end = 0
    while end < most - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return Splice(
        position=utf16_length(before[:start]),
        deleted=before[start : len(before) - end],
        inserted=after[start : len(after) - end],
    )


def from_delta(before: str, delta: list[dict[str, object]]) -> tuple[str, list[Splice]] | None:
    """The text after a Yjs delta, and the splices that lead there, to be applied in this order.

    ``delta`` counts in bytes of UTF-8, as pycrdt does. None when it is not plain text, or does not fit.
    """
    raw, at = before.encode(), 0
    splices: list[Splice] = []
    deleted, inserted = 0, ""

    def close() -> None:
        nonlocal raw, at, deleted, inserted
        if deleted or inserted:
            new = inserted.encode()
            position = at if raw.isascii() else utf16_length(raw[:at].decode())
            splices.append(
                Splice(position=position, deleted=raw[at : at + deleted].decode(), inserted=inserted)
            )
            raw = raw[:at] + new + raw[at + deleted :]
            at += len(new)
            deleted, inserted = 0, ""

    try:
        for change in delta:
            match change:
                case {"retain": int(length)}:
                    close()
                    at += length
                case {"delete": int(length)}:
                    deleted += length
                case {"insert": str(text)}:
                    inserted += text
                case _:
                    return None
            if at + deleted > len(raw):
                return None
        close()
        return raw.decode(), splices
    except UnicodeDecodeError:
        return None
