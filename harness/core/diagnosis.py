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
from harness.core.kernels import BUGS

POOR = 4.2
"""Deviations of the worst place or pair from what the best name predicts, from which it is not the bug."""

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
class Bug:
    interviewer: str
    candidate: str


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
    drafts: Mapping[str, float]
    """By bug: log-likelihood of the drafts under the law that it draws them from, less that under the
    supplied draft's law."""
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
    drawn_from, own_draft = max(findings.drafts.items(), key=lambda item: item[1])
    # Greedy decoding drafts greedily too, so it is not taken for a matter of drafts.
    if own_draft > max(OWN_DRAFT, gain) and ranked[0][0] != "greedy-sampling":
        # Given the drafts nearly all is as it should be, and the drafts are not from the ratio's law.
        return Named(bug=drawn_from, runner_up=None)
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
    poor = findings.misfit > POOR
    if first != "stale-cache" and findings.uncovered > UNSCORED:
        return Named(bug="unverified", runner_up=None)
    if poor:
        return Named(bug=first, runner_up=None, fits=False)
    close = top - next_best <= CLEAR and second != "none"
    return Named(bug=first, runner_up=second if close else None)


def _ranked(kernels: Floats) -> list[tuple[str, float]]:
    best: dict[str, float] = {}
    for bug, value in zip(BUGS, kernels.tolist(), strict=True):
        best[bug] = max(value, best.get(bug, -np.inf))
    return sorted(best.items(), key=lambda item: -item[1])


UNKNOWN = Bug(
    interviewer="The output leaves the target's law, in no way that the judge has a name for.",
    candidate="Sampled text does not follow the target's distribution.",
)

_ACCEPT = (
    "Sampled text does not follow the target's distribution. Look again at when a drafted token is kept."
)
_RANDOM = (
    "Sampled text does not follow the target's distribution. Look again at where random numbers come from."
)
_FIRST = (
    "Sampled text does not follow the target's distribution. Look again at what happens before the first "
    "round."
)
_CORRECT = "Sampled text does not follow the target's distribution. Look again at what follows a rejection."
_BONUS = (
    "Sampled text does not follow the target's distribution. Look again at the token after a block in "
    "which all drafts stood."
)
_WARP = (
    "Sampled text does not follow the target's distribution. Look again at temperature and top-p, on "
    "both models."
)
_ROWS = (
    "Sampled text does not follow the target's distribution. Look again at which row of logits belongs "
    "to which position."
)
_CACHE = (
    "Sampled text does not follow the target's distribution. Look again at what each cache holds after "
    "a rejection."
)
_DRAFT = (
    "Sampled text does not follow the target's distribution. Look again at the law that the drafts are "
    "drawn from, and the one in the test."
)

