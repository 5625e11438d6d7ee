"""Frames between judge and contestant: fixed binary layouts, and nothing else. Sans-IO, stdlib only.

Both ends import this file; it is shown inside the jail, so it must stand alone. No pickle, no JSON, no float
from a contestant, and no text but one bounded note. A frame is a kind (u8), a length (u32, at most MAX_BODY,
checked before anything is allocated) and a body; all little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

VERSION = 1
MAX_BODY = 1 << 20
MAX_NOTE = 500
NONE = 0xFFFFFFFF
"""Stands for 'no handle' and 'no end-of-text token'; no id and no handle is as large."""

_HEADER = struct.Struct("<BI")
_HELLO = struct.Struct("<4sH")
_FORWARD = struct.Struct("<BII")
_U32 = struct.Struct("<I")
_TRIAL = struct.Struct("<IIIIIddQ")
_MAGIC = b"SPEC"


class ProtocolError(Exception):
    """The bytes are not what the wire allows. The text is ours: it holds no byte of theirs."""


class Kind(IntEnum):
    """The first byte of a frame."""

    HELLO = 1  # to the judge: magic, version
    FORWARD = 2  # to the judge: model, cache, length to keep, tokens
    RELEASE = 3  # to the judge, without an answer: cache
    DONE = 4  # to the judge: new tokens
    FAILED = 5  # to the judge: what went wrong, a note
    TRIAL = 16  # to the contestant: parameters, prompt
    ROWS = 17  # to the contestant: cache, rows
    LOADED = 32  # to the judge, on the control connection: torch is imported
    READY = 33  # to the judge, on the control connection: the submission is imported
    ENDED = 34  # to the judge, on the control connection: a trial's process is gone; its wait status
    LAW = 35  # to the judge, on the control connection of an enumeration: the law, or why there is none
    RUN = 48  # to the contestant's server: fork a process for this trial number
    KILL = 49  # to the contestant's server: kill that process


class Failure(IntEnum):
    """What a contestant says went wrong in its own process."""

    RAISED = 0
    BAD_RESULT = 1


@dataclass(frozen=True, slots=True)
class Hello:
    version: int


@dataclass(frozen=True, slots=True)
class Forward:
    model: Literal["target", "draft"]
    handle: int | None
    length: int
    """Positions of the cache to keep."""
    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Release:
    handle: int


@dataclass(frozen=True, slots=True)
class Done:
    tokens: tuple[int, ...]
    """Everything that ``generate`` returned, the prompt included."""


@dataclass(frozen=True, slots=True)
class Failed:
    failure: Failure
    note: str


@dataclass(frozen=True, slots=True)
class Setup:
    """What a contestant is told about its trial."""

    vocab_size: int
    max_positions: int
    eos_token_id: int | None
    max_new_tokens: int
    num_speculative_tokens: int
    temperature: float
    top_p: float
    seed: int
    prompt: tuple[int, ...]


Request = Hello | Forward | Release | Done | Failed


class Frames:
    """Splits a byte stream into frames; feed it pieces of any size."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def pending(self) -> int:
        """Bytes that arrived and belong to no frame taken so far."""
        return len(self._buffer)

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def take(self) -> tuple[Kind, bytes] | None:
        """The next whole frame, or None until more arrives.

        Raises:
            ProtocolError: an unknown kind, or a length above MAX_BODY, as soon as the header is there.
        """
        if len(self._buffer) < _HEADER.size:
            return None
        kind, length = _HEADER.unpack_from(self._buffer)
        if length > MAX_BODY:
            raise ProtocolError(f"a frame of {length} bytes; at most {MAX_BODY} are allowed")
        try:
            known = Kind(kind)
        except ValueError:
            raise ProtocolError(f"a frame of unknown kind {kind}") from None
        end = _HEADER.size + length
        if len(self._buffer) < end:
            return None
        body = bytes(self._buffer[_HEADER.size : end])
        del self._buffer[:end]
        return known, body


def frame(kind: Kind, body: bytes = b"") -> bytes:
    return _HEADER.pack(kind, len(body)) + body


