"""What a session writes is legal; what no session writes is named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.core.trial import Ended, Trial, TrialRun
from harness.oracle import codec
from harness.oracle.caches import CacheLimits
from harness.oracle.codec import Done, Fork, Forward, Hello, Release
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
        st.integers(0, 12),  # of an earlier cache, copy so many positions before; 0 for no copy
    ),
    max_size=14,
)


def answer(session: Session, request: codec.Request) -> tuple[codec.Kind, bytes] | None:
    """None when the request ended the trial."""
    frames = codec.Frames(codec.MAX_REPLY)
    frames.feed(session.receive(request))
    return frames.take()


@given(steps=STEPS, tokens=st.lists(st.integers(0, 64), max_size=5).map(tuple))
@settings(max_examples=300, deadline=None)
def test_whatever_a_session_lets_through_is_legal(pair: Pair, steps: list[tuple], tokens: tuple) -> None:
    session, handles = Session(trial(1, 2, 3), pair, LIMITS), list[int]()
    session.receive(Hello(codec.VERSION))
    for model, which, length, fed, release, copied in steps:
        if copied and handles:
            twin = answer(session, Fork(handles[0], copied))
            if twin is None:
                break
            handles.append(codec.decode_word(*twin))
        handle = handles[which] if which < len(handles) else None
        if (rows := answer(session, Forward(model, handle, length, fed))) is None:
            break
        handles.append(codec.decode_rows(*rows)[0])
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


def target(*path: int, fed: int, copied: tuple[int, ...] = ()) -> Call:
    return Call(model="target", path=path, fed=fed, copied=copied)


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
        ([target(1, fed=1, copied=(1,))], "call 1 follows a copy of a cache that cannot be"),
        ([target(1, 2, fed=2), target(1, fed=1, copied=(3,))], "call 2 follows a copy"),
        ([target(1, 2, fed=2), target(1, fed=1, copied=(0,))], "call 2 follows a copy"),
        ([target(1, fed=1)] * 9, "9 calls and copies, where 8 are allowed"),
        ([target(1, fed=1), *[target(1, fed=1, copied=(1,))] * 4], "9 calls and copies"),
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
