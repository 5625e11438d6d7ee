"""A candidate's text for a reader: what is invisible, or reorders what is not, becomes a mark. Pure."""

from __future__ import annotations

import unicodedata

LONGEST = 100_000
"""Characters of one text in a document; more is cut, and said so."""


def visible(text: str) -> str:
    """``text`` with control, format and surrogate characters written as code points in quotes."""
    shown = "".join(_mark(character) for character in text[:LONGEST])
    return shown if len(text) <= LONGEST else f"{shown}\n‹{len(text) - LONGEST} more characters are left out›"


def _mark(character: str) -> str:
    if character in "\n\t":
        return character
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
        return f"‹U+{ord(character):04X}›"
    return character
