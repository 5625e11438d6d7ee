"""Rows of the log, packed: what keystrokes take on disk once an interview is over. Pure.

A chunk holds rows as they were, with the hash that each had, so that the chain is proven over packed rows as
over others. It is zlib over the length of a JSON header, the header with one list for each column, all
payloads, and all hashes.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from itertools import accumulate, pairwise

from sandbox.core.chain import Link

HASH_BYTES = 32


def pack(rows: Sequence[Link]) -> bytes:
    """At least one row, all of one interview, in their order."""
    header = {
        "seq": _steps([row.seq for row in rows]),
        "at_us": _steps([row.at_us for row in rows]),
        "kind": [row.kind for row in rows],
        "author": [row.author for row in rows],
        "length": [len(row.payload) for row in rows],
    }
    head = json.dumps(header, separators=(",", ":")).encode()
    body = [row.payload for row in rows] + [row.hash for row in rows]
    return zlib.compress(b"".join([len(head).to_bytes(4, "big"), head, *body]), 9)


def unpack(interview: str, packed: bytes) -> list[Link]:
    """Inverse of `pack`. Raises ValueError for bytes that it did not write."""
    try:
        raw = zlib.decompress(packed)
        end = 4 + int.from_bytes(raw[:4], "big")
        header = json.loads(raw[4:end])
        ends = list(accumulate(header["length"], initial=end))
        hashes = [raw[at : at + HASH_BYTES] for at in range(ends[-1], len(raw), HASH_BYTES)]
        return [
            Link(
                interview=interview,
                seq=seq,
                at_us=at_us,
                kind=kind,
                author=author,
                payload=raw[start:stop],
                hash=digest,
            )
            for seq, at_us, kind, author, (start, stop), digest in zip(
                accumulate(header["seq"]),
                accumulate(header["at_us"]),
                header["kind"],
                header["author"],
                pairwise(ends),
                hashes,
                strict=True,
            )
        ]
    except (zlib.error, KeyError, TypeError) as error:
        raise ValueError(f"a chunk of {interview} cannot be read: {error}") from error


def _steps(numbers: Sequence[int]) -> list[int]:
    """Each as its distance from the one before; small numbers pack better."""
    return [numbers[0], *(after - before for before, after in pairwise(numbers))]
