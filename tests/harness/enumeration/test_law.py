"""A reported law: its bytes, and how it is held against the target's."""

from __future__ import annotations

import contextlib
import itertools
import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.enumeration.codec import MOST_TEXTS, CutOff, Law, Refused, Report, decode, encode
from harness.enumeration.law import END, compare, target_law
from harness.enumeration.task import Task
from harness.enumeration.tiny import tiny_pair
from harness.oracle.codec import MAX_REQUEST, ProtocolError
from pairs.warp import warp

TEXTS = list(itertools.product(range(3), repeat=2))


def law(texts: dict[tuple[int, ...], float], broken: float = 0.0, skipped: float = 0.0) -> Law:
    return Law(texts=texts, leaves=9, skipped=skipped, broken=broken, note="it broke" if broken else "")


LAWS = st.lists(st.floats(0.01, 1.0), min_size=9, max_size=9).map(
    lambda weights: law({text: w / sum(weights) for text, w in zip(TEXTS, weights, strict=True)})
)


@given(st.one_of(LAWS, st.builds(Refused, st.just("why")), st.builds(CutOff, st.just(5), st.just(0.5))))
def test_what_is_sent_is_what_is_read(report: Report) -> None:
    assert decode(encode(report), vocab_size=3, max_new_tokens=2) == report


@given(st.one_of(st.binary(max_size=64), st.binary(max_size=64).map(lambda body: b"\x00" + body)))
def test_hostile_bytes_are_a_report_or_a_protocol_error(body: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        decode(body, vocab_size=3, max_new_tokens=2)


@given(LAWS, st.integers(0, 400), st.integers(1, 255))
def test_one_byte_changed_never_gives_a_law_that_could_not_be(report: Law, at: int, flip: int) -> None:
    body = bytearray(encode(report))
    body[at % len(body)] ^= flip
    try:
        read = decode(bytes(body), vocab_size=3, max_new_tokens=2)
    except ProtocolError:
        return
    if isinstance(read, Law):
        assert all(len(text) <= 2 and all(token < 3 for token in text) for text in read.texts)
        assert math.fsum(read.texts.values()) + read.broken + read.skipped == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    "bad",
    [
        law({(0, 0): 0.5, (0, 1): 0.4}),
        law({(0, 0): 1.5, (0, 1): -0.5}),
        law({(0, 0): math.nan, (0, 1): 0.5}),
        law({(0, 3): 1.0}),
        law({(0, 0, 0): 1.0}),
        law({(0, 0): 0.5}, broken=0.6),
    ],
)
def test_a_law_that_cannot_be_is_refused(bad: Law) -> None:
    with pytest.raises(ProtocolError):
        decode(encode(bad), vocab_size=3, max_new_tokens=2)


def test_a_law_cut_off_or_with_bytes_after_it_is_refused() -> None:
    body = encode(law({(0, 0): 0.5, (0, 1): 0.5}))
    for wrong in (body[:-1], body + b"\x00", b"", struct.pack("<B", 7)):
        with pytest.raises(ProtocolError):
            decode(wrong, vocab_size=3, max_new_tokens=2)


@pytest.mark.parametrize(
    "task", [Task(), Task(vocab_size=4, max_new_tokens=3, temperature=0.7, top_p=0.9), Task(max_new_tokens=1)]
)
def test_the_target_s_law_is_the_product_of_its_rows(task: Task) -> None:
    pair = tiny_pair(task)
    joint = target_law(pair, task)
    assert math.fsum(joint.values()) == pytest.approx(1.0, abs=1e-12)
    for text, mass in joint.items():
        states = pair.target.states((*task.prompt, *text))[len(task.prompt) - 1 : -1]
        rows = [
            warp(pair.target.logits(state), temperature=task.temperature, top_p=task.top_p)
            for state in states
        ]
        assert mass == pytest.approx(math.prod(float(row[x]) for row, x in zip(rows, text, strict=True)))


@given(LAWS, LAWS)
def test_the_distance_is_total_variation_and_no_more_than_the_departures_by_position(
    got: Law, want: Law
) -> None:
    comparison = compare(got, want.texts, 2)
    there = np.array([got.texts[text] for text in TEXTS])
    here = np.array([want.texts[text] for text in TEXTS])
    assert comparison.distance == pytest.approx(np.abs(there - here).sum() / 2)
    assert comparison.distance <= sum(comparison.by_position) + 1e-12


@given(LAWS)
def test_a_law_agrees_with_itself(one: Law) -> None:
    comparison = compare(one, one.texts, 2)
    assert comparison.agrees
    assert comparison.first is None
    assert comparison.worst == ()


def test_the_first_position_that_parts_is_found_and_its_worst_cell() -> None:
    want = dict.fromkeys(TEXTS, 1 / 9)
    got = want | {(1, 0): 0.0, (1, 2): 2 / 9}
    comparison = compare(law(got), want, 2)
    assert comparison.by_position == pytest.approx((0.0, 1 / 9))
    assert comparison.first is not None
    assert comparison.first.prefix == (1,)
    assert comparison.first.token in {0, 2}


def test_a_text_that_stops_early_parts_where_it_stops() -> None:
    want = dict.fromkeys(TEXTS, 1 / 9)
    got = {text: mass for text, mass in want.items() if text[0] != 1} | {(1,): 1 / 3}
    comparison = compare(law(got), want, 2)
    assert comparison.first is not None
    assert (comparison.first.prefix, comparison.first.token) == ((1,), END)


def test_what_broke_counts_as_wrong() -> None:
    want = dict.fromkeys(TEXTS, 1 / 9)
    got = dict.fromkeys(TEXTS, 0.1)
    assert compare(law(got, broken=0.1), want, 2).distance == pytest.approx(0.1)


def test_more_texts_than_a_frame_holds_are_said_to_be_too_many_and_the_rest_fits() -> None:
    many = [text for n in range(5, 12) for text in itertools.product(range(2), repeat=n)]
    room = law(dict.fromkeys(many[-MOST_TEXTS:], 1 / MOST_TEXTS))
    assert len(encode(room)) <= MAX_REQUEST
    report = decode(encode(law(dict.fromkeys(many, 1 / len(many)))), vocab_size=2, max_new_tokens=11)
    assert isinstance(report, Refused)
    assert "different texts" in report.why
