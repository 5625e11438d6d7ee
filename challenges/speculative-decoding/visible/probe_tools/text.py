"""The bench on the text pair: what `generate` writes, how much of it was drafted, and how long it took.

The clock on the wall is this machine's: on a processor a call over several positions costs more than one over
a single position, and the sampler's own Python counts. So it is shown beside plain decoding, and no score.
"""

from __future__ import annotations

import functools
import operator
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from practice import Generation, encode, play
from text_pair import text_pair
from torch import Tensor

from pairs.provenance import provenance

PROMPTS = (
    "def read_lines(path):\n",
    "class Stack:\n    def push(self, item):\n",
    "import os\n\n",
    "    for name in names:\n",
)
NUM_SPECULATIVE_TOKENS = 4
NEW_TOKENS = 96
MOST_BYTES = 64
"""Of a token: what the page takes."""
BUDGET_S = 6.0
"""No further prompt is begun after so long."""
LIMIT_S = 25.0


def measured(generate: Callable[..., Any]) -> dict[str, Any]:
    """Plain decoding and ``generate`` in turns, prompt by prompt; the first generation is shown."""
    for warming_up in (plain, generate):
        played(warming_up, seed=0, max_new_tokens=NUM_SPECULATIVE_TOKENS)
    plain_seconds, generations = 0.0, list[Generation]()
    began = time.perf_counter()
    for seed in range(len(PROMPTS)):
        if generations and time.perf_counter() - began > BUDGET_S:
            break
        plain_seconds += played(plain, seed).seconds
        generations.append(played(generate, seed))
    return figures(generations, plain_seconds) | strip(generations[0])


def played(generate: Callable[..., Any], seed: int, max_new_tokens: int = NEW_TOKENS) -> Generation:
    return play(
        generate,
        encode(PROMPTS[seed]),
        "text",
        max_new_tokens=max_new_tokens,
        num_speculative_tokens=NUM_SPECULATIVE_TOKENS,
        generator=torch.Generator().manual_seed(seed),
    )


def plain(
    target: Callable[..., Any],
    draft: Callable[..., Any],
    input_ids: Tensor,
    *,
    max_new_tokens: int,
    num_speculative_tokens: int,
    generator: torch.Generator,
) -> Tensor:
    """The target alone, with a cache: a token a call."""
    ids, unseen, cache = input_ids, input_ids, None
    for _ in range(max_new_tokens):
        out = target(unseen, past_key_values=cache)
        cache = out.past_key_values
        unseen = torch.multinomial(torch.softmax(out.logits[:, -1], dim=-1), 1, generator=generator)
        ids = torch.cat([ids, unseen], dim=1)
    return ids


def figures(generations: Sequence[Generation], plain_seconds: float) -> dict[str, Any]:
    total = functools.reduce(operator.add, (generation.account() for generation in generations))
    accepted = total.acceptance_rate
    return {
        "num_speculative_tokens": NUM_SPECULATIVE_TOKENS,
        "acceptance_rate": None if accepted is None else round(accepted, 4),
        "tokens_per_target_call": round(total.tokens_per_target_call, 4),
        "new_tokens": total.new_tokens,
        "seconds": round(sum(generation.seconds for generation in generations), 4),
        "plain_seconds": round(plain_seconds, 4),
    }


def strip(generation: Generation) -> dict[str, Any]:
    """One generation piece by piece; see `probe_tools.bench.strip`."""
    read = provenance(generation.calls, generation.prompt, generation.tokens)
    return {
        "prompt": pieces(generation.prompt),
        "pieces": pieces(generation.tokens),
        "origins": read.origins,
        "rejected": [{"at": index, "pieces": pieces(drafts)} for index, drafts in read.rejected.items()],
    }


def pieces(tokens: Sequence[int]) -> list[str]:
    """The bytes of each token, a character for each: a token may end in the middle of a UTF-8 character."""
    return [raw[:MOST_BYTES].decode("latin-1") for raw in text_pair().tokenizer.bytes_of(tokens)]
