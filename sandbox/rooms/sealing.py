"""WebSocket frames as a server sends them (RFC 6455, section 5.2): made once, written to every page. Pure."""

from __future__ import annotations

import struct

_TEXT, _BINARY = 0x81, 0x82
"""The last fragment of its message, and what it holds."""


class Sealed(bytes):
    """A whole frame, ready for the wire; nothing else may be written between two of them."""

    __slots__ = ()


def seal(message: bytes | str) -> Sealed:
    """One unfragmented frame: text for ``str``, binary for ``bytes``."""
    if isinstance(message, str):
        return _seal(_TEXT, message.encode())
    return _seal(_BINARY, message)


def _seal(first: int, payload: bytes) -> Sealed:
    length = len(payload)
    if length < 126:
        return Sealed(bytes((first, length)) + payload)
    if length < 1 << 16:
        return Sealed(struct.pack("!BBH", first, 126, length) + payload)
    return Sealed(struct.pack("!BBQ", first, 127, length) + payload)
