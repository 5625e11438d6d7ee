"""The record's codec: what went in comes out, one encoding each, and no bytes do more than be refused."""

from __future__ import annotations

import contextlib
import gzip
import json
import tracemalloc
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import record as rec
from harness.battery import make_battery
from harness.core.check import Budget
from harness.core.trial import Ended, Trial, TrialRun
from harness.oracle import codec
from harness.oracle.session import limits_for
from harness.play import IN_FLIGHT
from harness.record import BadRecord, Head, Record
from pairs.ledger import Call
from wire.scorecard import Prices, SubmissionRef, Thresholds

TOKENS = st.lists(st.integers(0, 600), max_size=8).map(tuple)
WORDS = st.text(max_size=40)
FLOATS = st.floats(0, 1e9, allow_nan=False)


@st.composite
def calls(draw: st.DrawFn) -> Call:
    path = draw(st.lists(st.integers(0, 600), min_size=1, max_size=12).map(tuple))
    return Call(
        model=draw(st.sampled_from(["target", "draft"])),
        path=path,
        fed=draw(st.integers(1, len(path))),
        copied=draw(st.lists(st.integers(1, 512), max_size=3).map(tuple)),
    )


TRIALS = st.builds(
    Trial,
    purpose=st.sampled_from(["contract", "law", "economy"]),
    pair=WORDS,
    prompt=TOKENS,
    max_new_tokens=st.integers(0, 512),
    num_speculative_tokens=st.integers(0, 16),
    temperature=FLOATS,
    top_p=FLOATS,
    eos_token_id=st.none() | st.integers(0, 600),
    seed=st.integers(0, 2**62),
)
RUNS = st.builds(
    TrialRun,
    trial=TRIALS,
    ended=st.sampled_from(Ended),
    tokens=TOKENS,
    calls=st.lists(calls(), max_size=6).map(tuple),
    wall_s=FLOATS,
    cpu_s=st.none() | FLOATS,
    peak_memory_bytes=st.none() | st.integers(0, 2**40),
    note=WORDS,
)
HEAD = Head(
    submission=SubmissionRef(sha256="0" * 64, files=("specdec.py",)),
    challenge="small",
    challenge_version=3,
    seed=42,
    budget="quick",
    runtime="none",
    versions={"numpy": "2"},
    thresholds=Thresholds(),
    prices=(
        Prices(
            name="one",
            target_call=6,
            target_position=5,
            target_cached=4,
            draft_call=3,
            draft_position=2,
            draft_cached=1,
            target_copy=1,
            target_copied=1,
            draft_copy=1,
            draft_copied=1,
        ),
    ),
    stopped="",
    cut_after=None,
    wall_s=1.5,
    runs=0,
)


TRIAL = Trial(
    purpose="law",
    pair="bell",
    prompt=(1, 2),
    max_new_tokens=8,
    num_speculative_tokens=2,
    temperature=1.0,
    seed=0,
)


def record(*runs: TrialRun) -> Record:
    return Record(head=HEAD.model_copy(update={"runs": len(runs)}), runs=runs)


RECORDS = st.lists(RUNS, max_size=4).map(lambda runs: record(*runs))


@given(RECORDS)
def test_a_record_comes_back_as_it_was_written(one: Record) -> None:
    assert rec.decode(rec.unpack(rec.pack(rec.encode(one)))) == one


@given(RECORDS)
def test_a_records_file_has_the_same_bytes_each_time(one: Record) -> None:
    assert rec.pack(rec.encode(one)) == rec.pack(rec.encode(replace(one)))


@given(st.binary(max_size=400))
def test_any_bytes_are_a_bad_record(data: bytes) -> None:
    with pytest.raises(BadRecord):
        rec.decode(data)
    with pytest.raises(BadRecord):
        rec.unpack(data)


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """Some of a record's bytes replaced, left out, doubled or moved."""
    start = draw(st.integers(0, len(data) - 1))
    end = draw(st.integers(start, min(start + 40, len(data))))
    piece = draw(st.sampled_from([b"", b"0", b"-1", b"1e999", b"null", b"[]", b"\n", data[:start]]))
    return data[:start] + draw(st.just(piece) | st.binary(max_size=9)) + data[end:]


@given(data=st.data(), one=RECORDS)
@settings(max_examples=300)
def test_a_damaged_record_is_another_record_or_a_bad_one(data: st.DataObject, one: Record) -> None:
    good = rec.encode(one)
    mutated = data.draw(damaged(good))
    with contextlib.suppress(BadRecord):
        assert rec.encode(rec.decode(mutated)) == mutated
    with contextlib.suppress(BadRecord):
        rec.decode(rec.unpack(data.draw(damaged(rec.pack(good)))))


RUN = TrialRun(
    trial=Trial(
        purpose="law",
        pair="small",
        prompt=(1, 2),
        max_new_tokens=4,
        num_speculative_tokens=2,
        temperature=1.0,
        seed=7,
    ),
    ended=Ended.RETURNED,
    tokens=(5, 6),
    calls=(
        Call(model="draft", path=(1, 2, 3), fed=3),
        Call(model="target", path=(1, 2, 3, 4), fed=4),
        Call(model="draft", path=(1, 2, 5), fed=1, copied=(2, 3)),
    ),
)


def edited(line: int, **changes: object) -> bytes:
    """The record of `RUN`, its lines written anew with other values."""
    lines = [json.loads(text) for text in rec.encode(record(RUN)).splitlines()]
    lines[line].update(changes)
    return b"".join(json.dumps(text, separators=(",", ":")).encode() + b"\n" for text in lines)


