"""Are both caches kept and cropped right? A stale one of the draft keeps the law and only costs.

Two signs, both exact on the ledger: positions fed although the cache could still have held them, and draft
calls that leave the text where it was settled already. How often drafts stand, against what the two laws
allow, is a figure beside them: other methods' drafts stand less often with both caches right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from harness.checks.economy_runs import Costed, by_gamma, costed_runs
from harness.core.blocks import common_prefix
from harness.core.check import Budget
from harness.core.intervals import ratio_of_sums
from harness.core.trial import Trial, TrialRun
from pairs.accounting import blocks
from pairs.analytic import Pair
from pairs.economy import expected_accepted
from pairs.ledger import Call
from wire.scorecard import CheckName, Line, Measurement, Plot, Series, Status, Verdict

MOST_REFED = 1.5
"""Positions fed again a call. One is honest: the last token, for its row; a whole prefix is not."""

MOST_ASTRAY = 0.02
"""Share of draft calls over another text. None in right code."""
LEAST_KEPT = 0.95
"""Accepted drafts over expected ones: 1 for drafts drawn from the supplied draft's law and tested one by one,
whatever the block lengths."""


@dataclass(frozen=True, slots=True)
class Cache:
    pairs: Mapping[str, Pair]

    @property
    def name(self) -> CheckName:
        return "cache"

    def trials(self, budget: Budget, rng: Random) -> Sequence[Trial]:
        return ()

    def settled(self, runs: Sequence[TrialRun]) -> bool:
        return False

    def judge(self, runs: Sequence[TrialRun]) -> Verdict:
        usable = [each for each in costed_runs(runs, self.pairs) if each.tokens and each.run.calls]
        if not usable:
            return Verdict(
                check="cache", status=Status.NOT_RUN, summary="No run on the economics pair called a model."
            )
        refed = {model: _refed_a_call(usable, model) for model in ("target", "draft")}
        kept = _drafts_kept(usable)
        waste = [model for model, figure in refed.items() if figure is not None and figure.low > MOST_REFED]
        astray = _astray(usable)
        stale = astray is not None and astray.value > MOST_ASTRAY
        return Verdict(
            check="cache",
            status=Status.FAIL if waste or stale else Status.PASS,
            summary=_summary(waste, stale),
            diagnosis=_diagnosis(waste, astray if stale else None, kept),
            measurements=tuple(
                figure
                for figure in (refed["target"], refed["draft"], _anew(usable), astray, kept, _fed(usable))
                if figure is not None
            ),
            plots=(_plot(usable),),
        )


def refed_positions(calls: Sequence[Call], model: str) -> list[int]:
    """For each call of the model, how many fed positions the call before had left in the cache."""
    own = [call for call in calls if call.model == model]
    again = [0] * len(own)
    for n in range(1, len(own)):
        shared = common_prefix(own[n].path, own[n - 1].path)
        again[n] = max(shared - (len(own[n].path) - own[n].fed), 0)
    return again


def calls_astray(calls: Sequence[Call], text: Sequence[int]) -> list[bool]:
    """For each draft call, whether its path leaves the returned text where that was settled already.

    Past that place every path is a guess, and guesses are free: what was drafted and dropped before the
    target saw it, several chains a round, a look-up table's guesses that the draft is asked about. A target
    call settles the drafts that stand and, where one did not, the token in its place.
    """
    asked = [call.path for call in calls if call.model == "target"]
    after = settled = 0
    flags = []
    for call in calls:
        agreed = common_prefix(call.path, text)
        if call.model == "target":
            after += 1
            settled = max(settled, min(agreed + int(len(call.path) > agreed), len(text)))
            continue
        astray = agreed < min(settled, len(call.path))
        # A second chain's target call comes later than the one that settled the place.
        flags.append(astray and not any(_one_goes_on(call.path, path) for path in asked[after:]))
    return flags


def _one_goes_on(left: Sequence[int], right: Sequence[int]) -> bool:
    """Whether the longer begins with the shorter."""
    return common_prefix(left, right) == min(len(left), len(right))


def _astray(usable: Sequence[Costed]) -> Measurement | None:
    flags = [calls_astray(each.run.calls, (*each.run.trial.prompt, *each.tokens)) for each in usable]
    if not any(flags):
        return None
    return ratio_of_sums(
        "draft calls over another text",
        [sum(each) for each in flags],
        [len(each) for each in flags],
        "of calls",
    )


def _refed_a_call(usable: Sequence[Costed], model: str) -> Measurement | None:
    again = [refed_positions(each.run.calls, model) for each in usable]
    if not any(again):
        return None
    return ratio_of_sums(
        f"{model} positions fed again", [sum(each) for each in again], [len(each) for each in again], "a call"
    )


def _drafts_kept(usable: Sequence[Costed]) -> Measurement | None:
    accepted, expected = [], []
    for each in usable:
        start = len(each.run.trial.prompt)
        read = blocks(each.run.calls, each.run.trial.prompt, each.tokens)
        accepted.append(sum(block.accepted for block in read))
        expected.append(
            sum(expected_accepted(each.path, block.start - start, block.drafted) for block in read)
        )
    if sum(expected) < 1.0:
        return None
    return ratio_of_sums("accepted drafts, share of what the laws allow", accepted, expected, "x")


def _anew(usable: Sequence[Costed]) -> Measurement | None:
    """The first call of a run has no cache to reuse, so it does not count."""
    later = [[call for call in each.run.calls if call.model == "target"][1:] for each in usable]
    if not any(later):
        return None
    return ratio_of_sums(
        "target calls without a cache",
        [sum(call.fed == len(call.path) for call in calls) for calls in later],
        [len(calls) for calls in later],
        "of calls",
    )


def _fed(usable: Sequence[Costed]) -> Measurement:
    return ratio_of_sums(
        "target positions fed",
        [each.account.target_positions for each in usable],
        [len(each.tokens) for each in usable],
        "a token",
    )


def _summary(waste: Sequence[str], stale: bool) -> str:
    if waste:
        return (
            f"The {' and the '.join(waste)} cache could save more: positions are fed again that "
            f"{'they' if len(waste) > 1 else 'it'} still held."
        )
    if stale:
        return "The draft works on another text than the one that comes back; look again at what it is fed."
    return "Both caches are reused and cropped: every call works on the text that comes back."


def _diagnosis(waste: Sequence[str], astray: Measurement | None, kept: Measurement | None) -> str:
    sentences = []
    if waste:
        sentences.append(f"Whole prefixes go through the {' and the '.join(waste)} again and again.")
    if astray is not None:
        sentences.append(
            f"{astray.value:.0%} of draft calls are over another text: rejected tokens stay in the draft's "
            "cache, or a token that stands never reaches it. Each such draft is a guess at something else."
        )
    if kept is not None and kept.high < LEAST_KEPT:
        sentences.append(
            f"Drafts stand {kept.value:.2f} times as often as draws from the supplied draft's law would."
        )
        if astray is None:
            sentences.append(
                "The caches are not the reason: drafts come from another law (one-hot, sharper, look-up), or "
                "what was accepted is thrown away, which is right and slower."
            )
    return " ".join(sentences)


def _plot(usable: Sequence[Costed]) -> Plot:
    groups = by_gamma(usable)
    x = tuple(float(n) for n in range(len(groups)))

    def a_token(model: str) -> tuple[float, ...]:
        return tuple(
            sum(call.fed for each in group for call in each.run.calls if call.model == model)
            / sum(len(each.tokens) for each in group)
            for group in groups.values()
        )

    return Plot(
        kind="bar",
        title="Positions fed per new token",
        x_label="num_speculative_tokens",
        y_label="Positions fed per new token",
        x_ticks=tuple(str(gamma) for gamma in groups),
        series=(
            Series(name="target", x=x, y=a_token("target")),
            Series(name="draft", x=x, y=a_token("draft")),
        ),
        lines=(Line(name="plain decoding with a cache", y=1.0),),
    )
