"""What was measured of a pair, and the verdict. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.pair_check.formula import Costs, Estimate, expected_speedup

LONGEST_BLOCK = 8

FEWEST_ACCEPTED, MOST_ACCEPTED = 0.5, 0.95
LEAST_GAIN = 1.15
WIDEST_INTERVAL = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    name: str
    engine: str
    texts: int
    acceptance: Mapping[float, Estimate]
    """By temperature."""
    costs: Costs
    measured: Mapping[int, Estimate]
    """By the number of draft tokens: speed-up of the reference sampler over itself without drafts."""
    rounds: int

    def expected(self, gamma: int) -> float:
        return expected_speedup(self.acceptance[1.0].value, gamma, self.costs)

    @property
    def best_gamma(self) -> int:
        """Of those that were measured. The best of several is a little lucky."""
        return max(self.measured, key=lambda gamma: self.measured[gamma].value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    good: bool
    sentence: str


def best_expected(acceptance: float, costs: Costs) -> int:
    """The number of draft tokens, 1 to `LONGEST_BLOCK`, that the formula likes best."""
    return max(range(1, LONGEST_BLOCK + 1), key=lambda gamma: expected_speedup(acceptance, gamma, costs))


def judged(found: Findings) -> Verdict:
    """Whether an interview can be held with the pair, and what speaks against it."""
    against = list(_against(found))
    gamma, gain = found.best_gamma, found.measured[found.best_gamma]
    if against:
        return Verdict(good=False, sentence="Not good for an interview: " + "; ".join(against) + ".")
    return Verdict(
        good=True,
        sentence=(
            f"Good for an interview: a right sampler is {gain.value:.2f} times as fast as plain decoding at"
            f" gamma {gamma}, at least {gain.low:.2f} times, and {1 - found.acceptance[1.0].value:.0%} of the"
            " draft tokens are rejected, so that wrong handling of a rejection shows."
        ),
    )


def _against(found: Findings) -> list[str]:
    acceptance = found.acceptance[1.0].value
    gain = found.measured[found.best_gamma]
    reasons = []
    if acceptance < FEWEST_ACCEPTED:
        reasons.append(
            f"only {acceptance:.0%} of the draft tokens are accepted, want {FEWEST_ACCEPTED:.0%}; distil the"
            " draft longer from this target"
        )
    if acceptance > MOST_ACCEPTED:
        reasons.append(
            f"{acceptance:.0%} of the draft tokens are accepted, so a sampler that handles rejections wrongly"
            f" looks right; take a smaller draft, for {MOST_ACCEPTED:.0%} at most"
        )
    if gain.high - gain.low > WIDEST_INTERVAL:
        reasons.append(
            f"the machine is too noisy to tell the speed-up, {gain.low:.2f} to {gain.high:.2f}; run it again"
            " with more --seconds"
        )
    elif gain.low < LEAST_GAIN:
        reasons.append(
            f"the speed-up may be as low as {gain.low:.2f}, want {LEAST_GAIN}; a call of the draft costs"
            f" {found.costs.draft:.2f} of one of the target, and verifying a block of"
            f" {found.best_gamma + 1} costs {found.costs.block(found.best_gamma):.2f}"
        )
    return reasons