TABLE: dict[str, Bug] = {
    "unknown": UNKNOWN,
    "none": UNKNOWN,
    "target-unused": Bug(
        interviewer="The target is never called: the output is the draft's.",
        candidate=(
            "Sampled text does not follow the target's distribution. Look again at what the target is asked."
        ),
    ),
    "unverified": Bug(
        interviewer=(
            "Tokens go out that no target call verified: drafts after the first rejection, or past the block."
        ),
        candidate=(
            "Sampled text does not follow the target's distribution. Look again at which tokens are "
            "emitted after a rejection."
        ),
    ),
    "accept-always": Bug(
        interviewer=(
            "Every draft token is accepted: the output follows the draft's law wherever there was a draft."
        ),
        candidate=_ACCEPT,
    ),
    "lenient": Bug(
        interviewer=(
            "Acceptance is lenient: drafts are kept more often than min(1, target/draft) allows, which "
            "buys speed with the law."
        ),
        candidate=_ACCEPT,
    ),
    "padded-ratio": Bug(
        interviewer=(
            "A constant is added to the denominator of target/draft, so rare drafts are rejected too often."
        ),
        candidate=_ACCEPT,
    ),
    "accept-by-target-probability": Bug(
        interviewer="A draft is kept with probability target(x): the division by draft(x) is missing.",
        candidate=_ACCEPT,
    ),
    "draws-again": Bug(
        interviewer=(
            "Drafts are compared with a draw from the target, and where they differ another draw goes out "
            "instead of that one."
        ),
        candidate=_ACCEPT,
    ),
    "same-uniform": Bug(
        interviewer=(
            "Every test has the same random number, as if a generator were seeded in the loop: a draft is "
            "kept exactly if target/draft is above it."
        ),
        candidate=_RANDOM,
    ),
    "uniform-off": Bug(
        interviewer="The random number in the test is not uniform: it cannot be small, or has few values.",
        candidate=_RANDOM,
    ),
    "first-draft-unverified": Bug(
        interviewer=(
            "The first draft of a block is kept too often: it is not tested, or its rejection gets lost "
            "(index 0 taken for none)."
        ),
        candidate=_ACCEPT,
    ),
    "later-drafts-unverified": Bug(
        interviewer="Only the first draft of a block is tested; the others are kept.", candidate=_ACCEPT
    ),
    "last-draft-unverified": Bug(
        interviewer="The last draft of a block is kept untested.", candidate=_ACCEPT
    ),
    "ratio-powered": Bug(
        interviewer="Drafts are kept with a power of target/draft, such as its square or its root.",
        candidate=_ACCEPT,
    ),
    "accept-sometimes-untested": Bug(
        interviewer="A share of the drafts that fail the test is kept all the same.", candidate=_ACCEPT
    ),
    "first-token-from-draft": Bug(
        interviewer="The first token after the prompt is the draft's, and nothing verifies it.",
        candidate=_FIRST,
    ),
    "first-token-by-argmax": Bug(
        interviewer="The first token after the prompt is the target's argmax at any temperature.",
        candidate=_FIRST,
    ),
    "accept-if-target-larger": Bug(
        interviewer="A draft is kept exactly if target(x) >= draft(x): the test has no random number.",
        candidate=_ACCEPT,
    ),
    "accept-by-threshold": Bug(
        interviewer="A draft is kept if its probability under the target is above a fixed threshold.",
        candidate=_ACCEPT,
    ),
    "accept-inverted-ratio": Bug(
        interviewer="The ratio is upside down: drafts are kept with draft/target.", candidate=_ACCEPT
    ),
    "accept-by-rank": Bug(
        interviewer=(
            "A draft is kept because of its rank under the target (argmax, top three), not by the ratio."
        ),
        candidate=_ACCEPT,
    ),
    "accept-confident-drafts": Bug(
        interviewer="Drafts of which the draft model is sure are kept untested.", candidate=_ACCEPT
    ),
    "accept-typical": Bug(
        interviewer=(
            "Typical acceptance: an entropy threshold decides. It is faster and does not keep the law."
        ),
        candidate=_ACCEPT,
    ),
    "numbers-used-again": Bug(
        interviewer=(
            "Certain ids, or parts of the distribution function, come too often whatever the prompt: random "
            "numbers are used again, as with a generator that is seeded in each call or block."
        ),
        candidate=_RANDOM,
    ),
    "draft-uniform-reused": Bug(
        interviewer="The random number that drew the draft token decides its acceptance too.",
        candidate=_RANDOM,
    ),
    "one-uniform-a-block": Bug(
        interviewer="One random number decides on all drafts of a block.",
        candidate=_RANDOM,
    ),
    "correct-from-target": Bug(
        interviewer=(
            "After a rejection the token is drawn from the target, not from the residual: the output "
            "follows min(target, draft) + P(reject) target."
        ),
        candidate=_CORRECT,
    ),
    "correct-from-target-if-rare": Bug(
        interviewer=(
            "Where the residual has little mass, the token after a rejection is drawn from the target: a "
            "guard against division by zero that guards too much."
        ),
        candidate=_CORRECT,
    ),
    "correct-without-drafted": Bug(
        interviewer=(
            "After a rejection only the drafted token is struck out of the target's law; the rest of the "
            "draft's law is not taken off."
        ),
        candidate=_CORRECT,
    ),
    "correct-from-draft": Bug(
        interviewer="After a rejection the token is drawn from the draft.", candidate=_CORRECT
    ),
    "correct-tempered": Bug(
        interviewer="The temperature is applied to the residual once more.", candidate=_CORRECT
    ),
    "correct-from-surplus": Bug(
        interviewer="The residual has the wrong sign: max(draft - target, 0).", candidate=_CORRECT
    ),
    "correct-from-difference": Bug(
        interviewer="The residual is |target - draft|: the negative part is not cut off.", candidate=_CORRECT
    ),
    "correct-by-argmax": Bug(
        interviewer="After a rejection an argmax is taken instead of a draw.", candidate=_CORRECT
    ),
    "correct-by-softmax": Bug(
        interviewer="The residual goes through a softmax instead of a division by its sum.",
        candidate=_CORRECT,
    ),
    "correct-unnormalised": Bug(
        interviewer="The residual is not normalised: draws fall off its end onto the last id.",
        candidate=_CORRECT,
    ),
    "correct-with-row-before": Bug(
        interviewer="The residual takes off the draft's row of the position before.", candidate=_CORRECT
    ),
    "correct-never": Bug(
        interviewer="After a rejection no correction is drawn: the round is tried again.", candidate=_CORRECT
    ),
    "bonus-from-draft": Bug(
        interviewer="The bonus token is drawn from the draft, and nothing verifies it.", candidate=_BONUS
    ),
    "bonus-from-residual": Bug(
        interviewer="The bonus token is drawn from the residual, though nothing was rejected.",
        candidate=_BONUS,
    ),
    "bonus-by-argmax": Bug(
        interviewer="The bonus token is the target's argmax at any temperature.", candidate=_BONUS
    ),
    "bonus-unwarped": Bug(
        interviewer="The bonus token is drawn without temperature and top-p.", candidate=_BONUS
    ),
    "bonus-temperature": Bug(
        interviewer="The bonus token is drawn at another temperature than the rest.", candidate=_BONUS
    ),
    "bonus-row-before": Bug(
        interviewer="The bonus token is drawn from the row before its own.", candidate=_BONUS
    ),
    "temperature": Bug(
        interviewer="The target's temperature is off: it is too hot or too cold everywhere.", candidate=_WARP
    ),
    "greedy-sampling": Bug(
        interviewer="Decoding is greedy although the temperature is not 0.", candidate=_WARP
    ),
    "no-warp": Bug(interviewer="Temperature and top-p do not reach the target's law.", candidate=_WARP),
    "no-top-p": Bug(interviewer="Temperature is applied, top-p is not.", candidate=_WARP),
    "normal-for-uniform": Bug(
        interviewer="The random number in the test is normal, not uniform (randn for rand).",
        candidate=_RANDOM,
    ),
    "accept-by-product": Bug(
        interviewer=(
            "A draft is kept with the product of the ratios over the block so far, so earlier luck counts "
            "again and again."
        ),
        candidate=_ACCEPT,
    ),
    "top-p-short": Bug(
        interviewer="Top-p drops the token that crosses the bound, which the task keeps.", candidate=_WARP
    ),
    "top-p-long": Bug(interviewer="Top-p keeps one token more than the task does.", candidate=_WARP),
    "warped-twice": Bug(interviewer="The temperature is applied twice.", candidate=_WARP),
    "top-p-unscaled": Bug(
        interviewer=(
            "After top-p the probabilities are not scaled back to sum 1, so ratio and residual are off."
        ),
        candidate=_WARP,
    ),
    "unwarped-draft-ratio": Bug(
        interviewer=(
            "The draft's law in the ratio lacks temperature or top-p, though drafts are drawn with it."
        ),
        candidate=_WARP,
    ),
    "unwarped-drafts": Bug(
        interviewer="Drafts are drawn without the temperature or top-p that the ratio assumes.",
        candidate=_WARP,
    ),
    "row-before": Bug(
        interviewer="Target rows are off by one: each token is judged by the row before its own.",
        candidate=_ROWS,
    ),
    "draft-row-before": Bug(interviewer="Draft rows are off by one in the ratio.", candidate=_ROWS),
    "stale-cache": Bug(
        interviewer=(
            "The target's rows belong to another text than the one that goes out: rejected tokens stay in "
            "its cache, too many are cropped, text is fed twice, or the row of a rejected draft is used."
        ),
        candidate=_CACHE,
    ),
    "test-uniform-corrects": Bug(
        interviewer="The random number that turned a draft down draws the correction too.", candidate=_RANDOM
    ),
    "repeats-redrawn": Bug(
        interviewer="A token that repeats the one before is drawn again, as by a penalty on repeats.",
        candidate=UNKNOWN.candidate,
    ),
    "repeats": Bug(interviewer="Tokens are emitted twice.", candidate=_ROWS),
    "greedy-draft-soft-ratio": Bug(
        interviewer="Drafts are the draft's argmax, but the ratio uses its softmax as if they were sampled.",
        candidate=_DRAFT,
    ),
    "sharp-drafts": Bug(
        interviewer="Drafts are drawn from a sharper law than the one in the ratio.", candidate=_DRAFT
    ),
}

USED_AGAIN = {
    "learned target-interval-by-place",
    "learned draft-interval-by-place",
    "learned token-id",
}

FROM_BETS: dict[str, str] = {
    "draft-as-is": "accept-always",
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
