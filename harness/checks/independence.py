"""Do two calls with the same prompt and different generators give independent texts?

Each prompt is asked twice. A bet that the second text repeats the first, for as long as it does, wins a lot
from code that seeds itself or replays an answer, and is fair under the right law. Random numbers shared
*within* a block bend the law and are `law`'s to find.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from harness.checks.settings import Setting, draw_trial
from harness.core.blocks import common_prefix
from harness.core.check import Budget
from harness.core.evidence import keep_probabilities, new_tokens
from harness.core.intervals import exact
from harness.core.trial import Trial, TrialRun
from harness.core.wealth import ALPHA, LAMBDAS, ROUNDING, threshold
from pairs.analytic import Pair
from wire.scorecard import CheckName, Line, Plot, Series, Status, Verdict

SETTING = Setting(pair="bell", num_speculative_tokens=3, temperature=1.3, max_new_tokens=24)
PROMPTS: dict[Budget, int] = {"quick": 3, "full": 8}


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
        path = _log_wealth(np.concatenate(factors))
        same = sum(first.tokens == second.tokens for first, second in twice)
        failed = bool(path.max(initial=0.0) >= threshold(ALPHA))
        return Verdict(
            check="independence",
            status=Status.FAIL if failed else Status.PASS,
            summary=(
                "Another generator does not give another text: calls are not independent."
                if failed
                else "The same prompt with another generator gives an independent text."
            ),
            diagnosis=(
                f"{same} of {len(twice)} prompts got the same text twice: the generator is ignored, "
                "seeded again, "
                "or an earlier answer is kept."
                if failed
                else ""
            ),
            measurements=(
                exact("prompts with the same text twice", float(same), "prompts", n=len(twice)),
                exact(
                    "evidence of repetition",
                    float(path.max(initial=0.0)) / np.log(10),
                    "log10 e-value",
                    n=len(path),
                ),
            ),
            plots=(_plot(path),),
        )

    def _factors(
        self, first: TrialRun, second: TrialRun
    ) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """Log factors ``(n, L)`` of the second text's tokens, up to the first that differs."""
        pair = self.pairs[second.trial.pair]
        earlier, tokens = new_tokens(first, pair), new_tokens(second, pair)
        same = common_prefix(earlier, tokens)
        target = keep_probabilities(second, pair)[: same + 1, 0][: len(earlier)]
        repeats = np.arange(len(target)) < same
        ratio = np.where(repeats, 1.0 / np.maximum(target, 1e-3), 0.0)
        steps: np.ndarray[tuple[int, int], np.dtype[np.float64]] = np.log1p(
            LAMBDAS * (ratio[:, None] - 1.0)
        ) - np.log1p(LAMBDAS * ROUNDING)
        return steps


def _asked_twice(runs: Sequence[TrialRun]) -> Iterator[tuple[TrialRun, TrialRun]]:
    earlier: dict[tuple[int, ...], TrialRun] = {}
    for run in runs:
        if run.trial.purpose != "independence" or not run.tokens:
            continue
        if run.trial.prompt in earlier:
            yield earlier.pop(run.trial.prompt), run
        else:
            earlier[run.trial.prompt] = run


def _log_wealth(
    factors: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    path = np.cumsum(factors, axis=0)
    mixed: np.ndarray[tuple[int], np.dtype[np.float64]] = np.logaddexp.reduce(path, axis=1) - np.log(
        len(LAMBDAS)
    )
    return mixed


def _plot(path: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Plot:
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
        lines=(Line(name="not independent above this line", y=threshold(ALPHA) / float(np.log(10))),),
    )
