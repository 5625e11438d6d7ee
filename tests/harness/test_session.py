"""One trial's state machine, against a small model of what it promises."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Literal

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from harness.core.trial import Ended
from harness.oracle import codec
from harness.oracle.caches import CacheLimits
from harness.oracle.codec import (
    VERSION,
    Done,
    Failed,
    Failure,
    Fork,
    Forward,
    Hello,
    Kind,
    Release,
    Request,
)
from harness.oracle.session import Session, TrialLimits
from harness.trap_pairs import DISJOINT
from pairs.analytic import Pair, PairSpec, make_pair
from tests.harness.cache_model import Model
from tests.harness.conftest import trial
from tests.long import LONG

LIMITS = TrialLimits(caches=CacheLimits(live=3, tokens=40, positions=16), calls=12, ledger_tokens=1_000)


def opened(pair: Pair, limits: TrialLimits | None = None) -> Session:
    session = Session(trial(1, 2, 3), pair, limits)
    session.receive(Hello(VERSION))
    return session


def rows_of(reply: bytes, vocab_size: int) -> tuple[int, np.ndarray]:
    frames = codec.Frames(codec.MAX_REPLY)
    frames.feed(reply)
    frame = frames.take()
    assert frame is not None
    handle, rows = codec.decode_rows(*frame)
    return handle, np.frombuffer(rows, "<f4").reshape(-1, vocab_size)


def forward(session: Session, *tokens: int, handle: int | None = None, length: int = 0) -> int:
    return rows_of(session.receive(Forward("target", handle, length, tokens)), 64)[0]


def test_hello_is_answered_with_the_trial(pair: Pair) -> None:
    frames = codec.Frames(codec.MAX_REPLY)
    frames.feed(Session(trial(1, 2, 3, seed=7), pair).receive(Hello(VERSION)))
    frame = frames.take()
    assert frame is not None
    setup = codec.decode_setup(*frame)
    assert (setup.prompt, setup.vocab_size, setup.seed, setup.eos_token_id) == ((1, 2, 3), 64, 7, None)


def test_rows_are_the_models_own_alone_in_a_block_and_after_a_crop(pair: Pair) -> None:
    session = opened(pair)
    handle, block = rows_of(session.receive(Forward("target", None, 0, (1, 2, 3, 4))), 64)
    expected = [pair.target.logits(state) for state in pair.target.states((1, 2, 3, 4))]
    assert block.tobytes() == np.stack(expected).tobytes()
    _, alone = rows_of(session.receive(Forward("target", handle, 2, (3,))), 64)
    assert alone.tobytes() == expected[2].tobytes()


def test_the_ledger_has_the_whole_path_of_every_call(pair: Pair) -> None:
    session = opened(pair)
    handle = forward(session, 1, 2, 3)
    forward(session, 9, handle=handle, length=2)
    assert [(call.path, call.fed) for call in session.ledger] == [((1, 2, 3), 3), ((1, 2, 9), 1)]


def fork(session: Session, handle: int, length: int) -> int:
    frames = codec.Frames(codec.MAX_REPLY)
    frames.feed(session.receive(Fork(handle, length)))
    frame = frames.take()
    assert frame is not None
    return codec.decode_word(*frame)


def test_a_copied_cache_grows_on_its_own_and_is_written_to_the_ledger(pair: Pair) -> None:
    session = opened(pair)
    first = forward(session, 1, 2, 3)
    second = fork(session, first, 2)
    forward(session, 9, handle=second, length=2)
    forward(session, 4, handle=first, length=3)
    assert [(call.path, call.copied) for call in session.ledger] == [
        ((1, 2, 3), ()),
        ((1, 2, 9), (2,)),
        ((1, 2, 3, 4), ()),
    ]


def test_done_gives_the_new_tokens(pair: Pair) -> None:
    session = opened(pair)
    session.receive(Done((1, 2, 3, 8, 9)))
    assert session.outcome is not None
    assert (session.outcome.ended, session.outcome.tokens) == (Ended.RETURNED, (8, 9))


@pytest.mark.parametrize(
    ("requests", "ended", "note"),
    [
        ([Forward("target", None, 0, (1,))], Ended.PROTOCOL, "out of order"),
        ([Hello(99)], Ended.PROTOCOL, "version 99"),
        ([Hello(VERSION), Hello(VERSION)], Ended.PROTOCOL, "out of order"),
        ([Hello(VERSION), Done((1, 2, 4))], Ended.BAD_RESULT, "do not begin with the prompt"),
        ([Hello(VERSION), Done((1, 2))], Ended.BAD_RESULT, "do not begin with the prompt"),
        ([Hello(VERSION), Done((1, 2, 3, 64))], Ended.BAD_RESULT, "above 63"),
        ([Hello(VERSION), Done((1, 2, 3, *[4] * 12, *[5] * 257))], Ended.BAD_RESULT, "269 new tokens"),
        ([Hello(VERSION), Failed(Failure.RAISED, "KeyError: 1")], Ended.RAISED, "KeyError: 1"),
        ([Hello(VERSION), Failed(Failure.BAD_RESULT, "a list")], Ended.BAD_RESULT, "a list"),
        ([Hello(VERSION), Forward("target", None, 0, ())], Ended.PROTOCOL, "feeds no token"),
        ([Hello(VERSION), Forward("target", None, 0, (64,))], Ended.PROTOCOL, "above 63"),
        ([Hello(VERSION), Forward("target", None, 1, (1,))], Ended.PROTOCOL, "asked to keep 1"),
        ([Hello(VERSION), Forward("target", 0, 0, (1,))], Ended.PROTOCOL, "no living cache"),
        (
            [Hello(VERSION), Forward("draft", None, 0, (1,)), Forward("target", 0, 0, (1,))],
            Ended.PROTOCOL,
            "other model",
        ),
        ([Hello(VERSION), Release(0)], Ended.PROTOCOL, "no living cache"),
        (
            [Hello(VERSION), Forward("draft", None, 0, (1,)), Release(0), Release(0)],
            Ended.PROTOCOL,
            "no living cache",
        ),
        ([Hello(VERSION), Fork(0, 1)], Ended.PROTOCOL, "no living cache"),
        ([Hello(VERSION), Forward("target", None, 0, (1,)), Fork(0, 2)], Ended.PROTOCOL, "2 positions"),
        ([Hello(VERSION), Forward("target", None, 0, (1,)), Fork(0, 0)], Ended.PROTOCOL, "0 positions"),
        (
            [Hello(VERSION), Forward("target", None, 0, (1,)), Release(0), Fork(0, 1)],
            Ended.PROTOCOL,
            "no living cache",
        ),
        (
            [Hello(VERSION), Forward("target", None, 0, (1,)), *[Fork(0, 1)] * 3],
            Ended.LIMIT,
            "3 living caches",
        ),
        (
            [Hello(VERSION), Forward("target", None, 0, (1,) * 15), *[Fork(0, 15)] * 2],
            Ended.LIMIT,
            "40 cached",
        ),
        ([Hello(VERSION), Forward("target", None, 0, (1,) * 17)], Ended.LIMIT, "16 positions"),
        ([Hello(VERSION), *[Forward("target", None, 0, (1,))] * 4], Ended.LIMIT, "3 living caches"),
        ([Hello(VERSION), *[Forward("target", None, 0, (1,) * 15)] * 3], Ended.LIMIT, "40 cached tokens"),
        (
            [Hello(VERSION), Forward("target", None, 0, (1,)), *[Forward("target", 0, 0, (1,))] * 12],
            Ended.LIMIT,
            "12 forward",
        ),
    ],
)
def test_the_first_violation_ends_the_trial(
    pair: Pair, requests: list[Request], ended: Ended, note: str
) -> None:
    session = Session(trial(1, 2, 3), pair, LIMITS)
    for request_ in requests:
        session.receive(request_)
    assert session.outcome is not None
    assert session.outcome.ended is ended
    assert note in session.outcome.note
    calls = len(session.ledger)
    assert session.receive(Forward("target", None, 0, (1,))) == b""
    assert len(session.ledger) == calls


def test_a_released_handle_never_names_a_later_cache(pair: Pair) -> None:
    session = opened(pair)
    old = forward(session, 1, 2)
    session.receive(Release(old))
    new = forward(session, 3)
    assert new != old
    session.receive(Forward("target", old, 1, (4,)))
    assert session.outcome is not None
    assert session.outcome.ended is Ended.PROTOCOL


def test_the_context_of_all_calls_together_is_limited(pair: Pair) -> None:
    session = opened(pair, TrialLimits(calls=100, ledger_tokens=25))
    handle = forward(session, *[1] * 20)
    session.receive(Forward("target", handle, 20, (1,)))
    assert session.outcome is not None
    assert session.outcome.ended is Ended.LIMIT


def test_copies_are_limited_though_each_is_released(pair: Pair) -> None:
    session = opened(pair, LIMITS)
    handle = forward(session, 1)
    for _ in range(LIMITS.calls - 1):
        session.receive(Release(fork(session, handle, 1)))
    session.receive(Fork(handle, 1))
    assert session.outcome is not None
    assert session.outcome.ended is Ended.LIMIT


def test_the_usual_limits_leave_room_for_a_method_without_a_cache(pair: Pair) -> None:
    session, text = opened(pair), [1, 2, 3]
    for _ in range(12):
        for drafted in range(5):
            forward(session, *text, *[7] * drafted)
        text.append(7)
    session.receive(Done(tuple(text)))
    assert session.outcome is not None
    assert session.outcome.ended is Ended.RETURNED


class Both:
    """A session and its model, given the same requests: same verdicts, rows of the model's own paths."""

    def __init__(self, pair: Pair, limits: TrialLimits) -> None:
        self.pair = pair
        self.session = Session(trial(1, 2, 3), pair, limits)
        self.model = Model((1, 2, 3), pair.vocab_size, limits)

    def step(self, request: Request) -> bool:
        """False once the trial is over; from then on nothing is answered and nothing written."""
        if self.session.outcome is not None:
            before = self.session.outcome, self.session.ledger
            assert self.session.receive(request) == b""
            assert (self.session.outcome, self.session.ledger) == before
            return False
        may_end = self.model.may_end(request)
        reply = self.session.receive(request)
        if self.session.outcome is not None:
            assert self.session.outcome.ended in may_end
            assert reply == b""
            return False
        assert not may_end
        self.check(request, reply)
        return True

    def check(self, request: Request, reply: bytes) -> None:
        frames = codec.Frames(codec.MAX_REPLY)
        frames.feed(reply)
        frame = frames.take()
        if frame is None or frame[0] is Kind.TRIAL:
            self.model.apply(request, None)
        elif frame[0] is Kind.FORKED:
            self.model.apply(request, codec.decode_word(*frame))
        else:
            assert isinstance(request, Forward)
            handle, rows = codec.decode_rows(*frame)
            path = self.model.apply(request, handle)
            law = self.pair.target if request.model == "target" else self.pair.draft
            states = law.states(path)[-len(request.tokens) :]
            assert bytes(rows) == b"".join(law.logits(state).tobytes() for state in states)
            assert self.session.ledger[-1].path == tuple(path)
            assert self.session.ledger[-1].fed == len(request.tokens)
        assert frames.take() is None