def decode_request(kind: Kind, body: bytes) -> Request:
    """A contestant's frame on a trial's connection.

    Raises:
        ProtocolError: not a frame of that direction, or not its layout to the byte.
    """
    match kind:
        case Kind.FORWARD:
            _at_least(body, _FORWARD.size, kind)
            model, handle, length = _FORWARD.unpack_from(body)
            if model > 1:
                raise ProtocolError("FORWARD names a model that is neither target nor draft")
            tokens = _words(body[_FORWARD.size :], kind)
            return Forward("draft" if model else "target", None if handle == NONE else handle, length, tokens)
        case Kind.RELEASE:
            _exactly(body, _U32.size, kind)
            return Release(_U32.unpack(body)[0])
        case Kind.DONE:
            return Done(_words(body, kind))
        case Kind.FAILED:
            _at_least(body, 1, kind)
            if body[0] not in (Failure.RAISED, Failure.BAD_RESULT):
                raise ProtocolError("FAILED has an unknown code")
            return Failed(Failure(body[0]), printable(body[1:]))
        case Kind.HELLO:
            _exactly(body, _HELLO.size, kind)
            magic, version = _HELLO.unpack(body)
            if magic != _MAGIC:
                raise ProtocolError("HELLO does not begin as it must")
            return Hello(version)
        case _:
            raise ProtocolError(f"{kind.name} does not belong on this connection")


def encode_request(request: Request) -> bytes:
    """Inverse of `decode_request`, framed."""
    match request:
        case Forward(model, handle, length, tokens):
            head = _FORWARD.pack(int(model == "draft"), NONE if handle is None else handle, length)
            return frame(Kind.FORWARD, head + _pack_words(tokens))
        case Release(handle):
            return frame(Kind.RELEASE, _U32.pack(handle))
        case Done(tokens):
            return frame(Kind.DONE, _pack_words(tokens))
        case Failed(failure, note):
            return frame(Kind.FAILED, bytes([failure]) + note.encode("utf-8", "replace")[: 4 * MAX_NOTE])
        case Hello(version):
            return frame(Kind.HELLO, _HELLO.pack(_MAGIC, version))


def encode_setup(setup: Setup) -> bytes:
    head = _TRIAL.pack(
        setup.vocab_size,
        setup.max_positions,
        NONE if setup.eos_token_id is None else setup.eos_token_id,
        setup.max_new_tokens,
        setup.num_speculative_tokens,
        setup.temperature,
        setup.top_p,
        setup.seed,
    )
    return frame(Kind.TRIAL, head + _pack_words(setup.prompt))


def decode_setup(kind: Kind, body: bytes) -> Setup:
    """Raises ProtocolError."""
    if kind is not Kind.TRIAL:
        raise ProtocolError(f"{kind.name} where TRIAL is due")
    _at_least(body, _TRIAL.size, kind)
    vocab_size, max_positions, eos, max_new_tokens, gamma, temperature, top_p, seed = _TRIAL.unpack_from(body)
    return Setup(
        vocab_size=vocab_size,
        max_positions=max_positions,
        eos_token_id=None if eos == NONE else eos,
        max_new_tokens=max_new_tokens,
        num_speculative_tokens=gamma,
        temperature=temperature,
        top_p=top_p,
        seed=seed,
        prompt=_words(body[_TRIAL.size :], kind),
    )


def encode_rows(handle: int, rows: bytes) -> bytes:
    """``rows``: float32, row after row; the contestant knows V and how many it asked for."""
    return frame(Kind.ROWS, _U32.pack(handle) + rows)


def decode_rows(kind: Kind, body: bytes) -> tuple[int, memoryview]:
    """Handle, and the rows' bytes. Raises ProtocolError."""
    if kind is not Kind.ROWS:
        raise ProtocolError(f"{kind.name} where ROWS is due")
    _at_least(body, _U32.size, kind)
    return _U32.unpack_from(body)[0], memoryview(body)[_U32.size :]


def encode_word(kind: Kind, word: int) -> bytes:
    """A frame whose body is one u32: ENDED, RUN."""
    return frame(kind, _U32.pack(word))


def decode_word(kind: Kind, body: bytes) -> int:
    """Raises ProtocolError."""
    _exactly(body, _U32.size, kind)
    word: int = _U32.unpack(body)[0]
    return word


def printable(hostile: bytes) -> str:
    """One line of printable characters, at most MAX_NOTE of them; anything else becomes ``?``."""
    text = hostile[: 4 * MAX_NOTE].decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "?" for c in text)[:MAX_NOTE]


def _pack_words(words: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(words)}I", *words)


def _words(body: bytes, kind: Kind) -> tuple[int, ...]:
    if len(body) % 4:
        raise ProtocolError(f"{kind.name} ends inside a number")
    return struct.unpack(f"<{len(body) // 4}I", body)


def _exactly(body: bytes, size: int, kind: Kind) -> None:
    if len(body) != size:
        raise ProtocolError(f"{kind.name} has {len(body)} bytes; want {size}")


def _at_least(body: bytes, size: int, kind: Kind) -> None:
    if len(body) < size:
        raise ProtocolError(f"{kind.name} has {len(body)} bytes; want at least {size}")
