"""The broker's frames: a length in four big-endian bytes, then that much JSON. Pure.

The length is checked before anything is kept, so a peer that claims 4 GiB costs four bytes.
"""

from __future__ import annotations

import struct

from pydantic import ValidationError

from wire.broker import ANSWER, REQUEST, Answer, Request

MAX_REQUEST = 64 * 1024
MAX_ANSWER = 256 * 1024
"""Holds 64 KiB of a jail's output in base64."""
_HEADER = struct.Struct(">I")
_REASON_CHARS = 300


class BadFrame(Exception):
    """The peer sent something that is no message. Safe to show."""


class Frames:
    """Bytes in, whole bodies out, however the bytes were cut."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept = bytearray()

    @property
    def pending(self) -> int:
        return len(self._kept)

    def feed(self, data: bytes) -> None:
        self._kept += data

    def take(self) -> bytes | None:
        """The next body, or None while it is incomplete. Raises BadFrame."""
        if len(self._kept) < _HEADER.size:
            return None
        (length,) = _HEADER.unpack_from(self._kept)
        if not 0 < length <= self._most:
            raise BadFrame(f"a frame of {length} bytes; 1 to {self._most} are read")
        end = _HEADER.size + length
        if len(self._kept) < end:
            return None
        body = bytes(self._kept[_HEADER.size : end])
        del self._kept[:end]
        return body


def frame(message: Request | Answer) -> bytes:
    body = message.model_dump_json().encode()
    return _HEADER.pack(len(body)) + body


def request_of(body: bytes) -> Request:
    """Raises BadFrame."""
    try:
        return REQUEST.validate_json(body)
    except ValidationError as error:
        raise BadFrame(_first(error)) from None


def answer_of(body: bytes) -> Answer:
    """Raises BadFrame."""
    try:
        return ANSWER.validate_json(body)
    except ValidationError as error:
        raise BadFrame(_first(error)) from None


def _first(error: ValidationError) -> str:
    """What is wrong first, without the bytes that were sent."""
    found = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(step)[:40] for step in found["loc"])
    return f"{place or 'the message'}: {found['msg']}"[:_REASON_CHARS]
