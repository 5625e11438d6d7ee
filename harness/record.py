"""The record of a judgement: everything that its verdict rests on, so that anybody can work it out again.

JSON lines: a `Head`, then one `RunLine` for each run, in order; last, where wall time was measured, a
`harness.wall.clocked.WallRecord`. These bytes are canonical (one record has one
encoding) and are what a scorecard's hash is of; a file holds them as one gzip member. A record may have been
tampered with, so every length is bounded before anything is made of it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, ValidationError

from harness.core.blocks import common_prefix
from harness.core.check import Budget
from harness.core.trial import Ended, Trial, TrialRun
from harness.wall.clocked import WallRecord
from pairs.ledger import Call
from wire.base import Wire
from wire.scorecard import CheckName, Prices, SubmissionRef, Thresholds

VERSION: Literal[1] = 1
MAX_BYTES = 32 << 20
"""Of the canonical bytes, and of a file; docs/judge.md says what usual ones have. `Room` sees to it that no
submission makes a longer one."""
MAX_LINE = 4 << 20
"""Parsing takes some ten times a line's length in memory."""
MAX_RUNS = 4_096
MAX_PATH = 4_096
MAX_PATHS = 1 << 24
"""Tokens in all calls' paths together: a call's line says only what is new in its path."""

Token = Annotated[int, Field(ge=0, lt=1 << 32)]
Count = Annotated[int, Field(ge=0, lt=1 << 32)]
Words = Annotated[str, Field(max_length=1_000)]
Seconds = Annotated[float, Field(ge=0)]
T = TypeVar("T", bound=Wire)


class BadRecord(Exception):
    """Not a record. The text says where and why; it holds nothing of the file's but numbers."""


class Head(Wire):
    """The first line: what was judged, with what, and why it ended."""

    format: Literal["probe-record"] = "probe-record"
    version: Literal[1] = VERSION
    submission: SubmissionRef
    challenge: Words
    challenge_version: int = Field(ge=1, lt=1 << 32)
    seed: int = Field(ge=0, lt=1 << 64)
    budget: Budget
    runtime: Words
    versions: dict[Words, Words]
    thresholds: Thresholds
    prices: tuple[Prices, ...]
    stopped: Words
    """Why trials were left out, in words; empty when none was, or only settled ones."""
    cut_after: Count | None
    """The number of runs recorded when the time ran out, None when it did not."""
    wall_s: Seconds
    runs: int = Field(ge=0, le=MAX_RUNS)


class TrialLine(Wire):
    """`harness.core.trial.Trial`."""

    purpose: CheckName
    pair: Words
    prompt: tuple[Token, ...]
    max_new_tokens: Count
    num_speculative_tokens: Count
    temperature: float
    top_p: float
    eos_token_id: Token | None
    seed: int = Field(ge=0, lt=1 << 64)


class RunLine(Wire):
    """`harness.core.trial.TrialRun`.

    A call is ``[model, shared, fed, copies, copied ..., new ...]``. Its path is the first ``shared`` tokens
    of the path before it in this ledger, whichever model's that was, then the new ones; ``copied`` are the
    lengths of copied caches, ``copies`` of them.
    """

    trial: TrialLine
    ended: Ended
    tokens: tuple[Token, ...]
    calls: tuple[Annotated[tuple[Token, ...], Field(min_length=4, max_length=2 * MAX_PATH + 4)], ...]
    wall_s: Seconds
    cpu_s: Seconds | None
    peak_memory_bytes: int | None = Field(ge=0, lt=1 << 64)
    note: Words


@dataclass(slots=True)
class Room:
    """What one record can still take, so that each judgement's can be read again.

    A quarter is kept free, for the runs of trials that are out when the rest is used up.
    """

    bytes_left: int = MAX_BYTES // 4 * 3
    paths_left: int = MAX_PATHS // 4 * 3

    def take(self, run: TrialRun) -> bool:
        """Whether there is room for more after this run."""
        self.bytes_left -= len(_json(_run_line(run)))
        self.paths_left -= sum(len(call.path) for call in run.calls)
        return self.bytes_left > 0 and self.paths_left > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    head: Head
    runs: tuple[TrialRun, ...]
    wall: WallRecord | None = None


def encode(record: Record) -> bytes:
    """The canonical bytes."""
    lines: Iterable[Wire] = (record.head, *map(_run_line, record.runs))
    if record.wall is not None:
        lines = (*lines, record.wall)
    return b"".join(_json(line) for line in lines)


