"""The hash chain over one interview's log: a changed, dropped or reordered event breaks it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

GENESIS = bytes(32)
"""What the first event follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One row of the log, as stored."""

    interview: str
    seq: int
    at_us: int
    kind: str
    author: str
    payload: bytes
    hash: bytes


def link_hash(
    previous: bytes, *, interview: str, seq: int, at_us: int, kind: str, author: str, payload: bytes
) -> bytes:
    """sha256 over the previous hash and every field, each behind its length, so none runs into the next."""
    parts = (interview.encode(), b"%d" % seq, b"%d" % at_us, kind.encode(), author.encode(), payload)
    framed = [piece for part in parts for piece in (len(part).to_bytes(8, "big"), part)]
    return hashlib.sha256(b"".join((previous, *framed))).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What `verify` found; in the protocol's report as ``chain``."""

    events: int
    head: str
    broken_at: int | None
    """The first event, counted from 1, that does not follow from the one before it."""

    @property
    def intact(self) -> bool:
        return self.broken_at is None


def verify(links: Iterable[Link]) -> Chain:
    """Recompute the chain of one interview, given in order."""
    head, count, broken_at = GENESIS, 0, None
    for link in links:
        count += 1
        expected = link_hash(
            head,
            interview=link.interview,
            seq=link.seq,
            at_us=link.at_us,
            kind=link.kind,
            author=link.author,
            payload=link.payload,
        )
        if broken_at is None and (link.seq != count or link.hash != expected):
            broken_at = count
        head = link.hash
    return Chain(events=count, head=head.hex(), broken_at=broken_at)
