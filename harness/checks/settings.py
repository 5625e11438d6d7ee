"""How trials are made from a pair and a task's settings. Shared by the checks; decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from random import Random

from harness.core.trial import Trial
from pairs.pair import ModelPair
from wire.scorecard import CheckName

SHORTEST_PROMPT, LONGEST_PROMPT = 4, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A pair and what the task asks for on it."""

    pair: str
    num_speculative_tokens: int
    temperature: float = 1.0
    top_p: float = 1.0
    max_new_tokens: int = 64
    """At least ``2 (gamma + 1)``: shorter trials never reach the code after a fully accepted round."""


def draw_trials(
    purpose: CheckName, settings: Sequence[Setting], count: int, pairs: Mapping[str, ModelPair], rng: Random
) -> Iterator[Trial]:
    """``count`` trials that take the settings in turn, each with a fresh prompt and seed."""
    for setting in islice(cycle(settings), count):
        yield draw_trial(purpose, setting, pairs[setting.pair], rng)


def draw_trial(purpose: CheckName, setting: Setting, pair: ModelPair, rng: Random) -> Trial:
    return Trial(
        purpose=purpose,
        pair=setting.pair,
        prompt=draw_prompt(pair, rng, rng.randint(SHORTEST_PROMPT, LONGEST_PROMPT)),
        max_new_tokens=setting.max_new_tokens,
        num_speculative_tokens=setting.num_speculative_tokens,
        temperature=setting.temperature,
        top_p=setting.top_p,
        eos_token_id=pair.eos_token_id,
        seed=rng.getrandbits(62),
    )


def draw_prompt(pair: ModelPair, rng: Random, length: int) -> tuple[int, ...]:
    """Uniform token ids without EOS: a prompt that ends in EOS has nothing to continue."""
    usable = [token for token in range(pair.vocab_size) if token != pair.eos_token_id]
    return tuple(rng.choices(usable, k=length))
