"""Time lost to our faults is given back: exactly, once, and only while the clock ran."""

from __future__ import annotations

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from sandbox.core import events as ev
from sandbox.core import outage as out
from sandbox.core import room_events as rev
from sandbox.core.clock import Clock
from sandbox.core.evolve import evolve
from sandbox.core.interview import Interview
from tests.sandbox.test_interview import CREATED

S = 1_000
CAUSES: tuple[rev.OutageCause, ...] = ("server", "connection", "sandbox")
OUTAGES = st.lists(
    st.tuples(st.sampled_from(CAUSES), st.integers(0, 120), st.none() | st.integers(0, 60)).map(
        lambda one: out.Outage(
            cause=one[0], began=one[1] * S, ended=None if one[2] is None else (one[1] + one[2]) * S
        )
    ),
    max_size=6,
)
SPANS = st.lists(st.integers(0, 200), min_size=0, max_size=8, unique=True).map(
    lambda times: [
        (low * S, high * S) for low, high in zip(sorted(times)[::2], sorted(times)[1::2], strict=False)
    ]
)


def lost(outages: list[out.Outage], spans: list[tuple[int, int]], at: int) -> int:
    return sum(one.lost_ms for one in out.credits(outages, spans, at))


@given(OUTAGES, SPANS, st.integers(0, 200))
def test_it_is_the_time_that_the_clock_ran_while_anything_was_out(
    outages: list[out.Outage], spans: list[tuple[int, int]], now: int
) -> None:
    """Against counting second by second."""
    at = now * S
    down = {
        second
        for one in outages
        for second in range(one.began // S, min(at if one.ended is None else one.ended, at) // S)
    }
    long = {second for second in down if _stretch(second, down) * S >= out.LEAST_MS}
    ran = {second for low, high in spans for second in range(low // S, high // S)}
    assert lost(outages, spans, at) == len(long & ran) * S


def _stretch(second: int, down: set[int]) -> int:
    """Length of the run of seconds that holds this one."""
    low = high = second
    while low - 1 in down:
        low -= 1
    while high + 1 in down:
        high += 1
    return high - low + 1


@given(OUTAGES, SPANS)
def test_a_second_cause_for_the_same_time_gives_nothing_more(
    outages: list[out.Outage], spans: list[tuple[int, int]]
) -> None:
    twice = [*outages, *(out.Outage(cause="server", began=one.began, ended=one.ended) for one in outages)]
    assert lost(twice, spans, 200 * S) == lost(outages, spans, 200 * S)


@given(OUTAGES, SPANS, st.integers(0, 199))
def test_what_was_given_is_never_taken_back(
    outages: list[out.Outage], spans: list[tuple[int, int]], now: int
) -> None:
    assert lost(outages, spans, now * S) <= lost(outages, spans, (now + 1) * S)


def test_a_hiccup_costs_nobody_anything_and_an_hour_is_for_a_person_to_decide() -> None:
    hour = [(0, 4_000_000)]
    hiccup = [out.Outage(cause="connection", began=0, ended=out.LEAST_MS - 1)]
    assert lost(hiccup, hour, 4_000_000) == 0
    assert lost([out.Outage(cause="server", began=0, ended=3_600_000)], hour, 4_000_000) == out.MOST_MS


@given(st.lists(st.tuples(st.sampled_from("sp"), st.integers(0, 100)), max_size=20), st.integers(0, 100))
def test_a_clock_knows_when_it_ran(presses: list[tuple[str, int]], later: int) -> None:
    clock, at, ran, running = Clock(minutes=1), 0, 0, False
    for press, wait in presses:
        ran += wait if running else 0
        at += wait
        clock = clock.start(at) if press == "s" else clock.pause(at)
        running = press == "s"
    at += later
    assert clock.elapsed_ms(at) == ran + (later if running else 0)
    assert all(low <= high for low, high in clock.spans(at))


def at(second: int, seq: int, event: ev.Event) -> ev.Entry:
    return ev.Entry(seq=seq, at_us=second * 1_000_000, author="server", event=event)


def test_the_clock_of_an_interview_stands_during_an_outage_and_says_why() -> None:
    log: list[ev.Event] = [
        CREATED,
        ev.Consented(),
        ev.StageMoved(stage="filter"),
        rev.OutageBegan(cause="connection", began=60 * S),
        rev.OutageEnded(cause="connection"),
    ]
    entries = [at(second, seq + 1, log[seq]) for seq, second in enumerate((0, 0, 10, 75, 100))]
    states: list[Interview] = []
    reduce(lambda state, entry: states.append(evolve(state, entry)) or states[-1], entries, None)  # type: ignore[arg-type, func-returns-value]
    during, after = states[3], states[4]
    # It was noticed at 75 s and had begun at 60 s: 50 s were used, whenever one looks.
    assert during.elapsed_ms(80 * S) == during.elapsed_ms(99 * S) == 50 * S
    assert after.elapsed_ms(130 * S) == 80 * S
    assert [(one.causes, one.lost_ms, one.over) for one in after.credits(130 * S)] == [
        (("connection",), 40 * S, True)
    ]
