"""The second opinion: uniform p-values for right samplers, small ones for wrong ones, the same each time."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from functools import cache
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.checks import second_opinion
from harness.core.joint import cell, fit, text_law
from harness.core.trial import Ended, Trial, TrialRun
from pairs.analytic import Pair, PairSpec, make_pair
from pairs.warp import warp
from tests.harness.samplers import HONEST, WRONG
from tests.harness.simulate import Sampler

GROSS = (
    "accept-always",
    "bonus-from-draft",
    "correct-from-draft",
    "correct-from-target",
    "correct-from-surplus",
)


@cache
def tiny(seed: int) -> Pair:
    return make_pair(PairSpec(name="tiny", seed=seed, vocab_size=3, flavour="bell", acceptance=0.6))


def trials(seed: int) -> tuple[Trial, ...]:
    return tuple(second_opinion.trials("full", tiny(seed), Random(seed)))


def played(kind: type[Sampler], seed: int) -> list[TrialRun]:
    rng = np.random.default_rng(seed)
    return [kind(pair=tiny(seed), trial=trial, rng=rng).run() for trial in trials(seed)]


def p_of(kind: type[Sampler], seed: int) -> float:
    shown = second_opinion.figures(played(kind, seed), tiny(seed))
    assert shown is not None
    return shown.measurements[0].value


def test_the_joint_law_is_the_product_of_rows_in_the_order_of_texts() -> None:
    pair, trial = tiny(1), trials(1)[0]
    law = text_law(pair, trial)
    assert law.probability.sum() == pytest.approx(1.0)
    for text in itertools.product(range(3), repeat=trial.max_new_tokens):
        states = pair.target.states((*trial.prompt, *text))[len(trial.prompt) - 1 : -1]
        rows = np.stack([warp(pair.target.logits(state), temperature=1.0) for state in states])
        drafts = np.stack([warp(pair.draft.logits(state), temperature=1.0) for state in states])
        at = np.arange(len(text)), np.array(text)
        assert law.probability[cell(text, 3)] == pytest.approx(rows[at].prod())
        assert law.drafty[cell(text, 3)].tolist() == (drafts[at] > rows[at]).tolist()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.02, 1.0), min_size=2, max_size=4), st.integers(2, 6), st.integers(0, 10**6))
def test_p_values_are_as_likely_as_they_say(weights: list[float], texts: int, seed: int) -> None:
    """Over every count of texts that there can be: P(p <= a) <= a, but for the simulations' error."""
    law = np.array(weights) / sum(weights)
    counts = [each for each in itertools.product(range(texts + 1), repeat=len(law)) if sum(each) == texts]
    masses = [
        math.factorial(texts) * math.prod(p**n / math.factorial(n) for p, n in zip(law, each, strict=True))
        for each in counts
    ]
    ps = np.array([fit(np.array(each), law, seed, simulations=500).p for each in counts])
    for level in (0.05, 0.2, 0.5):
        # 500 simulations leave a standard error of at most 0.023.
        assert np.array(masses)[ps <= level].sum() <= level + 0.09


def test_p_values_of_right_samplers_are_uniform() -> None:
    ps = np.array([p_of(HONEST["Sampler"], seed) for seed in range(100, 140)])
    for level in (0.1, 0.25, 0.5, 0.75):
        # Three deviations of a share of 40.
        assert abs((ps <= level).mean() - level) < 3 * np.sqrt(level * (1 - level) / 40)


@pytest.mark.parametrize("name", sorted(HONEST))
def test_no_right_sampler_gets_a_tiny_p(name: str) -> None:
    assert p_of(HONEST[name], 7) > 1e-3


@pytest.mark.parametrize("name", GROSS)
def test_gross_bugs_get_a_tiny_p(name: str) -> None:
    assert np.median([p_of(WRONG[name][0], seed) for seed in (1, 2, 3)]) < 1e-2


def test_the_same_runs_give_the_same_figures_bit_for_bit() -> None:
    runs = played(HONEST["Sampler"], 3)
    assert second_opinion.figures(runs, tiny(3)) == second_opinion.figures(runs, tiny(3))


def test_the_interval_holds_p_and_shrinks_with_simulations() -> None:
    observed, law = np.array([2, 2, 1]), np.array([0.5, 0.3, 0.2])
    few, many = fit(observed, law, 1, simulations=100), fit(observed, law, 1, simulations=10_000)
    for fitted in (few, many):
        assert fitted.low <= fitted.p <= fitted.high
    assert many.high - many.low < (few.high - few.low) / 5


def test_a_text_of_probability_0_has_the_smallest_p_there_is() -> None:
    assert fit(np.array([1, 0, 1]), np.array([0.5, 0.5, 0.0]), 0, simulations=99).p == pytest.approx(0.01)


def test_a_text_that_is_always_the_same_has_a_tiny_p() -> None:
    """As from code that seeds itself, or that keeps an answer."""
    runs = [replace(run, tokens=(0, 1, 2, 0)) for run in played(HONEST["Sampler"], 3)]
    shown = second_opinion.figures(runs, tiny(3))
    assert shown is not None
    assert shown.measurements[0].value == pytest.approx(1e-4)


def test_a_quick_judgement_asks_for_nothing_and_shows_nothing() -> None:
    assert second_opinion.trials("quick", tiny(1), Random(1)) == ()
    assert second_opinion.figures([], tiny(1)) is None


def test_full_asks_one_prompt_two_hundred_times_for_a_short_text() -> None:
    asked = trials(1)
    assert len(asked) == 200
    assert {trial.max_new_tokens for trial in asked} == {second_opinion.GAMMA + 2}
    assert len({trial.seed for trial in asked}) == 200
    assert len({trial.prompt for trial in asked}) == 1
    assert all(second_opinion.is_for_it(trial) for trial in asked)


def test_failed_and_short_texts_are_left_out_and_counted() -> None:
    runs = played(HONEST["Sampler"], 3)
    broken = [
        TrialRun(trial=runs[0].trial, ended=Ended.RAISED),
        TrialRun(trial=runs[1].trial, ended=Ended.RETURNED, tokens=(1,)),
        TrialRun(trial=runs[2].trial, ended=Ended.RETURNED, tokens=(1, 2, 99, 1)),
        *runs[3:],
    ]
    shown = second_opinion.figures(broken, tiny(3))
    assert shown is not None
    assert shown.measurements[1].value == 197
    assert shown.measurements[1].n == 200


def test_the_plot_counts_the_same_texts_by_position() -> None:
    runs = played(HONEST["Sampler"], 3)
    shown = second_opinion.figures(runs, tiny(3))
    assert shown is not None
    came_back, expected = shown.plot.series
    state = tiny(3).target.states(runs[0].trial.prompt)[-1]
    target, draft = (warp(model.logits(state), temperature=1.0) for model in (tiny(3).target, tiny(3).draft))
    assert came_back.y[0] == sum(draft[run.tokens[0]] > target[run.tokens[0]] for run in runs)
    assert expected.y[0] == pytest.approx(200 * target[draft > target].sum())
