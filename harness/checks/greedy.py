"""At temperature 0, is the text the target's own greedy text? Equality, token by token; a tie is forgiven."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from harness.checks.settings import Setting, draw_trials
from harness.core.check import Budget
from harness.core.evidence import new_tokens, target_rows
from harness.core.intervals import exact
from harness.core.trial import Trial, TrialRun
from pairs.context import rows_along
from pairs.pair import ModelPair
from wire.scorecard import CheckName, Line, Plot, Series, Status, Verdict

TIE = 1e-5
"""Logits this close to the largest are as good as it: float32 softmax may not tell them apart."""


@dataclass(frozen=True, slots=True)
class Greedy:
    pairs: Mapping[str, ModelPair]
    settings: Sequence[Setting]
    tie: float = TIE

    @property
    def name(self) -> CheckName:
        return "greedy"

    def trials(self, budget: Budget, rng: Random) -> Sequence[Trial]:
        count = len(self.settings) * (1 if budget == "quick" else 3)
        return tuple(draw_trials("greedy", self.settings, count, self.pairs, rng))

    def settled(self, runs: Sequence[TrialRun]) -> bool:
        return any(self._agreed(run) < len(new_tokens(run, self._pair(run))) for run in _greedy(runs))

    def judge(self, runs: Sequence[TrialRun]) -> Verdict:
        usable = [run for run in _greedy(runs) if new_tokens(run, self._pair(run))]
        if not usable:
            return Verdict(
                check="greedy", status=Status.NOT_RUN, summary="No run at temperature 0 returned tokens."
            )
        agreed = [self._agreed(run) for run in usable]
        lengths = [len(new_tokens(run, self._pair(run))) for run in usable]
        wrong = [n for n, (same, length) in enumerate(zip(agreed, lengths, strict=True)) if same < length]
        return Verdict(
            check="greedy",
            status=Status.FAIL if wrong else Status.PASS,
            summary=(
                f"At temperature 0 the text leaves the target's greedy text in {len(wrong)} of "
                f"{len(usable)} runs."
                if wrong
                else f"At temperature 0 all {sum(lengths)} tokens are the target's own greedy choice."
            ),
            diagnosis=self._diagnosis(usable[wrong[0]], agreed[wrong[0]]) if wrong else "",
            measurements=(
                exact("greedy texts right", float(len(usable) - len(wrong)), "runs", n=len(usable)),
                exact("tokens until the first difference", float(min(agreed)), "tokens", n=len(usable)),
            ),
            plots=(_plot(agreed, lengths),),
        )

    def _pair(self, run: TrialRun) -> ModelPair:
        return self.pairs[run.trial.pair]

    def _agreed(self, run: TrialRun) -> int:
        """Leading tokens that are the target's greedy choice at their own prefix."""
        rows = target_rows(run, self._pair(run))
        tokens = np.array(new_tokens(run, self._pair(run)), dtype=np.int64)
        if not len(tokens):
            return 0
        right = rows[np.arange(len(tokens)), tokens] >= rows.max(axis=1) - self.tie
        return len(tokens) if right.all() else int(np.argmin(right))

    def _diagnosis(self, run: TrialRun, index: int) -> str:
        pair = self._pair(run)
        logits = target_rows(run, pair)[index]
        token = new_tokens(run, pair)[index]
        rank = int((logits > logits[token]).sum())
        path = (*run.trial.prompt, *run.tokens[:index])
        draft_choice = int(rows_along(pair.draft, path)[-1].argmax())
        source = " It is the draft's own greedy choice." if token == draft_choice else ""
        return (
            f"Token {index + 1} of a run with num_speculative_tokens "
            f"{run.trial.num_speculative_tokens} has rank "
            f"{rank + 1} under the target, where greedy decoding takes rank 1.{source}"
        )


def _greedy(runs: Sequence[TrialRun]) -> list[TrialRun]:
    return [run for run in runs if run.trial.temperature == 0.0 and run.trial.purpose != "edges"]


def _plot(agreed: Sequence[int], lengths: Sequence[int]) -> Plot:
    return Plot(
        kind="bar",
        title="Greedy text: share of each run before the first wrong token",
        x_label="Run",
        y_label="Share that agrees with the target's greedy text",
        x_ticks=tuple(str(n + 1) for n in range(len(agreed))),
        series=(
            Series(
                name="agrees",
                x=tuple(float(n) for n in range(len(agreed))),
                y=tuple(same / length for same, length in zip(agreed, lengths, strict=True)),
            ),
        ),
        lines=(Line(name="all tokens right", y=1.0),),
    )
