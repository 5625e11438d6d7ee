"""How fast is it in virtual time, against plain decoding, the reference, the best block length and the
bounds?

Virtual time is the ledger times a published price list, so the figure is exact for what was run and repeats
on any machine. Faster than the bound is a flag for a person, never a fail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from harness.checks.cost_split import cost_split, own_time
from harness.checks.economy_runs import Costed, by_gamma, costed_runs
from harness.core.check import Budget
from harness.core.intervals import exact, ratio_of_sums
from harness.core.trial import Trial, TrialRun
from pairs.analytic import Pair
from pairs.economy import any_coupling_speedup, best_fixed, path_adaptive_time
from pairs.prices import COMPUTE_BOUND, MEMORY_BOUND
from wire.scorecard import CheckName, Line, Measurement, Plot, Series, Status, Verdict

LEAST_SPEEDUP = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Speed-ups over plain decoding on the texts that came back."""

    best_gamma: int
    best_fixed: float
    path_adaptive: float
    any_coupling: float


@dataclass(frozen=True, slots=True)
class Speed:
    pairs: Mapping[str, Pair]
    pair: str

    @property
    def name(self) -> CheckName:
        return "speed"

    def trials(self, budget: Budget, rng: Random) -> Sequence[Trial]:
        return ()

    def settled(self, runs: Sequence[TrialRun]) -> bool:
        return False

    def judge(self, runs: Sequence[TrialRun]) -> Verdict:
        costed = costed_runs(runs, self.pairs)
        usable = [each for each in costed if each.tokens]
        if not usable:
            return Verdict(
                check="speed", status=Status.NOT_RUN, summary="No run on the economics pair returned tokens."
            )
        plain = [each.plain(MEMORY_BOUND) for each in costed]
        paid = [each.paid(MEMORY_BOUND) for each in costed]
        if not sum(each.account.virtual_time for each in usable):
            return Verdict(
                check="speed",
                status=Status.NOT_RUN,
                summary="No model was called, so there is no time to measure.",
            )
        yours = ratio_of_sums("speed-up over plain decoding", plain, paid, "x")
        share = ratio_of_sums(
            "speed, share of the reference", [each.reference(MEMORY_BOUND) for each in costed], paid, "x"
        )
        bounds = _bounds(usable, sum(plain))
        fast = yours.high > LEAST_SPEEDUP
        return Verdict(
            check="speed",
            status=Status.PASS if fast else Status.FAIL,
            summary=(
                f"{yours.value:.2f} times as fast as plain decoding in virtual time, over all block lengths."
            ),
            diagnosis=_diagnosis(costed, yours, share, bounds),
            measurements=(yours, share, *_figures(costed, sum(plain), bounds), *own_time(usable)),
            plots=(_plot(costed, bounds), *cost_split(usable)),
        )


def _bounds(usable: Sequence[Costed], plain: float) -> Bounds:
    paths = [each.path for each in usable]
    gamma, best_time = best_fixed(paths, MEMORY_BOUND)
    adaptive = sum(path_adaptive_time(each, MEMORY_BOUND) for each in paths)
    return Bounds(
        best_gamma=gamma,
        best_fixed=plain / best_time,
        path_adaptive=plain / adaptive,
        any_coupling=any_coupling_speedup(paths, MEMORY_BOUND),
    )


def _figures(costed: Sequence[Costed], plain: float, bounds: Bounds) -> list[Measurement]:
    reference = sum(each.reference(MEMORY_BOUND) for each in costed)
    compute = ratio_of_sums(
        "speed-up at compute-bound prices",
        [each.plain(COMPUTE_BOUND) for each in costed],
        [each.paid(COMPUTE_BOUND) for each in costed],
        "x",
    )
    runs = len(costed)
    return [
        exact("speed-up of the reference (expected)", plain / reference, "x", n=runs),
        exact("speed-up at the best fixed block length", bounds.best_fixed, "x", n=runs),
        exact("best fixed block length", float(bounds.best_gamma), "tokens", n=runs),
        exact("bound with lengths chosen in hindsight", bounds.path_adaptive, "x", n=runs),
        exact("bound for any method with one draft chain", bounds.any_coupling, "x", n=runs),
        compute,
        exact("runs charged as failed", float(sum(not each.tokens for each in costed)), "runs", n=runs),
    ]


def _diagnosis(costed: Sequence[Costed], yours: Measurement, share: Measurement, bounds: Bounds) -> str:
    sentences = [
        f"{share.value:.2f} times the reference's speed on the same trials; the best fixed block length is "
        f"{bounds.best_gamma} and would give {bounds.best_fixed:.2f} x."
    ]
    failed = sum(not each.tokens for each in costed)
    if failed:
        sentences.append(f"{failed} of {len(costed)} runs did not return and are charged at plain price.")
    for gamma, group in by_gamma(costed).items():
        speedup = _speedup(group)
        if speedup > bounds.any_coupling:
            sentences.append(
                f"For a person to look at: {speedup:.2f} x at num_speculative_tokens {gamma} is above the "
                f"{bounds.any_coupling:.2f} x that one chain of the supplied draft allows. Either "
                "drafts come from "
                "elsewhere, or there are several chains, or the law is broken."
            )
            break
    if yours.high <= LEAST_SPEEDUP:
        sentences.append("It is no faster than plain decoding.")
    return " ".join(sentences)


def _speedup(group: Sequence[Costed]) -> float:
    paid = sum(each.paid(MEMORY_BOUND) for each in group)
    return sum(each.plain(MEMORY_BOUND) for each in group) / paid if paid else 0.0


def _expected_speedup(group: Sequence[Costed]) -> float:
    expected = sum(each.reference(MEMORY_BOUND) for each in group)
    return sum(each.plain(MEMORY_BOUND) for each in group) / expected if expected else 0.0


def _plot(costed: Sequence[Costed], bounds: Bounds) -> Plot:
    groups = by_gamma(costed)
    x = tuple(float(n) for n in range(len(groups)))
    reference = [_expected_speedup(group) for group in groups.values()]
    return Plot(
        kind="bar",
        title="Speed-up over plain decoding, in virtual time",
        x_label="num_speculative_tokens",
        y_label="Times as fast as plain decoding",
        x_ticks=tuple(str(gamma) for gamma in groups),
        series=(
            Series(name="this submission", x=x, y=tuple(_speedup(group) for group in groups.values())),
            Series(name="reference (expected)", x=x, y=tuple(reference)),
        ),
        lines=(
            Line(name="plain decoding", y=1.0),
            Line(name=f"best fixed block length ({bounds.best_gamma})", y=bounds.best_fixed),
            Line(name="lengths chosen in hindsight", y=bounds.path_adaptive),
            Line(name="bound, one draft chain", y=bounds.any_coupling),
        ),
    )
