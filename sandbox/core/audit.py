"""What stays of an interview that was deleted: that it was, by whom and why; no content. Pure.

The audit log is a hash chain like that of an interview (`chain`), under a name that no interview has.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

from pydantic import Field

from sandbox.core.chain import Link, link_hash
from wire.base import Wire

NAME = "audit"
KIND = "deleted"
_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Deleted(Wire):
    interview_sha256: _Sha256
    """Of the interview's id: whoever knows the id can look it up."""
    reason: str
    events: int
    """How many the log had."""
    head: _Sha256
    """Of its hash chain, as the report printed it."""


def hashed(interview: str) -> str:
    return hashlib.sha256(interview.encode()).hexdigest()


def link(previous: bytes, seq: int, *, at_us: int, who: str, deleted: Deleted) -> Link:
    """The entry that follows ``previous``, the ``seq``-th of the audit log, from 1."""
    fields = {
        "interview": NAME,
        "seq": seq,
        "at_us": at_us,
        "kind": KIND,
        "author": who,
        "payload": deleted.model_dump_json().encode(),
    }
    return Link(**fields, hash=link_hash(previous, **fields))  # type: ignore[arg-type]


def read(entry: Link) -> Deleted:
    """Raises ValueError for an entry that `link` did not make."""
    return Deleted.model_validate_json(entry.payload)
