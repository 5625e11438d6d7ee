"""How many tokens does a target call yield, against plain decoding, the reference and the bound?

The reference is not run: its expectation on the same text is exact (`pairs.economy`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from harness.checks.economy_runs import Costed, by_gamma, costed_runs
from harness.checks.positions import acceptance_by_position
from harness.checks.settings import Setting, draw_trials
from harness.core.check import Budget
from harness.core.intervals import exact, ratio_of_sums
from harness.core.trial import Trial, TrialRun
from pairs.analytic import Pair
from pairs.economy import any_coupling_tokens, expected_cost
from pairs.prices import MEMORY_BOUND
from wire.scorecard import CheckName, Line, Measurement, Plot, Series, Status, Verdict

LEAST_TOKENS = 1.1
"""Tokens a target call below which there is no economy. How near it comes to the reference is a figure and no
verdict: drafts of another law (one-hot, look-up) are right and slower."""

REPEATS: dict[Budget, int] = {"quick": 2, "full": 6}
TOKENS = 96


@dataclass(frozen=True, slots=True)
class Economy:
    pairs: Mapping[str, Pair]
    pair: str
    block_lengths: Sequence[int]

    @property
    def name(self) -> CheckName:
        return "economy"

    def trials(self, budget: Budget, rng: Random) -> Sequence[Trial]:
        settings = [
            Setting(pair=self.pair, num_speculative_tokens=gamma, max_new_tokens=TOKENS)
            for gamma in self.block_lengths
        ]
        count = len(settings) * REPEATS[budget]
        return tuple(draw_trials("economy", settings, count, self.pairs, rng))

    def settled(self, runs: Sequence[TrialRun]) -> bool:
        return False

    def judge(self, runs: Sequence[TrialRun]) -> Verdict:
        usable = [each for each in costed_runs(runs, self.pairs) if each.tokens]
        if not usable:
            return Verdict(
                check="economy",
                status=Status.NOT_RUN,
                summary="No run on the economics pair returned tokens.",
            )
        if not any(each.account.target_calls for each in usable):
            return Verdict(
                check="economy",
                status=Status.FAIL,
                summary="The target was never called, so there is no economy to speak of.",
                diagnosis="Tokens came back without a single target call.",
                plots=(_plot(usable),),
            )
        share = ratio_of_sums(
            "tokens a target call, share of the reference",
            [_expected_calls(each) for each in usable],
            [each.account.target_calls for each in usable],
            "x",
        )
        yours = ratio_of_sums(
            "tokens a target call",
            [len(each.tokens) for each in usable],
            [each.account.target_calls for each in usable],
            "tokens",
        )
        enough = yours.high >= LEAST_TOKENS
        return Verdict(
            check="economy",
            status=Status.PASS if enough else Status.FAIL,
            summary=f"A target call yields {yours.value:.2f} tokens on average; plain decoding yields 1.",
            diagnosis=_diagnosis(usable, share),
            measurements=(yours, share, *_drafts(usable)),
            plots=(_plot(usable), acceptance_by_position(usable)),
        )


def _expected_calls(each: Costed) -> float:
    return expected_cost(each.path, each.gamma, MEMORY_BOUND).target_calls


def _drafts(usable: Sequence[Costed]) -> list[Measurement]:
    total = usable[0].account
    for each in usable[1:]:
        total += each.account
    figures = [
        exact("draft calls a token", total.draft_calls / total.new_tokens, "calls", n=total.new_tokens)
    ]
    accepted = [each.account.accepted for each in usable]
    if total.tested:
        tested = [each.account.tested for each in usable]
        figures.append(ratio_of_sums("acceptance rate (accepted / tested)", accepted, tested, "of tested"))
    if total.drafted:
        drafted = [each.account.drafted for each in usable]
        figures.append(
            ratio_of_sums("draft utilisation (accepted / drafted)", accepted, drafted, "of drafted")
        )
    return figures


def _diagnosis(usable: Sequence[Costed], share: Measurement) -> str:
    drafted = sum(each.account.drafted for each in usable)
    if not drafted:
        return "Each target call gave the law of one new token only: this is plain decoding."
    if share.high < 1.0:
        return (
            f"{share.value:.2f} times the tokens a target call that the reference is expected to have on "
            "the same texts. Fewer come from a bonus token thrown away, shorter blocks, target calls for "
            "nothing, or drafts of another law than the supplied draft's: one-hot and look-up drafts are "
            "right and stand less often."
        )
    if share.low > 1.03:
        return (
            f"{share.value:.2f} times the reference's tokens a target call. Block verification "
            "honestly gives 1.1 to "
            "1.2; more than that, or with a broken law, is bought."
        )
    return (
        f"{share.value:.2f} times the tokens a target call that the reference is expected to have on the "
        "same texts."
    )


def _plot(usable: Sequence[Costed]) -> Plot:
    groups = by_gamma(usable)
    x = tuple(float(n) for n in range(len(groups)))
    yours = [_rate(sum(each.account.target_calls for each in group), group) for group in groups.values()]
    reference = [_rate(sum(map(_expected_calls, group)), group) for group in groups.values()]
    bound = [any_coupling_tokens([each.path for each in group], gamma) for gamma, group in groups.items()]
    return Plot(
        kind="bar",
        title="Tokens per target call",
        x_label="num_speculative_tokens",
        y_label="New tokens per target call",
        x_ticks=tuple(str(gamma) for gamma in groups),
        series=(
            Series(name="this submission", x=x, y=tuple(yours)),
            Series(name="reference (expected)", x=x, y=tuple(reference)),
            Series(name="bound for any method with one draft chain", x=x, y=tuple(bound)),
        ),
        lines=(Line(name="plain decoding", y=1.0),),
    )


def _rate(calls: float, group: Sequence[Costed]) -> float:
    return sum(len(each.tokens) for each in group) / calls if calls else 0.0
