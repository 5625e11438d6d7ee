"""Tiny language models whose next-token law is known exactly, at every prefix, for nothing.

The law hangs on the whole prefix: a 64-bit hash of it seeds each row, through a one-way function. So a
memorised row, a replayed text and a cache that is one token stale are all worth nothing, and a row that was
asked for tells nothing of those that were not. Rows are pure functions of
(seed, prefix) and bitwise equal however they are asked for: alone, in a block, after a crop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pairs.context import Rows, check_fits, check_keeps
from pairs.flavours import PEAKED, Flavour, Floats, noised, set_probability, untied
from pairs.noise import MASK, advance, mix, one_way, uniforms
from pairs.warp import warp

ROWS_KEPT = 4096
MAX_POSITIONS = 4096
"""Of one context. The law itself has no end; a number keeps every buffer finite."""
TUNING_PREFIXES = 192
STRONGEST_NOISE = 24.0


class AnalyticModel:
    """One model of a pair. A state stands for a whole prefix; target and draft share it."""

    max_positions = MAX_POSITIONS

    def __init__(self, vocab_size: int, seed: int, row: Callable[[int], NDArray[np.float32]]) -> None:
        """``row`` maps a state to ``(V,)`` float32 logits and must be pure."""
        self.vocab_size = vocab_size
        self._start = mix(seed)
        self._row = row

    def start(self) -> int:
        """State of the empty prefix."""
        return self._start

    def advance(self, state: int, token: int) -> int:
        """State of the prefix grown by ``token``, a 64-bit hash."""
        return advance(state, token)

    def states(self, tokens: Iterable[int]) -> list[int]:
        """The state after each token, from the empty prefix on; as many as there are tokens."""
        state, passed = self._start, []
        for token in tokens:
            state = advance(state, token)
            passed.append(state)
        return passed

    def logits(self, state: int) -> NDArray[np.float32]:
        """Next-token logits ``(V,)``, no two equal. Read-only: it is shared with later callers."""
        return self._row(state)

    def open(self) -> AnalyticContext:
        """An empty context."""
        return AnalyticContext(self, [])


class AnalyticContext:
    """A `pairs.context.Context`: in place of keys and values, the state after each token."""

    def __init__(self, model: AnalyticModel, states: list[int]) -> None:
        self._model = model
        self._states = states

    @property
    def length(self) -> int:
        return len(self._states)

    def extend(self, tokens: Sequence[int]) -> Rows:
        check_fits(self._model, self.length, tokens)
        state = self._states[-1] if self._states else self._model.start()
        row_after = self._model.logits
        rows = np.empty((len(tokens), self._model.vocab_size), dtype="<f4")
        for n, token in enumerate(tokens):
            state = advance(state, token)
            self._states.append(state)
            rows[n] = row_after(state)
        return rows

    def crop(self, length: int) -> None:
        check_keeps(self.length, length)
        del self._states[length:]

    def fork(self, length: int) -> AnalyticContext:
        check_keeps(self.length, length)
        return AnalyticContext(self._model, self._states[:length])


@dataclass(frozen=True, slots=True, kw_only=True)
class PairSpec:
    """All that a pair is made from; two equal specs make the same pair on any machine."""

    name: str
    seed: int
    vocab_size: int
    flavour: Flavour = PEAKED
    peak: float | None = None
    """See the flavour's recipe; None takes its default."""
    acceptance: float = 0.75
    """Wanted mean of sum(min(target, draft)); a flavour that makes both rows at once ignores it."""
    temperature: float = 1.0
    top_p: float = 1.0
    """Warp at which `acceptance` is meant. A task that uses other settings meets another acceptance."""
    eos_token_id: int | None = None
    eos_probability: float | None = 0.03
    """Of the target, at temperature 1; None where the flavour's recipe gives one to each prefix."""
    draft_eos_probability: float = 0.03


@dataclass(frozen=True, slots=True)
class Pair:
    """A target and the draft that imitates it."""

    spec: PairSpec
    target: AnalyticModel
    draft: AnalyticModel

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def vocab_size(self) -> int:
        return self.spec.vocab_size

    @property
    def eos_token_id(self) -> int | None:
        return self.spec.eos_token_id


