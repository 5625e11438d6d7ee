"""Measures `generate` on the exact pair: acceptance, tokens per target call, speed-up in virtual time.

Beside each figure stands what a textbook sampler is expected to have on the very same texts, which is exact,
and what no method with one chain of drafts can beat. The judge prints the same figures on its own pairs. At
the end `generate` writes on the text pair, where there is one.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import text_pair
import torch
from practice import PROMPTS, BadText, Generation, play

from pairs.accounting import Account
from pairs.economy import any_coupling_tokens, expected_cost
from pairs.prices import COMPUTE_BOUND, MEMORY_BOUND, PriceList
from pairs.provenance import provenance
from probe_tools import text
from probe_tools.deadline import TookTooLong, deadline, last_resort
from probe_tools.lines import Lines
from probe_tools.submission import CannotRun, explain, load_generate

BLOCKS = (1, 2, 4, 6, 8)
NEW_TOKENS = 96
ROW_LIMIT_S = 10.0
TOTAL_LIMIT_S = 95.0


def run(lines: Lines) -> None:
    """A row for each number of draft tokens, as soon as it is measured."""
    last_resort(TOTAL_LIMIT_S, lines)
    try:
        generate = load_generate()
    except CannotRun as error:
        lines.finished(str(error))
        return
    for num_speculative_tokens in BLOCKS:
        try:
            with deadline(ROW_LIMIT_S):
                generations = played(generate, num_speculative_tokens)
                row = figures(generations, num_speculative_tokens)
        except (Exception, TookTooLong, SystemExit) as error:
            why = str(error) if isinstance(error, BadText) else explain(error)
            lines.finished(f"num_speculative_tokens={num_speculative_tokens}: {why}")
            return
        lines.event("row", num_speculative_tokens=num_speculative_tokens, **row)
        lines.event("strip", num_speculative_tokens=num_speculative_tokens, **strip(generations[0]))
    lines.finished(show_text(generate, lines) if text_pair.installed() else "")


def show_text(generate: Callable[..., Any], lines: Lines) -> str:
    """What ``generate`` writes on the text pair, for people to read. Returns why not, or nothing."""
    try:
        with deadline(text.LIMIT_S):
            lines.event("text", **text.measured(generate))
    except (Exception, TookTooLong, SystemExit) as error:
        return f"text pair: {error if isinstance(error, BadText) else explain(error)}"
    return ""


def played(generate: Callable[..., Any], num_speculative_tokens: int) -> list[Generation]:
    """One generation for each practice prompt. Seeded, so that an edit's effect isn't drowned in luck."""
    return [
        play(
            generate,
            torch.tensor([prompt]),
            max_new_tokens=NEW_TOKENS,
            num_speculative_tokens=num_speculative_tokens,
            generator=torch.Generator().manual_seed(seed),
        )
        for seed, prompt in enumerate(PROMPTS)
    ]


def figures(generations: Sequence[Generation], num_speculative_tokens: int) -> dict[str, Any]:
    """One row of the bench: sums over the generations, and the expectations for their texts."""
    total, in_a_batch = (summed(generations, prices) for prices in (MEMORY_BOUND, COMPUTE_BOUND))
    paths = [generation.path() for generation in generations]
    textbook = [expected_cost(path, num_speculative_tokens, MEMORY_BOUND) for path in paths]
    textbook_calls = sum(cost.target_calls for cost in textbook)
    textbook_time = sum(cost.virtual_time for cost in textbook)
    return {
        "acceptance_rate": rounded(total.acceptance_rate),
        "draft_utilisation": rounded(total.draft_utilisation),
        "tokens_per_target_call": rounded(total.tokens_per_target_call),
        "textbook_tokens_per_target_call": rounded(over(total.new_tokens, textbook_calls)),
        "bound_tokens_per_target_call": rounded(any_coupling_tokens(paths, num_speculative_tokens)),
        "speedup": rounded(total.speedup),
        "textbook_speedup": rounded(over(total.plain_time, textbook_time)),
        "speedup_in_a_batch": rounded(in_a_batch.speedup),
        "target_calls": total.target_calls,
        "draft_calls": total.draft_calls,
        "new_tokens": total.new_tokens,
    }


def strip(generation: Generation) -> dict[str, Any]:
    """One generation token by token: where each comes from, and what was drafted in vain before it."""
    read = provenance(generation.calls, generation.prompt, generation.tokens)
    return {
        "prompt": generation.prompt,
        "tokens": generation.tokens,
        "origins": read.origins,
        "rejected": [{"at": index, "tokens": drafts} for index, drafts in read.rejected.items()],
    }


def summed(generations: Sequence[Generation], prices: PriceList) -> Account:
    return functools.reduce(operator.add, (generation.account(prices) for generation in generations))


def over(part: float, whole: float) -> float:
    """0.0 where nothing was generated."""
    return part / whole if whole else 0.0


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
