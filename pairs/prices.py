"""What a forward pass costs in virtual time: a published, integer, additive price list.

Additive, and each call costs something: so splitting a call, or asking for nothing, is never cheaper.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pairs.ledger import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """Micro-units; plain decoding of one token with the default list costs about a million."""

    name: str
    target_call: int
    target_position: int
    target_cached: int
    target_copy: int
    target_copied: int
    draft_call: int
    draft_position: int
    draft_cached: int
    draft_copy: int
    draft_copied: int


MEMORY_BOUND = PriceList(
    name="memory-bound",
    target_call=1_000_000,
    target_position=10_000,
    target_cached=20,
    target_copy=20_000,
    target_copied=40,
    draft_call=100_000,
    draft_position=1_000,
    draft_cached=2,
    draft_copy=2_000,
    draft_copied=4,
)
"""Imitates a 7B target at batch 1 and a draft ten times cheaper: reading the weights is what costs, so 16
positions cost 1.15 times what one does. A cached token that is copied is read and written."""

COMPUTE_BOUND = PriceList(
    name="compute-bound",
    target_call=200_000,
    target_position=800_000,
    target_cached=20,
    target_copy=20_000,
    target_copied=40,
    draft_call=20_000,
    draft_position=80_000,
    draft_cached=2,
    draft_copy=2_000,
    draft_copied=4,
)
"""Imitates a large batch: each parallel position costs nearly a full call, so speculation is worth little."""


def price(call: Call, prices: PriceList) -> int:
    """Micro-units of one forward pass: per call, per position fed, per cached token read.

    Copies of caches that were made for it are in it: per copy, and per token that the copied cache held.
    """
    cached, copies, copied = len(call.path) - call.fed, len(call.copied), sum(call.copied)
    if call.model == "target":
        return (
            prices.target_call
            + call.fed * prices.target_position
            + cached * prices.target_cached
            + copies * prices.target_copy
            + copied * prices.target_copied
        )
    return (
        prices.draft_call
        + call.fed * prices.draft_position
        + cached * prices.draft_cached
        + copies * prices.draft_copy
        + copied * prices.draft_copied
    )


def total_price(calls: Iterable[Call], prices: PriceList) -> int:
    """One request is in flight at a time, so prices add up."""
    return sum(price(call, prices) for call in calls)


def plain_decoding_price(prompt_len: int, new_tokens: int, prices: PriceList) -> int:
    """Micro-units of cached decoding by the target alone: the prompt in one call, then a token a call."""
    if new_tokens == 0:
        return 0
    cached_reads = sum(prompt_len + n for n in range(new_tokens - 1))
    return (
        new_tokens * prices.target_call
        + (prompt_len + new_tokens - 1) * prices.target_position
        + cached_reads * prices.target_cached
    )
