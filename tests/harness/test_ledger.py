"""What a session writes is legal; what no session writes is named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.core.trial import Ended, Trial, TrialRun
from harness.oracle import codec
from harness.oracle.caches import CacheLimits
from harness.oracle.codec import Done, Forward, Hello, Release
from harness.oracle.ledger import illegality
from harness.oracle.session import Session, TrialLimits
from pairs.analytic import Pair
from pairs.ledger import Call
from tests.harness.conftest import trial

LIMITS = TrialLimits(caches=CacheLimits(live=4, tokens=60, positions=12), calls=8, ledger_tokens=50)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["target", "draft"]),
        st.integers(0, 4),  # which of the handles so far; beyond them, a new cache
        st.integers(0, 6),
        st.lists(st.integers(0, 64), max_size=6).map(tuple),
        st.booleans(),  # release it afterwards
    ),
    max_size=14,
)


@given(steps=STEPS, tokens=st.lists(st.integers(0, 64), max_size=5).map(tuple))
@settings(max_examples=300, deadline=None)
def test_whatever_a_session_lets_through_is_legal(pair: Pair, steps: list[tuple], tokens: tuple) -> None:
    session, handles = Session(trial(1, 2, 3), pair, LIMITS), list[int]()
    session.receive(Hello(codec.VERSION))
    for model, which, length, fed, release in steps:
        handle = handles[which] if which < len(handles) else None
        frames = codec.Frames()
        frames.feed(session.receive(Forward(model, handle, length, fed)))
        if (frame := frames.take()) is None:
            break
        handles.append(codec.decode_rows(*frame)[0])
        if release:
            session.receive(Release(handles[-1]))
    session.receive(Done((1, 2, 3, *tokens)))
    assert session.outcome is not None
    run = TrialRun(
        trial=trial(1, 2, 3),
        ended=session.outcome.ended,
        tokens=session.outcome.tokens,
        calls=session.ledger,
    )
    assert illegality(run, pair, LIMITS) == ""


def target(*path: int, fed: int) -> Call:
    return Call(model="target", path=path, fed=fed)


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        ([target(1, 2, fed=1)], "call 1 goes on from a text that no cache of the target held"),
        ([Call(model="draft", path=(1, 2), fed=2), target(1, 2, 3, fed=1)], "call 2 goes on"),
        ([target(1, 2, fed=2), target(1, 3, 4, fed=1)], "call 2 goes on"),
        ([target(1, fed=0)], "call 1 feeds 0 of 1"),
        ([target(1, fed=2)], "call 1 feeds 2 of 1"),
        ([target(64, fed=1)], "not in the vocabulary"),
        ([target(*[1] * 13, fed=13)], "more than 12 positions"),
        ([target(1, fed=1)] * 9, "9 calls, where 8 are allowed"),
        ([target(*[1] * 12, fed=12)] * 5, "more than 50 tokens of context"),
    ],
)
def test_a_call_that_no_cache_explains_is_named(pair: Pair, calls: list[Call], words: str) -> None:
    run = TrialRun(trial=trial(1, 2), ended=Ended.RETURNED, tokens=(1,), calls=tuple(calls))
    assert words in illegality(run, pair, LIMITS)


@pytest.mark.parametrize(
    ("ended", "tokens", "calls", "words"),
    [
        (Ended.RAISED, (1,), (), "did not return"),
        (Ended.NOT_IMPORTED, (), (target(1, fed=1),), "never imported"),
        (Ended.RETURNED, (64,), (), "not in the vocabulary"),
    ],
)
def test_an_end_that_does_not_go_with_the_rest_is_named(
    pair: Pair, ended: Ended, tokens: tuple[int, ...], calls: tuple[Call, ...], words: str
) -> None:
    one: Trial = trial(1, 2)
    assert words in illegality(TrialRun(trial=one, ended=ended, tokens=tokens, calls=calls), pair, LIMITS)
