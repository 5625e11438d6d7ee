"""Textbook speculative sampling in numpy, over the judge's own models: the yardstick of `economy`. Pure.

The judge runs it on the very trials that it set, without a process or a socket, and gets the same kind of
record back. Leviathan et al. 2023 (arXiv:2211.17192), algorithm 1, with caches kept as in
`harness.reference.speculative`: the draft's is one token short after a round in which all stood.

Shapes: V is the vocabulary size, gamma the draft tokens of a block.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from harness.core.trial import Ended, Trial, TrialRun
from pairs.analytic import AnalyticModel, Pair
from pairs.ledger import Call
from pairs.warp import warp

Floats = NDArray[np.float64]


def play(trial: Trial, pair: Pair) -> TrialRun:
    """What a right, plain, fixed-gamma implementation does on this trial. Nothing is timed: `wall_s` is 0."""
    calls: list[Call] = []
    target = _Cached(pair.target, "target", trial, calls)
    draft = _Cached(pair.draft, "draft", trial, calls)
    rng = np.random.default_rng(trial.seed)
    text = list(trial.prompt)
    end = len(text) + trial.max_new_tokens
    while len(text) < end and not _stopped(trial, text):
        gamma = min(trial.num_speculative_tokens, end - len(text) - 1)
        text += _until_eos(trial, _round(target, draft, text, gamma, rng))
    return TrialRun(
        trial=trial, ended=Ended.RETURNED, tokens=tuple(text[len(trial.prompt) :]), calls=tuple(calls)
    )


class _Cached:
    """A model that remembers what it was fed, and writes each call down."""

    def __init__(
        self, model: AnalyticModel, role: Literal["target", "draft"], trial: Trial, calls: list[Call]
    ) -> None:
        self._model = model
        self._role: Literal["target", "draft"] = role
        self._trial = trial
        self._calls = calls
        self._states: list[int] = []

    def feed(self, text: list[int]) -> list[Floats]:
        """Feed what the cache lacks of ``text``; the law after each fed token, ``(V,)`` each."""
        fresh = text[len(self._states) :]
        state = self._states[-1] if self._states else self._model.start()
        for token in fresh:
            state = self._model.advance(state, token)
            self._states.append(state)
        self._calls.append(Call(model=self._role, path=tuple(text), fed=len(fresh)))
        return [self._law(state) for state in self._states[len(text) - len(fresh) :]]

    def crop(self, length: int) -> None:
        del self._states[length:]

    def _law(self, state: int) -> Floats:
        logits = self._model.logits(state)
        return warp(logits, temperature=self._trial.temperature, top_p=self._trial.top_p)


def _round(
    target: _Cached, draft: _Cached, text: list[int], gamma: int, rng: np.random.Generator
) -> list[int]:
    """Draft ``gamma`` tokens, verify them in one target call; 1 to ``gamma + 1`` new tokens."""
    drafted: list[int] = []
    draft_rows: list[Floats] = []
    for _ in range(gamma):
        draft_rows.append(draft.feed(text + drafted)[-1])
        drafted.append(_sample(draft_rows[-1], rng))
    target_rows = target.feed(text + drafted)[-1 - gamma :]

    for n, token in enumerate(drafted):
        if rng.random() >= target_rows[n][token] / draft_rows[n][token]:
            excess = np.maximum(target_rows[n] - draft_rows[n], 0.0)
            correction = _sample(excess / excess.sum(), rng)
            target.crop(len(text) + n)
            draft.crop(len(text) + n)
            return [*drafted[:n], correction]
    return [*drafted, _sample(target_rows[gamma], rng)]


def _sample(probs: Floats, rng: np.random.Generator) -> int:
    """Inverse of the cumulative sum; never an id of probability 0, whatever the rounding at the end."""
    cumulative = np.cumsum(probs)
    return int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))


def _until_eos(trial: Trial, new: list[int]) -> list[int]:
    return new[: new.index(trial.eos_token_id) + 1] if trial.eos_token_id in new else new


def _stopped(trial: Trial, text: list[int]) -> bool:
    return len(text) > len(trial.prompt) and text[-1] == trial.eos_token_id
