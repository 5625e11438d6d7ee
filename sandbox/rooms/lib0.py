"""The few lib0 encodings that the wire needs: varints and length-prefixed bytes. Pure.

https://github.com/dmonad/lib0 ``encoding.js``. Every read is bounded by the buffer; none allocates by a
claimed length.
"""

from __future__ import annotations


class BadFrame(Exception):
    """The other side does not speak the protocol. The text is for the log."""


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(0x80 | (number & 0x7F))
        number >>= 7
    out.append(number)
    return bytes(out)


def prefixed(payload: bytes) -> bytes:
    return varint(len(payload)) + payload


class Reader:
    """Reads from the front of a buffer. Every method raises BadFrame past the end."""

    def __init__(self, buffer: bytes) -> None:
        self._buffer = buffer
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._buffer) - self._at

    def byte(self) -> int:
        if not self.left:
            raise BadFrame("the frame ends early")
        self._at += 1
        return self._buffer[self._at - 1]

    def varint(self) -> int:
        """At most 2**63 - 1."""
        at = self._at
        if at < len(self._buffer) and (first := self._buffer[at]) < 0x80:
            self._at = at + 1
            return first
        number = shift = 0
        while True:
            byte = self.byte()
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                if number >= 1 << 63:
                    raise BadFrame("a number is too large")
                return number
            shift += 7
            if shift > 63:
                raise BadFrame("a number is too long")

    def count(self) -> int:
        """A number of things that follow, each at least one byte long."""
        number = self.varint()
        if number > self.left:
            raise BadFrame(f"{number} things in {self.left} bytes")
        return number

    def take(self, length: int) -> bytes:
        if length > self.left:
            raise BadFrame(f"{length} bytes wanted, {self.left} left")
        self._at += length
        return self._buffer[self._at - length : self._at]

    def prefixed(self) -> bytes:
        return self.take(self.varint())