def decode(data: bytes) -> Record:
    """Inverse of `encode`; takes nothing but what `encode` makes. Raises BadRecord."""
    if len(data) > MAX_BYTES:
        raise BadRecord(f"The record has {len(data)} bytes; at most {MAX_BYTES} are read.")
    if data.count(b"\n") > MAX_RUNS + 2:
        raise BadRecord(f"The record has more than {MAX_RUNS} runs.")
    first, *rest = data.removesuffix(b"\n").split(b"\n")
    head = _parsed(Head, first, 1)
    wall = _parsed(WallRecord, rest.pop(), head.runs + 2) if len(rest) == head.runs + 1 else None
    if head.runs != len(rest):
        raise BadRecord(f"The record's first line speaks of {head.runs} runs; {len(rest)} follow it.")
    left, runs = MAX_PATHS, list[TrialRun]()
    for number, line in enumerate(rest, start=2):
        run = _run(_parsed(RunLine, line, number), number, left)
        left -= sum(len(call.path) for call in run.calls)
        runs.append(run)
    record = Record(head=head, runs=tuple(runs), wall=wall)
    if encode(record) != data:
        raise BadRecord("The record is not in its canonical form: there are other bytes that say the same.")
    return record


def sha256(data: bytes) -> str:
    """Of canonical bytes, as it stands in the scorecard."""
    return hashlib.sha256(data).hexdigest()


def pack(data: bytes) -> bytes:
    """Canonical bytes as a file's content."""
    return gzip.compress(data, mtime=0)


def unpack(content: bytes) -> bytes:
    """Inverse of `pack`, never more than `MAX_BYTES`. Raises BadRecord."""
    inflate = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        data = inflate.decompress(content, MAX_BYTES + 1)
    except zlib.error:
        raise BadRecord("The file is not a gzip file, or it is damaged.") from None
    if len(data) > MAX_BYTES:
        raise BadRecord(f"The file holds more than {MAX_BYTES} bytes.")
    if not inflate.eof:
        raise BadRecord("The file ends too early.")
    if inflate.unused_data:
        raise BadRecord("There is something behind the record's end.")
    return data


def read(path: Path) -> bytes:
    """The canonical bytes in a file. Raises BadRecord."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadRecord(f"{path} cannot be read: {error.strerror}.") from None
    if len(content) > MAX_BYTES:
        raise BadRecord(f"The file is larger than {MAX_BYTES} bytes.")
    return unpack(content)


def write(path: Path, data: bytes) -> None:
    """Keep canonical bytes in a file. Raises OSError."""
    path.write_bytes(pack(data))


def _json(line: Wire) -> bytes:
    # The standard library's floats are `repr`, whose digits hang on no version of anything.
    text = json.dumps(line.model_dump(mode="json"), separators=(",", ":"), allow_nan=False)
    return text.encode("ascii") + b"\n"


def _parsed(model: type[T], line: bytes, number: int) -> T:
    if len(line) > MAX_LINE:
        raise BadRecord(f"Line {number} is longer than {MAX_LINE} bytes.")
    try:
        return model.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise BadRecord(f"Line {number} of the record cannot be read ({first['type']}).") from None


def _run_line(run: TrialRun) -> RunLine:
    return RunLine(
        trial=TrialLine(**asdict(run.trial)),
        ended=run.ended,
        tokens=run.tokens,
        calls=tuple(_packed_calls(run.calls)),
        wall_s=run.wall_s,
        cpu_s=run.cpu_s,
        peak_memory_bytes=run.peak_memory_bytes,
        note=run.note,
    )


def _run(line: RunLine, number: int, paths_left: int) -> TrialRun:
    return TrialRun(
        trial=Trial(**dict(line.trial)),
        ended=line.ended,
        tokens=line.tokens,
        calls=_unpacked_calls(line.calls, number, paths_left),
        wall_s=line.wall_s,
        cpu_s=line.cpu_s,
        peak_memory_bytes=line.peak_memory_bytes,
        note=line.note,
    )


def _packed_calls(calls: Sequence[Call]) -> Iterator[tuple[int, ...]]:
    before: tuple[int, ...] = ()
    for call in calls:
        shared = common_prefix(before, call.path)
        head = int(call.model == "draft"), shared, call.fed, len(call.copied)
        yield (*head, *call.copied, *call.path[shared:])
        before = call.path


def _unpacked_calls(packed: Sequence[tuple[int, ...]], number: int, paths_left: int) -> tuple[Call, ...]:
    calls, before = list[Call](), tuple[int, ...]()
    for model, shared, fed, copies, *rest in packed:
        copied, new = tuple(rest[:copies]), rest[copies:]
        length = shared + len(new)
        paths_left -= length
        possible = model <= 1 and shared <= len(before) and len(copied) == copies
        if not possible or not 1 <= fed <= length <= MAX_PATH:
            raise BadRecord(f"Call {len(calls) + 1} in line {number} of the record cannot be.")
        if paths_left < 0:
            raise BadRecord(f"The calls have more than {MAX_PATHS} tokens of context together.")
        before = (*before[:shared], *new)
        calls.append(Call(model="draft" if model else "target", path=before, fed=fed, copied=copied))
    return tuple(calls)
