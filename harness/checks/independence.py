"""Are calls independent? The same prompt again, and other prompts at the same place after the prompt.

Each of some prompts is asked twice. A bet that the second text repeats the first, for as long as it does,
wins a lot from code that seeds itself or replays an answer. Learned bets look at all sampled runs, whatever
their prompts: a generator that starts anew in each call uses the same random numbers at the same offset, so
earlier calls tell which part of the CDF, or which id, comes there.

Every bet is fixed before the token that it is on, so under the right law each factor has mean at most 1. The
e-value is half of each kind, and a right submission ever reaches 1 / ALPHA with chance at most ALPHA. Where
the same tilt shows at every offset it is no reset, and `law`'s to find; asking for that too can only lower
the chance. Random numbers shared *within* a block bend the law and are `law`'s as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from harness.checks.settings import Setting, draw_trial
from harness.core import learned
from harness.core.alternatives import Floats
from harness.core.blocks import common_prefix
from harness.core.check import Budget
from harness.core.evidence import Evidence, keep_probabilities, new_tokens, read
from harness.core.intervals import exact
from harness.core.learned import Habit
from harness.core.trial import Trial, TrialRun
from harness.core.wealth import ALPHA, LAMBDAS, log_factors, threshold
from pairs.analytic import Pair
from wire.scorecard import CheckName, Line, Plot, Series, Status, Verdict

SETTING = Setting(pair="bell", num_speculative_tokens=3, temperature=1.3, max_new_tokens=24)
PROMPTS: dict[Budget, int] = {"quick": 3, "full": 8}

CLEAR = 3.0
"""Nats by which bets that tell offsets apart must lead those that do not."""


@dataclass(frozen=True, slots=True)
class Independence:
    pairs: Mapping[str, Pair]

    @property
    def name(self) -> CheckName:
        return "independence"

    def trials(self, budget: Budget, rng: Random) -> Sequence[Trial]:
        pair = self.pairs[SETTING.pair]
        first = [draw_trial("independence", SETTING, pair, rng) for _ in range(PROMPTS[budget])]
        second = [replace(trial, seed=rng.getrandbits(62)) for trial in first]
        return (*first, *second)

    def settled(self, runs: Sequence[TrialRun]) -> bool:
        return False

    def judge(self, runs: Sequence[TrialRun]) -> Verdict:
        twice = list(_asked_twice(runs))
        if not twice:
            return Verdict(
                check="independence", status=Status.NOT_RUN, summary="No prompt was answered twice."
            )
        factors = [self._factors(first, second) for first, second in twice]
        repeated = _log_wealth(np.concatenate(factors))
        same = sum(first.tokens == second.tokens for first, second in twice)
        alike, anywhere = self._alike(runs)
        # Each kind has half of the purse.
        line = threshold(ALPHA) + np.log(2)
        repeats = _peak(repeated) >= line
        resets = _peak(alike) >= line and _peak(alike) >= _peak(anywhere) + CLEAR
        failed = repeats or resets
        return Verdict(
            check="independence",
            status=Status.FAIL if failed else Status.PASS,
            summary=(
                "Another generator does not give another text: calls are not independent."
                if failed
                else "The same prompt with another generator gives an independent text."
            ),
            diagnosis=_diagnosis(same, len(twice), repeats, resets),
            measurements=(
                exact("prompts with the same text twice", float(same), "prompts", n=len(twice)),
                exact(
                    "evidence of repetition", _peak(repeated) / np.log(10), "log10 e-value", n=len(repeated)
                ),
                exact(
                    "evidence of a reset generator", _peak(alike) / np.log(10), "log10 e-value", n=len(alike)
                ),
            ),
            plots=(_plot(repeated),),
        )

    def _alike(self, runs: Sequence[TrialRun]) -> tuple[Floats, Floats]:
        """Log wealth after each sampled run, ``(R,)``: of bets that calls are alike offset by offset, and of
        the same bets where offsets are not told apart."""
        seen = [
            (run.trial.pair, evidence)
            for run in runs
            if run.trial.temperature > 0.0 and (evidence := self._start_of(run)) is not None
        ]
        return _learned_wealth(learned.BY_OFFSET, seen), _learned_wealth(learned.ANY_OFFSET, seen)

    def _start_of(self, run: TrialRun) -> Evidence | None:
        return read(replace(run, tokens=run.tokens[: learned.OFFSETS]), self.pairs[run.trial.pair])

    def _factors(self, first: TrialRun, second: TrialRun) -> Floats:
        """Log factors ``(n, L)`` of the second text's tokens, up to the first that differs."""
        pair = self.pairs[second.trial.pair]
        earlier, tokens = new_tokens(first, pair), new_tokens(second, pair)
        same = common_prefix(earlier, tokens)
        target = keep_probabilities(second, pair)[: same + 1, 0][: len(earlier)]
        repeats = np.arange(len(target)) < same
        ratio = np.where(repeats, 1.0 / np.maximum(target, 1e-3), 0.0)
        return log_factors(ratio)


def _asked_twice(runs: Sequence[TrialRun]) -> Iterator[tuple[TrialRun, TrialRun]]:
    earlier: dict[tuple[int, ...], TrialRun] = {}
    for run in runs:
        if run.trial.purpose != "independence" or not run.tokens:
            continue
        if run.trial.prompt in earlier:
            yield earlier.pop(run.trial.prompt), run
        else:
            earlier[run.trial.prompt] = run


def _learned_wealth(habits: Mapping[str, Habit], seen: Sequence[tuple[str, Evidence]]) -> Floats:
    memory, won = learned.Memory(), np.zeros((len(seen), len(habits) * len(LAMBDAS)))
    for n, (pair, each) in enumerate(seen):
        found, memory = learned.bet_and_learn(
            memory, habits, pair, each.laws, each.placement, each.tokens, ~each.near_boundary
        )
        won[n] = log_factors(found).sum(axis=0).ravel()
    return _log_wealth(won)


def _log_wealth(steps: Floats) -> Floats:
    """``(n,)`` log of the mean of equal purses, from the log factors of each, ``(n, purses)``."""
    mixed: Floats = np.logaddexp.reduce(np.cumsum(steps, axis=0), axis=1) - np.log(steps.shape[1])
    return mixed


def _peak(path: Floats) -> float:
    return float(path.max(initial=0.0))


def _diagnosis(same: int, asked: int, repeated: bool, reset: bool) -> str:
    sentences = []
    if repeated:
        sentences.append(
            f"{same} of {asked} prompts got the same text twice: the generator is ignored, seeded again, or "
            "an earlier answer is kept."
        )
    if reset:
        sentences.append(
            "Calls with different prompts are alike at the same distance from the prompt: the random numbers "
            "start anew in each call."
        )
    return " ".join(sentences)


def _plot(path: Floats) -> Plot:
    return Plot(
        kind="line",
        title="Winnings of a bet that a second text repeats the first",
        x_label="Tokens compared",
        y_label="log10 of winnings per unit staked",
        series=(
            Series(
                name="bet on repetition",
                x=tuple(float(n) for n in range(len(path) + 1)),
                y=(0.0, *(float(value) / float(np.log(10)) for value in path)),
            ),
        ),
        lines=(
            Line(
                name="not independent above this line",
                y=(threshold(ALPHA) + float(np.log(2))) / float(np.log(10)),
            ),
        ),
    )
