"""Was each emitted token's prefix scored by a target call of the same trial? Exact, on whole token paths.

A token whose row was never asked for cannot follow the target's law at that prefix except by accident: the
cache held another text, or the draft's tokens went out unverified.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from harness.core.blocks import place
from harness.core.check import Budget
from harness.core.evidence import new_tokens
from harness.core.intervals import exact
from harness.core.trial import Trial, TrialRun
from pairs.analytic import Pair
from wire.scorecard import CheckName, Line, Plot, Series, Status, Verdict

BIN = 8
"""Tokens to a bar of the plot."""


@dataclass(frozen=True, slots=True)
class Provenance:
    pairs: Mapping[str, Pair]

    @property
    def name(self) -> CheckName:
        return "provenance"

    def trials(self, budget: Budget, rng: Random) -> Sequence[Trial]:
        return ()

    def settled(self, runs: Sequence[TrialRun]) -> bool:
        return False

    def judge(self, runs: Sequence[TrialRun]) -> Verdict:
        scored = [self._scored(run) for run in runs]
        usable = [(run, flags) for run, flags in zip(runs, scored, strict=True) if len(flags)]
        if not usable:
            return Verdict(check="provenance", status=Status.NOT_RUN, summary="No run returned tokens.")
        total = sum(len(flags) for _, flags in usable)
        unscored = total - sum(int(flags.sum()) for _, flags in usable)
        return Verdict(
            check="provenance",
            status=Status.FAIL if unscored else Status.PASS,
            summary=(
                f"{unscored} of {total} returned tokens continue a text that the target was never called on."
                if unscored
                else f"Each of {total} returned tokens continues a text that a target call had scored."
            ),
            diagnosis=_diagnosis(usable) if unscored else "",
            measurements=(
                exact("tokens with a scored prefix", float(total - unscored), "tokens", n=total),
                exact("share with a scored prefix", (total - unscored) / total, "of tokens", n=total),
            ),
            plots=(_plot([flags for _, flags in usable]),),
        )

    def _scored(self, run: TrialRun) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        tokens = new_tokens(run, self.pairs[run.trial.pair])
        return place(run.calls, run.trial.prompt, tokens).call >= 0


def _diagnosis(usable: Sequence[tuple[TrialRun, np.ndarray[tuple[int], np.dtype[np.bool_]]]]) -> str:
    run, flags = next((run, flags) for run, flags in usable if not flags.all())
    index = int(np.argmin(flags))
    targets = sum(call.model == "target" for call in run.calls)
    if not targets:
        return "The target was never called: the text comes from the draft, or from nowhere."
    rest = flags[index:]
    pattern = (
        "From there on no token has one: the target's cache holds another text, as when rejected tokens are not "
        "cropped."
        if not rest.any()
        else "Later tokens have one again: single tokens go out unverified, or are put in by hand."
    )
    return (
        f"First at token {index + 1} of a run with num_speculative_tokens {run.trial.num_speculative_tokens} and "
        f"temperature {run.trial.temperature:g}. {pattern}"
    )


def _plot(flags: Sequence[np.ndarray[tuple[int], np.dtype[np.bool_]]]) -> Plot:
    longest = max(len(each) for each in flags)
    shares = []
    for start in range(0, longest, BIN):
        window = np.concatenate([each[start : start + BIN] for each in flags])
        shares.append(float(window.mean()))
    return Plot(
        kind="line",
        title="Tokens whose prefix the target had scored",
        x_label="Position in the new text",
        y_label="Share of tokens",
        series=(
            Series(name="scored", x=tuple(float(n * BIN + 1) for n in range(len(shares))), y=tuple(shares)),
        ),
        lines=(Line(name="required", y=1.0),),
    )
