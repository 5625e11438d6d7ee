"""The bytes of each token. Pure.

A byte-level tokenizer spells its vocabulary in an alphabet of 256 printable characters, one for each byte
(Radford et al. 2019, GPT-2): a byte that is printable stands for itself, the others follow from U+0100 on.
"""

from __future__ import annotations

_PRINTABLE = (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100))
_OTHERS = [byte for byte in range(256) if byte not in _PRINTABLE]
_BYTES = {chr(byte): byte for byte in _PRINTABLE} | {chr(256 + n): byte for n, byte in enumerate(_OTHERS)}


def bytes_of(spelling: str) -> bytes:
    """Of a token as the vocabulary spells it; UTF-8 where it is not spelt in that alphabet."""
    if all(letter in _BYTES for letter in spelling):
        return bytes(_BYTES[letter] for letter in spelling)
    return spelling.encode()
