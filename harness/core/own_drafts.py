"""Were drafts drawn from the law that the ratio assumes? Names a bug; decides nothing. Pure.

A ratio made with the supplied draft's law is wrong for drafts from another one, and given the drafts nothing
looks wrong. A draft of a law of its own is right as long as that law is in the ratio too, so none of this may
be asked before the law is rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from harness.core.alternatives import Floats, Laws, one_hot
from harness.core.blocks import Placement

_FLOOR = 1e-9
_SLACK = 25.0
"""Added to a variance, so that one odd draft condemns nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDrafts:
    """How the best law of one bug explains all drafts."""

    gain: float
    """Its log-likelihood, less that of the supplied draft's law."""
    misfit: float
    """Deviations of that log-likelihood, on the worst pair, from what the law itself makes one expect."""


def own_drafts(seen: Iterable[tuple[str, Laws, Placement]]) -> dict[str, OwnDrafts]:
    """By bug; ``seen`` has the pair's name, the laws and the places of each run."""
    sums: dict[int, dict[str, Floats]] = {n: {} for n in range(len(_LAWS))}
    for pair, laws, placement in seen:
        at = np.flatnonzero(placement.drafted >= 0)
        tokens = placement.drafted[at]
        supplied = np.log(laws.draft[at, tokens] + _FLOOR)
        for n, (_, law) in enumerate(_LAWS):
            sums[n][pair] = sums[n].get(pair, np.zeros(3)) + _explained(law(laws)[at], tokens, supplied)
    return _best_of_each([_looked(by_pair) for by_pair in sums.values()])


def _explained(law: Floats, tokens: np.ndarray, supplied: Floats) -> Floats:
    """Nats over the supplied law; expected nats less those that came, and the variance of that: ``(3,)``."""
    logs = np.log(law + _FLOOR)
    came = logs[np.arange(len(tokens)), tokens]
    expected = np.einsum("nv,nv->n", law, logs)
    variance = np.einsum("nv,nv->n", law, logs**2) - expected**2
    return np.array([(came - supplied).sum(), (expected - came).sum(), variance.sum()])


def _looked(by_pair: Mapping[str, Floats]) -> OwnDrafts:
    gaps = [abs(gap) / np.sqrt(variance + _SLACK) for _, gap, variance in by_pair.values()]
    gain = sum(float(each[0]) for each in by_pair.values())
    return OwnDrafts(gain=gain, misfit=float(max(gaps, default=0.0)))


def _best_of_each(looked: list[OwnDrafts]) -> dict[str, OwnDrafts]:
    best: dict[str, OwnDrafts] = {}
    for (bug, _), each in zip(_LAWS, looked, strict=True):
        if bug not in best or each.gain > best[bug].gain:
            best[bug] = each
    return best


def _scaled(mass: Floats) -> Floats:
    total = mass.sum(axis=1, keepdims=True)
    return mass / np.where(total > 0, total, 1.0)


def _powered(exponent: float) -> Callable[[Laws], Floats]:
    return lambda laws: _scaled(laws.draft**exponent)


def _likeliest(count: int) -> Callable[[Laws], Floats]:
    def law(laws: Laws) -> Floats:
        least = np.sort(laws.draft, axis=1)[:, [-min(count, laws.draft.shape[1])]]
        return _scaled(np.where(laws.draft >= least, laws.draft, 0.0))

    return law


def _at_least(bar: float) -> Callable[[Laws], Floats]:
    def law(laws: Laws) -> Floats:
        kept = np.where(laws.draft >= bar, laws.draft, 0.0)
        return np.where(kept.any(axis=1, keepdims=True), _scaled(kept), laws.draft)

    return law


_LAWS: tuple[tuple[str, Callable[[Laws], Floats]], ...] = (
    ("greedy-draft-soft-ratio", lambda laws: one_hot(laws.draft.argmax(axis=1), laws.draft.shape[1])),
    *(("sharp-drafts", _powered(1 / temperature)) for temperature in (0.5, 0.7, 0.85)),
    *(("sharp-drafts", _likeliest(count)) for count in (2, 3, 5, 10)),
    *(("sharp-drafts", _at_least(bar)) for bar in (0.1, 0.2, 0.3, 0.5)),
    ("unwarped-drafts", lambda laws: laws.draft_raw),
)
