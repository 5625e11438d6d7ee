"""Frames between judge and contestant: fixed binary layouts, and nothing else. Sans-IO, stdlib only.

Both ends import this file; it is shown inside the jail, so it must stand alone. No pickle, no JSON, no float
from a contestant, and no text but one bounded note. A frame is a kind (u8), a length (u32, bounded by the
direction it goes in, checked before anything is allocated) and a body; all little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

VERSION = 2
MAX_REQUEST = 1 << 16
"""Bytes in the body of a frame to the judge, who never needs a larger buffer."""
MAX_REPLY = 1 << 28
"""Bytes in the body of a frame to a contestant: 512 rows of 128k logits."""
MAX_NOTE = 500
SPARE_TOKENS = 256
"""New tokens beyond those asked for that are taken all the same: then one can say how many came."""
NONE = 0xFFFFFFFF
"""Stands for 'no handle' and 'no end-of-text token'; no id and no handle is as large."""

_HEADER = struct.Struct("<BI")
_HELLO = struct.Struct("<4sH")
_FORWARD = struct.Struct("<BII")
_FORWARD_FRAME = struct.Struct("<BIBII")
_FORK = struct.Struct("<II")
_SHARED = struct.Struct("<II")
_ROWS_FRAME = struct.Struct("<BII")
_U32 = struct.Struct("<I")
_TRIAL = struct.Struct("<IIIIIIddQ")
_MAGIC = b"SPEC"

Body = bytes | memoryview


class ProtocolError(Exception):
    """The bytes are not what the wire allows. The text is ours: it holds no byte of theirs."""


class Kind(IntEnum):
    """The first byte of a frame."""

    HELLO = 1  # to the judge: magic, version
    FORWARD = 2  # to the judge: model, cache, length to keep, tokens
    RELEASE = 3  # to the judge, without an answer: cache
    DONE = 4  # to the judge: new tokens
    FAILED = 5  # to the judge: what went wrong, a note
    FORK = 6  # to the judge: cache, length to copy
    TRIAL = 16  # to the contestant: parameters, prompt
    ROWS = 17  # to the contestant: cache, rows
    FORKED = 18  # to the contestant: the new cache
    SHARED = 19  # to the contestant: cache, and how many bytes of rows lie at the start of the shared memory
    LOADED = 32  # to the judge, on the control connection: torch is imported
    READY = 33  # to the judge, on the control connection: the submission is imported
    ENDED = 34  # to the judge, on the control connection: a trial's process is gone; its wait status
    LAW = 35  # to the judge, on the control connection of an enumeration: the law, or why there is none
    RUN = 48  # to the contestant's server: fork a process for this trial number
    KILL = 49  # to the contestant's server: kill that process


_KINDS = {int(kind): kind for kind in Kind}


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
class Fork:
    handle: int
    length: int
    """Positions to copy."""


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
    cpu: int | None = None
    """Where the judge waits for requests. A contestant there is answered sooner; it may be anywhere."""


Request = Hello | Forward | Fork | Release | Done | Failed


class Frames:
    """Splits a byte stream into frames, in one buffer that bytes are received into.

    Whoever has bytes writes them into `space` and says how many in `added`, or hands them to `feed`.
    """

    def __init__(self, max_body: int) -> None:
        self._max_body = max_body
        self._view = memoryview(bytearray(_HEADER.size + min(max_body, MAX_REQUEST)))
        self._start = self._end = 0
        """Between them lies what belongs to no frame taken so far."""

    @property
    def pending(self) -> int:
        """Bytes that arrived and belong to no frame taken so far."""
        return self._end - self._start

    def space(self) -> memoryview:
        """Where the next bytes go, never empty. Bodies that were taken are overwritten."""
        if self._start:
            pending = self.pending
            self._view[:pending] = bytes(self._view[self._start : self._end])
            self._start, self._end = 0, pending
        return self._view[self._end :]

    def added(self, count: int) -> None:
        """``count`` bytes lie at the front of what `space` gave last."""
        self._end += count

    def feed(self, data: bytes) -> None:
        """``data`` arrived: any part of a frame, or several."""
        if len(data) > len(self.space()):
            self._enlarge(self.pending + len(data))
        self.space()[: len(data)] = data
        self.added(len(data))

    def take(self) -> tuple[Kind, memoryview] | None:
        """The next whole frame, or None until more arrives. The body is valid until the next `space`.

        Raises:
            ProtocolError: an unknown kind, or a length above ``max_body``, as soon as the header is there.
        """
        start = self._start
        pending = self._end - start
        if pending < _HEADER.size:
            return None
        kind, length = _HEADER.unpack_from(self._view, start)
        known = _KINDS.get(kind)
        if length > self._max_body:
            raise ProtocolError(f"a frame of {length} bytes; at most {self._max_body} are allowed")
        if known is None:
            raise ProtocolError(f"a frame of unknown kind {kind}")
        size = _HEADER.size + length
        if pending < size:
            if size > len(self._view):
                self._enlarge(size)
            return None
        self._start = start + size
        return known, self._view[start + _HEADER.size : start + size]

    def _enlarge(self, size: int) -> None:
        held = self._view[self._start : self._end]
        self._view = memoryview(bytearray(size))
        self._view[: len(held)] = held
        self._start, self._end = 0, len(held)


def frame(kind: Kind, body: bytes = b"") -> bytes:
    return _HEADER.pack(kind, len(body)) + body


def decode_request(kind: Kind, body: Body) -> Request:
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
            tokens = _words(body, kind, _FORWARD.size)
            return Forward("draft" if model else "target", None if handle == NONE else handle, length, tokens)
        case Kind.RELEASE:
            return Release(decode_word(kind, body))
        case Kind.FORK:
            _exactly(body, _FORK.size, kind)
            return Fork(*_FORK.unpack(body))
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
            return encode_forward(model, handle, length, tokens)
        case Fork(handle, length):
            return frame(Kind.FORK, _FORK.pack(handle, length))
        case Release(handle):
            return encode_word(Kind.RELEASE, handle)
        case Done(tokens):
            return frame(Kind.DONE, _pack_words(tokens))
        case Failed(failure, note):
            return frame(Kind.FAILED, bytes([failure]) + note.encode("utf-8", "replace")[: 4 * MAX_NOTE])
        case Hello(version):
            return frame(Kind.HELLO, _HELLO.pack(_MAGIC, version))


def encode_forward(
    model: Literal["target", "draft"], handle: int | None, length: int, tokens: Sequence[int]
) -> bytes:
    """`encode_request` of a `Forward`, without making one: the one frame that speed hangs on."""
    head = _FORWARD_FRAME.pack(
        Kind.FORWARD,
        _FORWARD.size + 4 * len(tokens),
        model == "draft",
        NONE if handle is None else handle,
        length,
    )
    return head + _pack_words(tokens)


def encode_setup(setup: Setup) -> bytes:
    head = _TRIAL.pack(
        setup.vocab_size,
        setup.max_positions,
        NONE if setup.eos_token_id is None else setup.eos_token_id,
        setup.max_new_tokens,
        setup.num_speculative_tokens,
        NONE if setup.cpu is None else setup.cpu,
        setup.temperature,
        setup.top_p,
        setup.seed,
    )
    return frame(Kind.TRIAL, head + _pack_words(setup.prompt))


def decode_setup(kind: Kind, body: Body) -> Setup:
    """Raises ProtocolError."""
    if kind is not Kind.TRIAL:
        raise ProtocolError(f"{kind.name} where TRIAL is due")
    _at_least(body, _TRIAL.size, kind)
    numbers = _TRIAL.unpack_from(body)
    vocab_size, max_positions, eos, max_new_tokens, gamma, cpu, temperature, top_p, seed = numbers
    return Setup(
        vocab_size=vocab_size,
        max_positions=max_positions,
        eos_token_id=None if eos == NONE else eos,
        max_new_tokens=max_new_tokens,
        num_speculative_tokens=gamma,
        temperature=temperature,
        top_p=top_p,
        seed=seed,
        prompt=_words(body, kind, _TRIAL.size),
        cpu=None if cpu == NONE else cpu,
    )


def encode_rows(handle: int, rows: Body) -> bytes:
    """``rows``: float32, one after the other; the contestant knows V and how many it asked for."""
    return b"".join((_ROWS_FRAME.pack(Kind.ROWS, _U32.size + len(rows), handle), rows))


def decode_rows(kind: Kind, body: Body) -> tuple[int, memoryview]:
    """Handle, and the rows' bytes. Raises ProtocolError."""
    if kind is not Kind.ROWS:
        raise ProtocolError(f"{kind.name} where ROWS is due")
    _at_least(body, _U32.size, kind)
    return _U32.unpack_from(body)[0], memoryview(body)[_U32.size :]


