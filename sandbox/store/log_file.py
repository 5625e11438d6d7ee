"""The log of one interview as a file: gzip of JSON lines, a row of the log each, with the hashes they had.

Whoever holds the file can play it and prove its chain, without the database and without us.
"""

from __future__ import annotations

import gzip
import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from sandbox.core.chain import Link
from wire.base import Wire

MAX_BYTES = 1 << 30
"""Unpacked."""
_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class BadLogFile(Exception):
    """The file cannot be read or written. Safe to show; says why."""


class _Row(Wire):
    interview: str = Field(pattern=r"^[0-9a-f]{1,32}$")
    seq: int = Field(ge=1)
    at_us: int = Field(ge=0)
    kind: str = Field(max_length=32)
    author: str = Field(max_length=32)
    payload: str
    """Base64."""
    hash: _Sha256


def write(path: Path, links: Sequence[Link]) -> None:
    """Raises BadLogFile."""
    rows = (
        {
            "interview": link.interview,
            "seq": link.seq,
            "at_us": link.at_us,
            "kind": link.kind,
            "author": link.author,
            "payload": b64encode(link.payload).decode(),
            "hash": link.hash.hex(),
        }
        for link in links
    )
    text = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
    try:
        path.write_bytes(gzip.compress(text.encode(), mtime=0))
    except OSError as error:
        raise BadLogFile(f"{path} cannot be written ({error.strerror}); name another file") from error


def read(path: Path) -> list[Link]:
    """Rows as the file has them; `chain.verify` says whether they belong together. Raises BadLogFile."""
    try:
        with gzip.open(path) as file:
            text = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BadLogFile(f"{path} is no log that `probe replay --export` wrote ({error})") from error
    if len(text) > MAX_BYTES:
        raise BadLogFile(f"{path} holds more than {MAX_BYTES} bytes")
    links = [_link(path, number, line) for number, line in enumerate(text.splitlines(), start=1)]
    if len({link.interview for link in links}) != 1:
        raise BadLogFile(f"{path} does not hold the log of one interview")
    return links


def _link(path: Path, number: int, line: bytes) -> Link:
    try:
        row = _Row.model_validate_json(line)
        return Link(
            interview=row.interview,
            seq=row.seq,
            at_us=row.at_us,
            kind=row.kind,
            author=row.author,
            payload=b64decode(row.payload, validate=True),
            hash=bytes.fromhex(row.hash),
        )
    except (ValidationError, ValueError) as error:
        raise BadLogFile(f"{path}, line {number}: no row of a log") from error
