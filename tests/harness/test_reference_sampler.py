"""The yardstick: right in law, and its ledger is that of a textbook implementation."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from harness.core.trial import Trial
from harness.reference.sampler import play
from pairs.accounting import account
from pairs.analytic import PairSpec, make_pair, mean_acceptance
from pairs.flavours import BELL
from pairs.warp import warp

PAIR = make_pair(PairSpec(name="pair", seed=3, vocab_size=16, flavour=BELL, acceptance=0.7))
TRIAL = Trial(
    purpose="economy",
    pair="pair",
    prompt=(1, 2, 3),
    max_new_tokens=40,
    num_speculative_tokens=4,
    temperature=1.0,
    seed=0,
)


def test_greedy_text_is_the_targets_own() -> None:
    run = play(replace(TRIAL, temperature=0.0), PAIR)
    state = PAIR.target.states(TRIAL.prompt)[-1]
    for token in run.tokens:
        assert token == PAIR.target.logits(state).argmax()
        state = PAIR.target.advance(state, token)


def test_the_third_token_follows_its_exact_law() -> None:
    # Two tokens of a block and a correction lie before it. 8,000 runs; a total variation above 0.05 has
    # probability far below 1e-6 for 16 ids (mean 0.018), while draft leakage would give some 0.1.
    counts: Counter[int] = Counter()
    for seed in range(8_000):
        counts[play(replace(TRIAL, seed=seed, max_new_tokens=3), PAIR).tokens[2]] += 1
    observed = np.array([counts[token] for token in range(16)]) / 8_000
    assert np.abs(observed - law_of_third_token()).sum() / 2 < 0.05


def law_of_third_token() -> np.ndarray:
    law = np.zeros(16)
    start = PAIR.target.states(TRIAL.prompt)[-1]
    for first, first_prob in enumerate(warp(PAIR.target.logits(start), temperature=1.0)):
        after_first = PAIR.target.advance(start, first)
        for second, second_prob in enumerate(warp(PAIR.target.logits(after_first), temperature=1.0)):
            state = PAIR.target.advance(after_first, second)
            law += first_prob * second_prob * warp(PAIR.target.logits(state), temperature=1.0)
    return law


def test_its_acceptance_rate_is_the_pairs_overlap() -> None:
    runs = [play(replace(TRIAL, seed=seed), PAIR) for seed in range(100)]
    total = sum(
        (account(run.calls, TRIAL.prompt, run.tokens) for run in runs[1:]),
        start=account(runs[0].calls, TRIAL.prompt, runs[0].tokens),
    )
    overlap = mean_acceptance(PAIR, [TRIAL.prompt + run.tokens for run in runs])
    # Some 4,000 tests of drafts: three standard errors are 0.022; positions are weighted differently too.
    assert total.acceptance_rate == pytest.approx(overlap, abs=0.04)


def test_nothing_that_is_cached_is_fed_again() -> None:
    run = play(TRIAL, PAIR)
    for model in ("target", "draft"):
        fed = sum(call.fed for call in run.calls if call.model == model)
        rejected = 5 * len([call for call in run.calls if call.model == "target"])
        assert fed <= len(TRIAL.prompt) + len(run.tokens) + rejected


@pytest.mark.parametrize(("new", "gamma"), [(1, 4), (2, 4), (5, 4), (7, 0), (7, 1)])
def test_it_returns_as_many_tokens_as_asked(new: int, gamma: int) -> None:
    run = play(replace(TRIAL, max_new_tokens=new, num_speculative_tokens=gamma), PAIR)
    assert len(run.tokens) == new


def test_it_stops_at_the_end_of_text() -> None:
    first = play(TRIAL, PAIR).tokens[5]
    run = play(replace(TRIAL, eos_token_id=first), PAIR)
    assert run.tokens[-1] == first
    assert first not in run.tokens[:-1]