def test_a_call_says_only_what_is_new_in_its_path() -> None:
    assert json.loads(rec.encode(record(RUN)).splitlines()[1])["calls"] == [
        [1, 0, 3, 0, 1, 2, 3],
        [0, 3, 4, 0, 4],
        [1, 2, 1, 2, 2, 3, 5],
    ]


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        (0, {"version": 2}),
        (0, {"format": "another"}),
        (0, {"runs": 2}),
        (0, {"seed": -1}),
        (0, {"seed": 1.0}),
        (0, {"wall_s": "1"}),
        (0, {"more": 1}),
        (0, {"stopped": "x" * 1_001}),
        (1, {"ended": "fine"}),
        (1, {"tokens": [-1]}),
        (1, {"tokens": [True]}),
        (1, {"tokens": [2**32]}),
        (1, {"wall_s": 1e999}),
        (1, {"calls": [[2, 0, 1, 1]]}),  # a third model
        (1, {"calls": [[0, 1, 1, 0, 1]]}),  # shares with nothing
        (1, {"calls": [[0, 0, 0, 0, 1]]}),  # feeds nothing
        (1, {"calls": [[0, 0, 2, 0, 1]]}),  # feeds more than there is
        (1, {"calls": [[0, 0, 1]]}),
        (1, {"calls": [[0, 0, 1, 2, 1]]}),  # two copies and the length of one
        (1, {"calls": [[0, 0, 1, 0, 1], [0, 0, 1, 0, 1]]}),  # shares a token and says none
        (1, {"calls": [[0, 0, 1, 0, *[1] * (rec.MAX_PATH + 1)]]}),
    ],
)
def test_what_no_judge_writes_is_refused(line: int, changes: dict[str, object]) -> None:
    assert rec.decode(edited(line)) == record(RUN)
    with pytest.raises(BadRecord):
        rec.decode(edited(line, **changes))


@pytest.mark.parametrize(
    ("old", "new"), [(b'"seed":7', b'"seed": 7'), (b'"note":""', b'"note":"","note":""'), (b"1.0", b"1.00")]
)
def test_other_bytes_that_say_the_same_are_refused(old: bytes, new: bytes) -> None:
    data = rec.encode(record(RUN))
    assert old in data
    with pytest.raises(BadRecord, match="canonical"):
        rec.decode(data.replace(old, new, 1))


def peak(act: object, *arguments: bytes) -> int:
    """Bytes that were held at most while a record was refused."""
    tracemalloc.start()
    try:
        with pytest.raises(BadRecord):
            act(*arguments)  # type: ignore[operator]
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("budget", ["quick", "full"])
def test_the_last_trials_of_a_full_record_fit_into_what_is_kept_free(budget: Budget) -> None:
    kept_free = rec.MAX_BYTES - rec.Room().bytes_left, rec.MAX_PATHS - rec.Room().paths_left
    for check in make_battery(1).checks:
        for limits in map(limits_for, check.trials(budget, Random(1))):
            # A token and its comma, and what else stands in a call's line: ids and lengths below 1,000.
            largest = 4 * limits.ledger_tokens + 32 * limits.calls + 16 * codec.MAX_NOTE
            assert IN_FLIGHT * largest < kept_free[0]
            assert IN_FLIGHT * limits.ledger_tokens < kept_free[1]


def test_room_is_used_up_by_what_a_record_has_of_a_run() -> None:
    run = TrialRun(
        trial=TRIAL, ended=Ended.RETURNED, calls=(Call(model="target", path=(1, 2, 3), fed=3),) * 5
    )
    written = len(rec.encode(record(run))) - len(rec.encode(record()))
    assert not rec.Room(bytes_left=written).take(run)
    assert rec.Room(bytes_left=written + 1).take(run)
    assert not rec.Room(paths_left=15).take(run)
    assert rec.Room(paths_left=16).take(run)


def test_a_small_file_that_unpacks_to_much_is_refused() -> None:
    bomb = gzip.compress(bytes(3 * rec.MAX_BYTES))
    assert len(bomb) < rec.MAX_BYTES // 100
    assert peak(rec.unpack, bomb) < 2.5 * rec.MAX_BYTES


def test_short_calls_that_stand_for_long_paths_are_refused_before_the_paths_are_made() -> None:
    long = [0, 0, 1, 0, *[1] * rec.MAX_PATH]
    bomb = edited(1, calls=[long, *[[0, rec.MAX_PATH, 1]] * 100_000])
    assert len(bomb) < rec.MAX_LINE
    assert peak(rec.decode, bomb) < 10 * rec.MAX_PATHS  # a word a token, and what the parser holds


@pytest.mark.parametrize(
    "data",
    [
        b"[" * rec.MAX_LINE,
        b"\n" * (rec.MAX_RUNS + 2),
        b'{"format":"' + b"x" * rec.MAX_LINE,
        b"1" * rec.MAX_LINE,
        bytes(rec.MAX_BYTES + 1),
    ],
)
def test_lines_that_are_long_deep_or_many_are_refused(data: bytes) -> None:
    assert peak(rec.decode, data) < 8 * rec.MAX_BYTES


def test_a_file_that_ends_early_or_goes_on_is_refused() -> None:
    packed = rec.pack(rec.encode(record(RUN)))
    for content in (packed[:-1], packed + b"\x00", packed + packed, b""):
        with pytest.raises(BadRecord):
            rec.unpack(content)
