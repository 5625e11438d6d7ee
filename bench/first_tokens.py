"""The exact law of a text's first tokens under a rule: no sampling, so histograms of it cost nothing. Pure.

Every way through the blocks is followed at once. A text of k tokens is split into blocks by which drafts
stood, so it is enough to carry, for every prefix, the mass of the ways whose present block began at each
place. Rejected drafts are summed out where they occur.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pairs.analytic import Pair
from tests.harness.bugs import Bug, Floats, Warped


@dataclass(frozen=True, kw_only=True)
class Tree:
    """All texts of fewer than k tokens after one prompt, and both models' rows there."""

    vocab_size: int
    levels: tuple[tuple[Warped, Warped], ...]
    """Target and draft for each length; prefixes in the order of their tokens, ``(V ** length, V)``."""
    prompt_less_one: tuple[Warped, Warped]

    def before(self, length: int) -> tuple[Warped, Warped]:
        """Rows of the prefixes that lack their last token."""
        if length == 0:
            return self.prompt_less_one
        target, draft = self.levels[length - 1]
        return self._repeated(target), self._repeated(draft)

    def _repeated(self, model: Warped) -> Warped:
        logits = np.repeat(model.logits, self.vocab_size, axis=0)
        return Warped(logits=logits, temperature=model.temperature, top_p=model.top_p)


def grow(pair: Pair, prompt: Sequence[int], tokens: int, *, temperature: float, top_p: float) -> Tree:
    """The tree of texts of up to ``tokens`` tokens after the prompt."""
    start, *states = [pair.target.start(), *pair.target.states(prompt)][-2:]

    def rows(states: Sequence[int]) -> tuple[Warped, Warped]:
        target, draft = (
            Warped(
                logits=np.stack([model.logits(state) for state in states]),
                temperature=temperature,
                top_p=top_p,
            )
            for model in (pair.target, pair.draft)
        )
        return target, draft

    before = rows([start])
    levels = []
    for _ in range(tokens):
        levels.append(rows(states))
        states = [pair.target.advance(state, token) for state in states for token in range(pair.vocab_size)]
    return Tree(vocab_size=pair.vocab_size, levels=tuple(levels), prompt_less_one=before)


def law_of_first_tokens(bug: Bug, tree: Tree, *, tokens: int, num_speculative_tokens: int) -> Floats:
    """``(V ** tokens,)``: probability of each text, under ``max_new_tokens = tokens``."""
    V = tree.vocab_size
    begun: dict[int, tuple[Floats, Floats]] = {0: (np.ones(1), np.ones((1, 1)))}
    for length in range(tokens):
        after: dict[int, tuple[Floats, Floats]] = {}
        fresh = np.zeros(V ** (length + 1))
        for start, (mass, bar) in begun.items():
            gamma = min(num_speculative_tokens, tokens - start - 1)
            seen = bug.see(tree.levels[length], tree.before(length), length - start, bar)
            if length - start == gamma:
                fresh += (mass[:, None] * bug.bonus(seen)).ravel()
                continue
            standing = bug.propose(seen) * np.clip(bug.accept(seen), 0.0, 1.0)
            rejected = np.maximum(1.0 - standing.sum(axis=1, keepdims=True), 0.0)
            fresh += (mass[:, None] * rejected * bug.correct(seen)).ravel()
            after[start] = ((mass[:, None] * standing).ravel(), bug.next_bar(seen).reshape(-1, 1))
        after[length + 1] = (fresh, np.ones((len(fresh), 1)))
        begun = after
    return sum((mass for mass, _ in begun.values()), np.zeros(V**tokens))
