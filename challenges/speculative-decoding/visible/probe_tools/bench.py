"""Measures `generate` on the practice pair: acceptance, tokens per target call, speed-up in virtual time."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

import torch
from practice import PROMPTS, BadText, measure

from pairs.accounting import Account
from probe_tools.deadline import TookTooLong, deadline, last_resort
from probe_tools.lines import Lines
from probe_tools.submission import CannotRun, explain, load_generate

BLOCKS = (1, 2, 4, 6, 8)
NEW_TOKENS = 96
ROW_LIMIT_S = 10.0
TOTAL_LIMIT_S = 75.0


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
                total = measured(generate, num_speculative_tokens)
        except (Exception, TookTooLong, SystemExit) as error:
            text = str(error) if isinstance(error, BadText) else explain(error)
            lines.finished(f"num_speculative_tokens={num_speculative_tokens}: {text}")
            return
        lines.event("row", num_speculative_tokens=num_speculative_tokens, **figures(total))
    lines.finished()


def measured(generate: Callable[..., Any], num_speculative_tokens: int) -> Account:
    """Sum over the practice prompts. Seeded, so that an edit's effect isn't drowned in luck."""
    accounts = [
        measure(
            generate,
            torch.tensor([prompt]),
            max_new_tokens=NEW_TOKENS,
            num_speculative_tokens=num_speculative_tokens,
            generator=torch.Generator().manual_seed(seed),
        )
        for seed, prompt in enumerate(PROMPTS)
    ]
    return functools.reduce(operator.add, accounts)


def figures(total: Account) -> dict[str, Any]:
    rate = total.acceptance_rate
    return {
        "acceptance_rate": None if rate is None else round(rate, 4),
        "tokens_per_target_call": round(total.tokens_per_target_call, 4),
        "speedup": round(total.speedup, 4),
        "target_calls": total.target_calls,
        "draft_calls": total.draft_calls,
        "new_tokens": total.new_tokens,
    }