def encode_shared(handle: int, size: int) -> bytes:
    """In place of `encode_rows`, when the ``size`` bytes of rows were written to memory that both see."""
    return frame(Kind.SHARED, _SHARED.pack(handle, size))


def decode_shared(kind: Kind, body: Body) -> tuple[int, int]:
    """Handle, and the size of the rows in bytes. Raises ProtocolError."""
    if kind is not Kind.SHARED:
        raise ProtocolError(f"{kind.name} where SHARED is due")
    _exactly(body, _SHARED.size, kind)
    handle, size = _SHARED.unpack(body)
    return handle, size


def encode_word(kind: Kind, word: int) -> bytes:
    """A frame whose body is one u32: RELEASE, FORKED, ENDED, RUN."""
    return frame(kind, _U32.pack(word))


def decode_word(kind: Kind, body: Body) -> int:
    """Raises ProtocolError."""
    _exactly(body, _U32.size, kind)
    word: int = _U32.unpack(body)[0]
    return word


def printable(hostile: Body) -> str:
    """One line of printable characters, at most MAX_NOTE of them; anything else becomes ``?``."""
    text = bytes(hostile[: 4 * MAX_NOTE]).decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "?" for c in text)[:MAX_NOTE]


def far_too_long(new: int, asked: int) -> str:
    """What is wrong with so many new tokens, in words for both ends; empty where they can be taken."""
    return (
        f"{new} new tokens came back where max_new_tokens was {asked}" if new > asked + SPARE_TOKENS else ""
    )


def _pack_words(words: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(words)}I", *words)


def _words(body: Body, kind: Kind, start: int = 0) -> tuple[int, ...]:
    """The u32s from ``start`` to the end."""
    count, rest = divmod(len(body) - start, 4)
    if rest:
        raise ProtocolError(f"{kind.name} ends inside a number")
    return struct.unpack_from(f"<{count}I", body, start)


def _exactly(body: Body, size: int, kind: Kind) -> None:
    if len(body) != size:
        raise ProtocolError(f"{kind.name} has {len(body)} bytes; want {size}")


def _at_least(body: Body, size: int, kind: Kind) -> None:
    if len(body) < size:
        raise ProtocolError(f"{kind.name} has {len(body)} bytes; want at least {size}")
