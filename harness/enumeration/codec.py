"""What an enumeration sends home: one frame's body, read strictly. Standard library only; both ends use it.

The body comes from a process that has run the submission, so it is parsed as hostile bytes, and what it says
is shown to people and never scored.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from harness.oracle.codec import ProtocolError, printable

MOST_TEXTS = 2_500
"""As many as a frame to the judge has room for, at up to 11 tokens each."""
MAX_NOTE = 500
_LAW = struct.Struct("<BIddII")
_TEXT = struct.Struct("<Bd")
_CUT = struct.Struct("<BId")
_TOTAL = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """The joint law of the new tokens that ``generate`` returns."""

    texts: Mapping[tuple[int, ...], float]
    """Probability of each text; with ``broken`` and ``skipped`` they add up to 1."""
    leaves: int
    skipped: float
    """Mass of branches that were too unlikely to follow."""
    broken: float
    """Mass of the branches in which no text came back."""
    note: str
    """How the first of those ended; empty where there is none. Hostile text, one printable line."""


@dataclass(frozen=True, slots=True)
class Refused:
    """There is no law, and why: a sentence. Hostile text, one printable line."""

    why: str


@dataclass(frozen=True, slots=True)
class CutOff:
    """There are more leaves than the budget allows."""

    leaves: int
    explored: float
    """Mass of these."""


Report = Law | Refused | CutOff
_KIND_LAW, _KIND_REFUSED, _KIND_CUT_OFF = range(3)


def encode(report: Report) -> bytes:
    match report:
        case Refused(why):
            return bytes([_KIND_REFUSED]) + _note(why)
        case CutOff(leaves, explored):
            return _CUT.pack(_KIND_CUT_OFF, leaves, explored)
        case Law() if len(report.texts) > MOST_TEXTS:
            return encode(Refused(f"more than {MOST_TEXTS} different texts came back"))
        case Law():
            note = _note(report.note)
            head = _LAW.pack(
                _KIND_LAW, report.leaves, report.skipped, report.broken, len(note), len(report.texts)
            )
            texts = (_TEXT.pack(len(text), mass) + bytes(text) for text, mass in sorted(report.texts.items()))
            return head + note + b"".join(texts)


def decode(body: bytes, *, vocab_size: int, max_new_tokens: int) -> Report:
    """Raises ProtocolError unless the body is a report that could be true."""
    kind = body[0] if body else -1
    if kind == _KIND_REFUSED and len(body) <= 1 + MAX_NOTE:
        return Refused(printable(body[1:]))
    if kind == _KIND_CUT_OFF and len(body) == _CUT.size:
        _, leaves, explored = _CUT.unpack(body)
        return CutOff(leaves, _mass(explored))
    if kind == _KIND_LAW and len(body) >= _LAW.size:
        return _decode_law(body, vocab_size, max_new_tokens)
    raise ProtocolError("a report that is none")


def _decode_law(body: bytes, vocab_size: int, max_new_tokens: int) -> Law:
    _, leaves, skipped, broken, note_length, count = _LAW.unpack_from(body)
    if count > MOST_TEXTS or note_length > MAX_NOTE:
        raise ProtocolError("a law that is too large")
    at = _LAW.size + note_length
    note, texts = body[_LAW.size : at], {}
    last: tuple[int, ...] | None = None
    for _ in range(count):
        if at + _TEXT.size > len(body):
            raise ProtocolError("a law that is cut off")
        length, mass = _TEXT.unpack_from(body, at)
        text = tuple(body[at + _TEXT.size : at + _TEXT.size + length])
        at += _TEXT.size + length
        if len(text) != length or length > max_new_tokens or any(token >= vocab_size for token in text):
            raise ProtocolError("a text that cannot be")
        if last is not None and text <= last:
            raise ProtocolError("texts out of order")
        texts[text], last = _mass(mass), text
    if at != len(body):
        raise ProtocolError("bytes after the last text")
    if abs(math.fsum([_mass(skipped), _mass(broken), *texts.values()]) - 1.0) > _TOTAL:
        raise ProtocolError("masses that do not add up to 1")
    return Law(texts=texts, leaves=leaves, skipped=skipped, broken=broken, note=printable(note))


def _mass(number: float) -> float:
    if not 0.0 <= number <= 1.0 + _TOTAL:
        raise ProtocolError("a mass that is no probability")
    return number


def _note(text: str) -> bytes:
    return text.encode("utf-8", "replace")[:MAX_NOTE]
