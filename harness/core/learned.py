"""Bets that nobody foresaw: tilts of the target's law towards what earlier tokens showed. Pure.

A *feature* sorts the tokens at a position into bins, such as "how likely under the draft, over the target"; a
*context* says where the position is, such as the index in its block. For each context and bin, what was seen
so far is held against what the target made one expect, and the next run is bet on with

    r(x) = target(x) w[context, bin(x)] / sum_v target(v) w[context, bin(v)],
    w = (seen + k) / (expected + k).

``w`` hangs on earlier runs alone: it is changed only after a run was bet on. So r is a law that was fixed
before the token, and the bet is as fair as one on a known bug. Adding k to both is the estimator of
Krichevsky and Trofimov (1981) with more weight on the null; learning a bin costs about ln(n) / 2 nats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from harness.core.alternatives import Floats, Laws, one_hot
from harness.core.blocks import Placement, Stratum

Indices = NDArray[np.int64]
Counts = tuple[Floats, Floats]
"""Seen and expected, each ``(contexts, bins)``."""

PRIOR = 2.0
"""k: tokens' worth of belief, for each bin, that the target's law holds."""

_PIT_BINS = 16
_RATIOS = (0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 4.0, 1e9)
_SHARES = (0.001, 0.01, 0.03, 0.1, 0.25, 0.5, 0.999)
_BARS = np.array([0.25, 0.5, 0.8, 0.999])
_POSITIONS = np.array([1, 2, 3, 5, 9, 17, 33, 63])
"""Distances from the prompt at which another context begins; a law trial's last token is number 63."""
_PLACES = 4
OFFSETS = 24
"""Places after the prompt that are told apart where a reset generator is looked for."""


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What a feature makes of N positions, each ``(N, bins)``."""

    expected: Floats
    """Mass of each bin under the target."""
    emitted: Floats
    """How far the emitted token lies in each bin; its mean under the target is ``expected``."""


Feature = Callable[[Laws, Indices], Looked]
Context = Callable[[Laws, Placement], Indices]
"""``(N,)``, settled before the token is drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """What a learned bet looks at."""

    feature: Feature
    context: Context
    contexts: int
    by_pair: bool = False
    """Whether token ids matter, which mean nothing on another pair."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What earlier runs showed, by habit and (where ids matter) pair."""

    counts: Mapping[tuple[str, str], Counts] = field(default_factory=dict[tuple[str, str], Counts])


def bet_and_learn(
    memory: Memory,
    habits: Mapping[str, Habit],
    pair: str,
    laws: Laws,
    placement: Placement,
    tokens: Indices,
    allowed: NDArray[np.bool_],
) -> tuple[Floats, Memory]:
    """``(N, H)`` ratios of each habit's law to the target's at one run's tokens; then what was learned.

    Args:
        allowed: ``(N,)``; other tokens are neither bet on (ratio 1) nor learned from.
    """
    counts, columns = dict(memory.counts), []
    # Several habits look at the same feature.
    looks = {habit.feature: habit.feature(laws, tokens) for habit in habits.values()}
    for name, habit in habits.items():
        looked, context = looks[habit.feature], habit.context(laws, placement)
        key = name, pair if habit.by_pair else ""
        before = counts.get(key) or _nothing(habit.contexts, looked.expected.shape[1])
        columns.append(np.where(allowed, _ratio(before, context, looked), 1.0))
        counts[key] = _learned(before, context, looked, allowed)
    return np.stack(columns, axis=1), Memory(counts)


def _nothing(contexts: int, bins: int) -> Counts:
    return np.zeros((contexts, bins)), np.zeros((contexts, bins))


def _ratio(counts: Counts, context: Indices, looked: Looked) -> Floats:
    seen, due = counts
    weights = ((seen + PRIOR) / (due + PRIOR))[context]
    won = np.einsum("nb,nb->n", looked.emitted, weights)
    ratio: Floats = won / np.einsum("nb,nb->n", looked.expected, weights)
    return ratio


def _learned(counts: Counts, context: Indices, looked: Looked, allowed: NDArray[np.bool_]) -> Counts:
    seen, due = counts
    member = ((context == np.arange(len(seen))[:, None]) & allowed).astype(np.float64)
    return seen + member @ looked.emitted, due + member @ looked.expected


# --- Features.


def _sorted_into(bins: Callable[[Laws], Indices], count: int) -> Feature:
    """Each token of the vocabulary lies in one bin, ``(N, V)``."""

    def feature(laws: Laws, tokens: Indices) -> Looked:
        rows, which = np.arange(len(tokens)), bins(laws)
        flat = (rows[:, None] * count + which).ravel()
        mass = np.bincount(flat, laws.target.ravel(), minlength=len(tokens) * count)
        expected: Floats = mass.astype(np.float64).reshape(-1, count)
        return Looked(expected=expected, emitted=one_hot(which[rows, tokens], count))

    return feature


def _passed(values: Floats, bars: tuple[float, ...]) -> Indices:
    """How many of ``bars`` each value exceeds."""
    bins = np.zeros(values.shape, dtype=np.int8)
    for bar in bars:
        bins += (values > bar).view(np.int8)
    return bins.astype(np.int64)


def _target_over_draft(laws: Laws) -> Indices:
    return _passed(laws.ratio, _RATIOS)


