"""Plays samplers, right and wrong, over analytic pairs and writes the ledger that they would leave.

Numpy only. It stands in for a submission and its sandbox in tests of the statistics, where thousands of
tokens are needed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from harness.core.blocks import common_prefix
from harness.core.trial import Ended, Trial, TrialRun
from pairs.analytic import Pair
from pairs.ledger import Call
from pairs.warp import warp


@dataclass
class Sampler:
    """Textbook speculative sampling; a subclass changes one step. Paths are whole, caches implied."""

    pair: Pair
    trial: Trial
    rng: np.random.Generator
    calls: list[Call] = field(default_factory=list)
    states: dict[tuple[int, ...], int] = field(default_factory=dict)
    last: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def run(self) -> TrialRun:
        text = list(self.trial.prompt)
        end = len(text) + self.trial.max_new_tokens
        while len(text) < end:
            text += self.block(text, min(self.gamma(), end - len(text) - 1))
            stop = self.stop_at(text)
            if stop is not None:
                text = text[:stop]
                break
        new = tuple(text[len(self.trial.prompt) : end])
        return TrialRun(trial=self.trial, ended=Ended.RETURNED, tokens=new, calls=tuple(self.calls))

    def stop_at(self, text: list[int]) -> int | None:
        eos, start = self.trial.eos_token_id, len(self.trial.prompt)
        return text.index(eos, start) + 1 if eos is not None and eos in text[start:] else None

    def gamma(self) -> int:
        return self.trial.num_speculative_tokens

    def block(self, text: list[int], gamma: int) -> list[int]:
        drafts, draft_rows = self.propose(text, gamma)
        rows = self.score("target", text, drafts)
        for n, token in enumerate(drafts):
            if not self.accepts(rows[n], draft_rows[n], token):
                return [*drafts[:n], self.draw(self.correction(rows[n], draft_rows[n]))]
        return [*drafts, self.draw(self.bonus(rows, draft_rows, [*text, *drafts]))]

    def propose(self, text: list[int], gamma: int) -> tuple[list[int], list[np.ndarray]]:
        drafts: list[int] = []
        rows = []
        for _ in range(gamma):
            row = self.score("draft", [*text, *drafts], [])[0]
            drafts.append(self.draw_draft(row))
            rows.append(row)
        return drafts, rows

    def draw_draft(self, row: np.ndarray) -> int:
        return self.draw(row)

    def score(self, model: str, text: list[int], drafts: list[int]) -> list[np.ndarray]:
        """Rows after the text and after each draft; feeds what the cache lacks."""
        path = (*text, *drafts)
        kept = min(common_prefix(self.last.get(model, ()), path), len(text) - 1)
        self.calls.append(Call(model=model, path=path, fed=len(path) - kept))  # type: ignore[arg-type]
        self.last[model] = path
        return [self.law(model, path[: len(text) + n]) for n in range(len(drafts) + 1)]

    def law(self, model: str, path: tuple[int, ...]) -> np.ndarray:
        held = self.pair.target if model == "target" else self.pair.draft
        return warp(held.logits(self.state(path)), temperature=self.trial.temperature, top_p=self.trial.top_p)

    def state(self, path: tuple[int, ...]) -> int:
        """Target and draft share states."""
        if path not in self.states:
            model = self.pair.target
            self.states[path] = model.advance(self.state(path[:-1]), path[-1]) if path else model.start()
        return self.states[path]

    def draw(self, probs: np.ndarray) -> int:
        return int(np.searchsorted(np.cumsum(probs), self.rng.random() * probs.sum(), side="right"))

    def accepts(self, target: np.ndarray, draft: np.ndarray, token: int) -> bool:
        return self.rng.random() * draft[token] < target[token]

    def correction(self, target: np.ndarray, draft: np.ndarray) -> np.ndarray:
        residual = np.maximum(target - draft, 0)
        return residual / residual.sum() if residual.sum() > 0 else target

    def bonus(self, rows: list[np.ndarray], draft_rows: list[np.ndarray], text: list[int]) -> np.ndarray:
        return rows[-1]