def test_random_programs_meet_what_the_model_says() -> None:
    programs = 100_000 if LONG else 10_000
    pair = make_pair(PairSpec(name="tiny", seed=3, vocab_size=8, flavour=DISJOINT))
    endings: Counter[Ended] = Counter()
    for number in range(programs):
        rng, both = Random(number), Both(pair, LIMITS)
        steps = 0
        while steps < 40 and both.step(both.model.random_request(rng)):
            steps += 1
        if both.session.outcome is not None:
            endings[both.session.outcome.ended] += 1
    # The programs are of all kinds: none of these verdicts is a rarity.
    for ended in (Ended.PROTOCOL, Ended.LIMIT, Ended.RETURNED, Ended.RAISED, Ended.BAD_RESULT):
        assert endings[ended] > programs / 1_000


class Programs(RuleBasedStateMachine):
    """The same, found and shrunk by hypothesis."""

    def __init__(self) -> None:
        super().__init__()
        self.both = Both(make_pair(PairSpec(name="tiny", seed=3, vocab_size=8, flavour=DISJOINT)), LIMITS)
        self.both.step(Hello(VERSION))

    def handle(self, index: int) -> int:
        known = [*self.both.model.caches, *self.both.model.dead]
        return known[index] if index < len(known) else index

    @rule(
        model=st.sampled_from(["target", "draft"]),
        index=st.none() | st.integers(0, 5),
        length=st.integers(0, 6),
        tokens=st.lists(st.integers(0, 8), max_size=4).map(tuple),
    )
    def forward(
        self, model: Literal["target", "draft"], index: int | None, length: int, tokens: tuple
    ) -> None:
        handle = None if index is None else self.handle(index)
        self.both.step(Forward(model, handle, length, tokens))

    @rule(index=st.integers(0, 5), length=st.integers(0, 6))
    def fork(self, index: int, length: int) -> None:
        self.both.step(Fork(self.handle(index), length))

    @rule(index=st.integers(0, 5))
    def release(self, index: int) -> None:
        self.both.step(Release(self.handle(index)))


TestPrograms = Programs.TestCase
TestPrograms.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
