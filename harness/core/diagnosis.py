"""Names the bug once the law is rejected, in one sentence for each reader. Pure.

The name comes from the likelihoods of `harness.core.kernels` where they are clear, else from the bet that
won most; it says that it is not sure when two names are close. The candidate's sentence names the place to
look, and nothing that is hidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.core.alternatives import NAMES, Floats
from harness.core.bugs import TABLE, UNKNOWN
from harness.core.hypotheses import BUGS
from harness.core.own_drafts import OwnDrafts

POOR = 4.2
"""Deviations of the worst place or pair from what the best name predicts, from which it is not the bug."""

HOPELESS = 30.0
"""From which it is no use to name it as the nearest either."""

UNSCORED = 0.005
ASTRAY = 0.2
SKIPPED = 0.3
"""Shares of tokens, of target calls and of rejections, from which a name is given for them."""

SOME_REJECTIONS = 8

SOME_WEALTH = 12.0
"""Log wealth from which a bet alone may name a bug."""

CLEAR = 3.0
"""Nats by which a name must lead the next one: twenty to one."""

OWN_DRAFT = 6.0
"""Nats over the supplied draft's law at which drafts are taken to come from another law."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A name for what is wrong, and the next best where it is close."""

    bug: str
    runner_up: str | None
    fits: bool = True
    """False where even the best name explains the tokens badly."""

    @property
    def sure(self) -> bool:
        return self.runner_up is None and self.fits

    @property
    def interviewer(self) -> str:
        sentence = TABLE[self.bug].interviewer
        if not self.fits:
            return f"No bug that the judge knows explains the output well. The nearest: {sentence}"
        if self.runner_up is None:
            return sentence
        return f"Not sure between two. First: {sentence} Second: {TABLE[self.runner_up].interviewer}"

    @property
    def candidate(self) -> str:
        return TABLE[self.bug].candidate if self.sure else UNKNOWN.candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the diagnosis may look at."""

    kernels: Floats
    """``(H,)`` log-likelihood of each of `kernels.HYPOTHESES`, summed over all tokens."""
    bets: Mapping[str, float]
    """Log wealth of each bet that was made everywhere, over the battery."""
    drafts: Mapping[str, OwnDrafts]
    """By bug: how well the law that it draws drafts from explains them."""
    uncovered: float
    """Share of tokens whose prefix no target call scored."""
    target_calls: int
    astray: float = 0.0
    """Share of target calls whose cache held another text than the one that goes out."""
    skipped: Sequence[bool] = ()
    """For each rejection with a draft after it, whether that draft went out in place of a correction."""
    misfit: float = 0.0
    """Of the best of ``kernels``: see `kernels.deviations`."""


def name_bug(findings: Findings) -> Named:
    """The most likely bug."""
    if findings.target_calls == 0:
        return Named(bug="target-unused", runner_up=None)
    if len(findings.skipped) >= SOME_REJECTIONS and np.mean(findings.skipped) > SKIPPED:
        return Named(bug="unverified", runner_up=None)
    if findings.astray > ASTRAY:
        return Named(bug="stale-cache", runner_up=None)
    ranked = _ranked(findings.kernels)
    gain = ranked[0][1] - dict(ranked)["none"]
    drawn_from, own = max(findings.drafts.items(), key=lambda item: item[1].gain)
    # Greedy decoding drafts greedily too, so it is not taken for a matter of drafts.
    if own.gain > max(OWN_DRAFT, gain) and ranked[0][0] != "greedy-sampling":
        # Given the drafts nearly all is as it should be, and the drafts are not from the ratio's law.
        return Named(bug=drawn_from, runner_up=None, fits=own.misfit <= POOR)
    if _numbers_used_again(findings, gain):
        return Named(bug="numbers-used-again", runner_up=None)
    if gain > CLEAR:
        return _by_kernels(ranked, findings)
    if findings.uncovered > UNSCORED:
        return Named(bug="unverified", runner_up=None)
    known = {bet: won for bet, won in findings.bets.items() if bet in NAMES}
    best = max(known, key=lambda bet: known[bet])
    if known[best] < SOME_WEALTH:
        return Named(bug="unknown", runner_up=None)
    return Named(bug=FROM_BETS.get(best, "unknown"), runner_up=None)


def _numbers_used_again(findings: Findings, gain: float) -> bool:
    """Whether ids or intervals of a CDF come too often, more clearly than any known bug explains."""
    bets = findings.bets
    again = max((won for bet, won in bets.items() if bet in USED_AGAIN), default=0.0)
    known = max(won for bet, won in bets.items() if bet in NAMES)
    explained = gain if findings.misfit <= POOR else 0.0
    return again > SOME_WEALTH and again > max(known, explained) + CLEAR


def _by_kernels(ranked: list[tuple[str, float]], findings: Findings) -> Named:
    (first, top), (second, next_best) = ranked[0], ranked[1]
    if first != "stale-cache" and findings.uncovered > UNSCORED:
        return Named(bug="unverified", runner_up=None)
    if findings.misfit > HOPELESS:
        return Named(bug="unknown", runner_up=None)
    # Given the drafts the right name explains more than any bet, which knows less, can win.
    bettered = max(won for bet, won in findings.bets.items() if bet in NAMES) > (
        top - dict(ranked)["none"] + CLEAR
    )
    if findings.misfit > POOR or bettered:
        return Named(bug=first, runner_up=None, fits=False)
    close = top - next_best <= CLEAR and second != "none"
    return Named(bug=first, runner_up=second if close else None)


def _ranked(kernels: Floats) -> list[tuple[str, float]]:
    best: dict[str, float] = {}
    for bug, value in zip(BUGS, kernels.tolist(), strict=True):
        best[bug] = max(value, best.get(bug, -np.inf))
    return sorted(best.items(), key=lambda item: -item[1])


USED_AGAIN = {
    "learned target-interval-by-place",
    "learned draft-interval-by-place",
    "learned token-id",
}

FROM_BETS: dict[str, str] = {
    "draft-as-is": "accept-always",
    "eos-never": "eos-suppressed",
    "repeats-penalised": "repeats-penalised",
    "eos-less": "eos-scaled",
    "eos-more": "eos-scaled",
    "eos-untested": "eos-untested",
    "logits-in-ones": "coarse-numbers",
    "logits-in-halves": "coarse-numbers",
    "logits-in-quarters": "coarse-numbers",
    "probabilities-in-hundredths": "coarse-numbers",
    "probabilities-in-thousandths": "coarse-numbers",
    "speed-fraud": "lenient",
    "correct-never": "correct-never",
    "correct-without-drafted": "correct-without-drafted",
    "repeats-token": "repeats",
    "repeats-redrawn": "repeats-redrawn",
    "test-uniform-corrects": "test-uniform-corrects",
    "draft-uniform-reused": "draft-uniform-reused",
    "unwarped-drafts": "unwarped-drafts",
    "greedy-draft-soft-ratio": "greedy-draft-soft-ratio",
    "sharp-drafts": "sharp-drafts",
    "stale-row": "stale-cache",
    "no-top-p": "no-top-p",
    "no-warp": "no-warp",
    "row-before": "row-before",
    "greedy": "greedy-sampling",
}
"""Names that the bets give where the likelihoods see nothing wrong."""
