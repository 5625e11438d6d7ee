"""What is enumerated: a tiny pair, a prompt and settings. Both ends make the same from it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from random import Random

from harness.enumeration.codec import MOST_TEXTS

PROMPT_LENGTH = 4


class BadTask(Exception):
    """The settings cannot be enumerated; the text says which and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    pair_seed: int = 1
    vocab_size: int = 3
    acceptance: float = 0.6
    num_speculative_tokens: int = 2
    max_new_tokens: int = 4
    temperature: float = 1.0
    top_p: float = 1.0
    most_leaves: int = 200_000

    def check(self) -> None:
        """Raises BadTask."""
        if not 2 <= self.vocab_size <= 8:
            raise BadTask(f"vocabulary of {self.vocab_size}: want 2 to 8")
        if self.max_new_tokens < 1 or self.vocab_size**self.max_new_tokens > MOST_TEXTS:
            raise BadTask(
                f"{self.max_new_tokens} new tokens: want 1 or more, and at most {MOST_TEXTS} possible texts"
            )
        if not 0 <= self.num_speculative_tokens <= 15:
            raise BadTask(f"{self.num_speculative_tokens} draft tokens: want 0 to 15")
        if not 0.0 < self.temperature <= 10.0 or not 0.0 < self.top_p <= 1.0:
            raise BadTask("want a temperature above 0, at most 10, and a top-p above 0, at most 1")

    @property
    def prompt(self) -> tuple[int, ...]:
        """Random ids, the same for the same pair."""
        rng = Random(f"prompt {self.pair_seed}")
        return tuple(rng.choices(range(self.vocab_size), k=PROMPT_LENGTH))

    def to_word(self) -> str:
        """As one argument of a command."""
        return json.dumps(asdict(self))

    @classmethod
    def from_word(cls, word: str) -> Task:
        return cls(**json.loads(word))