def _share_of_best(laws: Laws) -> Indices:
    return _passed(laws.target / laws.target.max(axis=1, keepdims=True), _SHARES)


def _share_of_draft_best(laws: Laws) -> Indices:
    return _passed(laws.draft / laws.draft.max(axis=1, keepdims=True), _SHARES)


def _next_to_previous(laws: Laws) -> Indices:
    """The token before again, the ids beside it, any other."""
    apart = np.arange(laws.target.shape[1]) - laws.previous_token[:, None]
    return np.where(np.abs(apart) <= 1, apart + 1, 3)


def _draft_interval(laws: Laws) -> Indices:
    """Where the middle of the token's interval lies in the draft's CDF, ids in order."""
    middle = laws.draft.cumsum(axis=1) - laws.draft / 2
    return np.clip((middle * _PIT_BINS).astype(np.int64), 0, _PIT_BINS - 1)


def _target_interval(laws: Laws, tokens: Indices) -> Looked:
    """How the token's interval in the target's CDF, ids in order, lies over equal bins of [0, 1].

    A uniform that is drawn once and used again shows here, where sampling is by inverse CDF.
    """
    rows = np.arange(len(tokens))
    size = laws.target[rows, tokens]
    upper = laws.target.cumsum(axis=1)[rows, tokens]
    edges = np.arange(_PIT_BINS) / _PIT_BINS
    inside = np.minimum(upper[:, None], edges + 1 / _PIT_BINS) - np.maximum((upper - size)[:, None], edges)
    share = np.maximum(inside, 0.0) / np.maximum(size, 1e-300)[:, None]
    return Looked(expected=np.full((len(tokens), _PIT_BINS), 1 / _PIT_BINS), emitted=share)


def _token_id(laws: Laws, tokens: Indices) -> Looked:
    return Looked(expected=laws.target, emitted=one_hot(tokens, laws.target.shape[1]))


# --- Contexts.


def _place(laws: Laws, placement: Placement) -> Indices:
    """Index in the block, and whether it is the bonus token."""
    places = np.minimum(placement.index, _PLACES - 1)
    return np.where(placement.stratum == Stratum.BONUS, _PLACES, places)


def _position(laws: Laws, placement: Placement) -> Indices:
    """How far from the prompt."""
    return np.searchsorted(_POSITIONS, np.arange(len(placement.index)), side="right").astype(np.int64)


def _bar(laws: Laws, placement: Placement) -> Indices:
    """How surely the earlier drafts of the block stood: random numbers used twice show here."""
    return np.searchsorted(_BARS, laws.block_bar[:, 0]).astype(np.int64)


def _offset(laws: Laws, placement: Placement) -> Indices:
    """The very place after the prompt."""
    return np.minimum(np.arange(len(placement.index)), OFFSETS - 1)


def _anywhere(laws: Laws, placement: Placement) -> Indices:
    return np.zeros(len(placement.index), dtype=np.int64)


_BY_RATIO = _sorted_into(_target_over_draft, len(_RATIOS) + 1)
_BY_LIKELIHOOD = _sorted_into(_share_of_best, len(_SHARES) + 1)
_BY_DRAFT_INTERVAL = _sorted_into(_draft_interval, _PIT_BINS)

HABITS: dict[str, Habit] = {
    "target-over-draft-by-place": Habit(feature=_BY_RATIO, context=_place, contexts=_PLACES + 1),
    "target-over-draft-by-position": Habit(
        feature=_BY_RATIO, context=_position, contexts=len(_POSITIONS) + 1
    ),
    "target-over-draft-by-luck": Habit(feature=_BY_RATIO, context=_bar, contexts=len(_BARS) + 1),
    "likelihood-by-place": Habit(feature=_BY_LIKELIHOOD, context=_place, contexts=_PLACES + 1),
    "likelihood-by-position": Habit(feature=_BY_LIKELIHOOD, context=_position, contexts=len(_POSITIONS) + 1),
    "draft-likelihood-by-place": Habit(
        feature=_sorted_into(_share_of_draft_best, len(_SHARES) + 1), context=_place, contexts=_PLACES + 1
    ),
    "target-interval-by-place": Habit(feature=_target_interval, context=_place, contexts=_PLACES + 1),
    "draft-interval-by-place": Habit(feature=_BY_DRAFT_INTERVAL, context=_place, contexts=_PLACES + 1),
    "token-id": Habit(feature=_token_id, context=_anywhere, contexts=1, by_pair=True),
    "previous-token": Habit(feature=_sorted_into(_next_to_previous, 4), context=_anywhere, contexts=1),
}

NAMES: tuple[str, ...] = tuple(HABITS)


def _intervals_and_ids(context: Context, contexts: int) -> dict[str, Habit]:
    """The three ways in which the same random number makes tokens alike: by inverse CDF under either law, or
    by a race of the ids."""
    return {
        "target-interval": Habit(feature=_target_interval, context=context, contexts=contexts),
        "draft-interval": Habit(feature=_BY_DRAFT_INTERVAL, context=context, contexts=contexts),
        "token-id": Habit(feature=_token_id, context=context, contexts=contexts, by_pair=True),
    }


BY_OFFSET = _intervals_and_ids(_offset, OFFSETS)
"""Win where each call has the same random numbers."""

ANY_OFFSET = _intervals_and_ids(_anywhere, 1)
"""Win where all tokens are bent alike: then no reset is to blame."""
