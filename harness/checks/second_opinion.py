"""A second opinion on the law, from whole short texts on a tiny pair. It is shown beside the verdict.

It decides nothing: Ville's inequality does, in `harness.checks.law`. It is there because it is of another
kind: no bets, no alternatives, no blocks, only counts of texts against their exact joint law.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from harness.checks.settings import Setting, draw_trial
from harness.core.check import Budget
from harness.core.evidence import new_tokens
from harness.core.intervals import exact
from harness.core.joint import Fit, Floats, cell, fit, text_law
from harness.core.trial import Trial, TrialRun
from pairs.analytic import Pair, PairSpec
from pairs.flavours import BELL
from wire.scorecard import Measurement, Plot, Series

SPEC = PairSpec(name="tiny", seed=0, vocab_size=3, flavour=BELL, acceptance=0.6)
"""For the battery, which fills in the seed. The draft is far off, so that most blocks have a correction."""

GAMMA = 2
SETTING = Setting(pair=SPEC.name, num_speculative_tokens=GAMMA, max_new_tokens=GAMMA + 2)
"""A whole block, its bonus token and one token of the next block."""

TRIALS: dict[Budget, int] = {"quick": 0, "full": 200}


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    measurements: tuple[Measurement, ...]
    plot: Plot


def trials(budget: Budget, pair: Pair, rng: Random) -> Sequence[Trial]:
    """Short trials of purpose ``law``: one prompt, another generator each. None in a quick judgement."""
    first = draw_trial("law", SETTING, pair, rng)
    return tuple(replace(first, seed=rng.getrandbits(62)) for _ in range(TRIALS[budget]))


def is_for_it(trial: Trial) -> bool:
    """Whether a trial is one of these. Its text is too short for the bets, and is counted here."""
    return trial.pair == SETTING.pair and trial.purpose == "law"


def figures(runs: Sequence[TrialRun], pair: Pair) -> SecondOpinion | None:
    """What to show; None where no such text came back. Pure, and the same for the same runs, bit for bit.

    Texts that are shorter than asked are left out and counted: the contract's check is where they fail.
    """
    own = [run for run in runs if is_for_it(run.trial)]
    texts = [text for run in own if len(text := new_tokens(run, pair)) == SETTING.max_new_tokens]
    if not texts:
        return None
    law = text_law(pair, own[0].trial)
    cells = [cell(text, pair.vocab_size) for text in texts]
    observed = np.bincount(cells, minlength=len(law.probability))
    # Trials' seeds come from the judgement's, so the simulations hang on nothing else.
    fitted = fit(observed, law.probability, seed=own[0].trial.seed)
    return SecondOpinion(
        measurements=_measurements(fitted, len(texts), len(own)),
        plot=_plot(observed.astype(np.float64) @ law.drafty, len(texts) * law.probability @ law.drafty),
    )


def _measurements(fitted: Fit, usable: int, asked: int) -> tuple[Measurement, ...]:
    return (
        Measurement(
            name="second opinion: chance of such counts of whole texts under the law",
            value=fitted.p,
            low=fitted.low,
            high=fitted.high,
            unit="p-value",
            n=usable,
        ),
        exact("second opinion: texts on the tiny pair", float(usable), "texts", n=asked),
    )


def _plot(observed: Floats, expected: Floats) -> Plot:
    x = tuple(float(n) for n in range(len(observed)))
    return Plot(
        kind="bar",
        title="One prompt asked again and again: tokens that the draft says more often than the target",
        x_label="New token",
        y_label="Texts with such a token there",
        x_ticks=tuple(str(n) for n in range(1, len(observed) + 1)),
        series=(
            Series(name="came back", x=x, y=tuple(float(count) for count in observed)),
            Series(name="expected", x=x, y=tuple(float(count) for count in expected)),
        ),
    )
