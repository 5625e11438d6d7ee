"""What a pool decides: how many to start, what to throw away, and when to try again."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from sandbox.core import pool as core
from sandbox.core.pool import Discard, Pool, PoolPolicy, Rest, Start

POLICY = PoolPolicy(size=2, max_age_s=100.0, backoff_s=2.0, longest_backoff_s=10.0)


def filled(policy: PoolPolicy, now_s: float = 0.0) -> Pool:
    pool = Pool(policy=policy)
    while core.due(pool, now_s) == Start():
        _, pool = core.became_ready(core.begin(pool), now_s)
    return pool


def test_it_fills_up_one_at_a_time_and_then_rests_until_the_oldest_is_old() -> None:
    pool = Pool(policy=POLICY)
    assert core.due(pool, 0.0) == Start()
    assert core.due(core.begin(pool), 0.0) == Rest(until_s=math.inf)
    full = filled(POLICY, now_s=5.0)
    assert len(full.spares) == 2
    assert core.due(full, 5.0) == Rest(until_s=105.0)
    assert core.due(full, 105.0) == Discard(number=1)


def test_a_pool_of_none_never_starts_one() -> None:
    assert core.due(Pool(policy=PoolPolicy(size=0)), 1e9) == Rest(until_s=math.inf)


def test_the_oldest_is_taken_first_and_replaced_at_once() -> None:
    number, left = core.take(filled(POLICY))
    assert number == 1
    assert core.due(left, 1.0) == Start()
    assert core.take(Pool(policy=POLICY))[0] is None


def test_after_a_failure_it_waits_twice_as_long_each_time_and_says_why() -> None:
    pool, pauses = Pool(policy=POLICY), []
    for now_s in (0.0, 100.0, 200.0, 300.0):
        pool = core.failed(core.begin(pool), now_s, "The engine does not answer.")
        assert core.due(pool, now_s) == Rest(until_s=pool.retry_at_s)
        assert core.due(pool, pool.retry_at_s) == Start()
        pauses.append(pool.retry_at_s - now_s)
    assert pauses == [2.0, 4.0, 8.0, 10.0]
    assert pool.reason == "The engine does not answer."
    _, well = core.became_ready(core.begin(pool), 400.0)
    assert (well.failures, well.reason) == (0, "")


EVENTS = st.lists(
    st.tuples(st.sampled_from(["act", "fail", "take", "die"]), st.floats(0.0, 60.0)), max_size=60
)


@given(size=st.integers(0, 4), events=EVENTS)
def test_whatever_happens_none_is_given_twice_and_there_are_never_too_many(
    size: int, events: list[tuple[str, float]]
) -> None:
    pool, now_s = Pool(policy=PoolPolicy(size=size, max_age_s=100.0)), 0.0
    gone = set[int]()
    for event, later_s in events:
        now_s += later_s
        match event, core.due(pool, now_s):
            case "act", Start():
                number, pool = core.became_ready(core.begin(pool), now_s)
                assert number not in gone
            case "act", Discard(number=number):
                pool = core.drop(pool, number)
                gone.add(number)
            case "fail", Start():
                pool = core.failed(core.begin(pool), now_s, "no")
            case "take", _:
                taken, pool = core.take(pool)
                assert taken not in gone
                gone |= {taken} if taken is not None else set()
            case "die", _ if pool.spares:
                gone.add(pool.spares[-1].number)
                pool = core.drop(pool, pool.spares[-1].number)
        assert len(pool.spares) <= size
        assert not {spare.number for spare in pool.spares} & gone
    # It always comes back to full, and then rests.
    for _ in range(20):
        match core.due(pool, now_s):
            case Start():
                _, pool = core.became_ready(core.begin(pool), now_s)
            case Discard(number=number):
                pool = core.drop(pool, number)
            case Rest(until_s=until_s):
                if len(pool.spares) == size:
                    return
                now_s = until_s
    raise AssertionError(f"{len(pool.spares)} of {size} after 20 steps")