def make_pair(spec: PairSpec) -> Pair:
    """Build the pair, its draft's noise tuned to the acceptance that is asked for (some tens of ms).

    Raises:
        ValueError: the spec cannot be met.
    """
    fewest = spec.flavour.smallest
    if spec.vocab_size < fewest:
        raise ValueError(f"pair {spec.name!r}: vocab_size is {spec.vocab_size}; want at least {fewest}")
    if not 0.0 < spec.acceptance < 1.0:
        raise ValueError(f"pair {spec.name!r}: acceptance is {spec.acceptance}; want between 0 and 1")
    strength = _tuned_strength(spec) if spec.flavour.both is None else 0.0
    key = mix(spec.seed ^ MASK)

    # Both at once, because whoever asks for one row mostly asks for the other too.
    @lru_cache(maxsize=ROWS_KEPT)
    def rows(state: int) -> NDArray[np.float32]:
        logits = untied(_rows(spec, one_way(key, state), strength))
        logits.setflags(write=False)
        return logits

    return Pair(
        spec,
        AnalyticModel(spec.vocab_size, spec.seed, lambda state: rows(state)[0]),
        AnalyticModel(spec.vocab_size, spec.seed, lambda state: rows(state)[1]),
    )


def acceptance(pair: Pair, state: int, *, temperature: float = 1.0, top_p: float = 1.0) -> float:
    """Chance that the draft's token stands at this prefix: sum(min(target, draft)), both warped."""
    target_probs = warp(pair.target.logits(state), temperature=temperature, top_p=top_p)
    draft_probs = warp(pair.draft.logits(state), temperature=temperature, top_p=top_p)
    return float(np.minimum(target_probs, draft_probs).sum())


def mean_acceptance(
    pair: Pair,
    prompts: Sequence[Sequence[int]],
    *,
    temperature: float | None = None,
    top_p: float | None = None,
) -> float:
    """Mean of `acceptance` over the prefixes of ``prompts``, at the spec's warp unless told otherwise."""
    settings = {
        "temperature": pair.spec.temperature if temperature is None else temperature,
        "top_p": pair.spec.top_p if top_p is None else top_p,
    }
    states = [state for prompt in prompts for state in pair.target.states(prompt)]
    return float(np.mean([acceptance(pair, state, **settings) for state in states]))


def _rows(spec: PairSpec, state: int, strength: float) -> Floats:
    """Target and draft logits, ``(2, V)``."""
    u = uniforms(state, spec.flavour.streams, spec.vocab_size)
    return _with_eos(spec, spec.flavour.rows(u, _peak(spec), strength))


def _with_eos(spec: PairSpec, rows: Floats) -> Floats:
    if spec.eos_token_id is not None and spec.eos_probability is not None:
        set_probability(rows[0], spec.eos_token_id, spec.eos_probability)
        set_probability(rows[1], spec.eos_token_id, spec.draft_eos_probability)
    return rows


def _peak(spec: PairSpec) -> float:
    return spec.flavour.peak if spec.peak is None else spec.peak


def _tuned_strength(spec: PairSpec) -> float:
    """Noise that gives the wanted acceptance over fixed prefixes, by bisection.

    Rounded to a thousandth, so that the last bits of another machine's exp do not make another pair.
    """
    first = mix(spec.seed) ^ 1
    u = np.stack([uniforms(mix(first + n), 2, spec.vocab_size) for n in range(TUNING_PREFIXES)])
    target = spec.flavour.targets(u[:, 0], _peak(spec))
    low, high = 0.0, STRONGEST_NOISE
    while high - low > 5e-4:
        middle = (low + high) / 2
        rows = _with_eos(spec, noised(target, u[:, 1], middle))
        target_probs, draft_probs = warp(rows, temperature=spec.temperature, top_p=spec.top_p)
        if np.minimum(target_probs, draft_probs).sum(axis=-1).mean() > spec.acceptance:
            low = middle
        else:
            high = middle
    if low > STRONGEST_NOISE - 0.1:
        raise ValueError(
            f"pair {spec.name!r}: no noise brings a {spec.flavour.name} draft down to acceptance"
            f" {spec.acceptance}"
        )
    return round(low, 3)
