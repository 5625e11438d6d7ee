"""Bugs by name, with one sentence for each reader. Data.

The interviewer's sentence says what is wrong. The candidate's names the place to look, and nothing hidden.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    interviewer: str
    candidate: str


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
_LAST = (
    "Sampled text does not follow the target's distribution. Look again at what happens when one token is "
    "left."
)
_EOS = "Sampled text does not follow the target's distribution. Look again at what is done about EOS."
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

UNNAMED = frozenset({"unknown", "none"})

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
            "A draft is kept exactly if target/draft is above a fixed number: the test has no random number, "
            "or the same one each time, as with a generator that is seeded in the loop."
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
    "last-token-by-argmax": Bug(
        interviewer="The last token that is asked for is the target's argmax at any temperature.",
        candidate=_LAST,
    ),
    "last-token-from-draft": Bug(
        interviewer="The last token that is asked for is the draft's, and nothing verifies it.",
        candidate=_LAST,
    ),
    "eos-suppressed": Bug(
        interviewer="EOS is not allowed, everywhere or as the first new token, though the target may say it.",
        candidate=_EOS,
    ),
    "eos-scaled": Bug(
        interviewer="EOS is made more or less likely than the target makes it, as by a length penalty.",
        candidate=_EOS,
    ),
    "eos-untested": Bug(
        interviewer="A drafted EOS ends the text without a test.",
        candidate=_EOS,
    ),
    "coarse-numbers": Bug(
        interviewer="Logits or probabilities are rounded to a few steps before they are used.",
        candidate=UNKNOWN.candidate,
    ),
    "truncated": Bug(
        interviewer=(
            "Unlikely tokens are cut off that the task keeps, as by a top-k or min-p that was left on."
        ),
        candidate=_WARP,
    ),
    "accept-by-difference": Bug(
        interviewer=(
            "A draft is kept with probability 1 - (draft - target): a difference in place of the ratio."
        ),
        candidate=_ACCEPT,
    ),
    "ratio-clamped": Bug(
        interviewer="The ratio target/draft is clamped from below, so hopeless drafts are kept now and then.",
        candidate=_ACCEPT,
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
    "rank-for-id": Bug(
        interviewer="The correction is drawn in order of probability, and its rank goes out for its id.",
        candidate=_CORRECT,
    ),
    "correct-with-next-row": Bug(
        interviewer="The correction is drawn from the row behind the rejected draft, not from its own.",
        candidate=_CORRECT,
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
    "unwarped-correction": Bug(
        interviewer="The residual is made of laws without temperature and top-p; all else has them.",
        candidate=_WARP,
    ),
    "top-p-before-temperature": Bug(
        interviewer="Top-p is applied before the temperature; the task wants it after.", candidate=_WARP
    ),
    "unwarped-test": Bug(
        interviewer="The acceptance test uses laws without temperature and top-p; all else has them.",
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
    "repeats-penalised": Bug(
        interviewer="Tokens that the text has already are made less likely, as by a repetition penalty.",
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
