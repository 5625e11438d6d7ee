"""From a ledger to the numbers people quote: acceptance, tokens a call, virtual speed-up. Pure.

The ledger knows which tokens were fed, not why. A fed token that lies beyond the text settled so far is a
draft token; it was accepted if it and all drafts before it are in the final text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import compress, count
from operator import ne

from pairs.ledger import Call
from pairs.prices import MEMORY_BOUND, PriceList, plain_decoding_price, total_price


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Sums over one generation, or over several added up."""

    target_calls: int
    draft_calls: int
    target_positions: int
    """Positions fed to the target, the prompt's included."""
    draft_positions: int
    drafted: int
    """Draft tokens that the target was fed."""
    tested: int
    """Of these, those that were put to the acceptance test: none after the first rejection is."""
    accepted: int
    new_tokens: int
    virtual_time: int
    """Micro-units of the price list."""
    plain_time: int
    """What plain cached decoding of the same text costs."""

    def __add__(self, other: Account) -> Account:
        names = [field.name for field in fields(self)]
        return Account(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def acceptance_rate(self) -> float | None:
        """accepted / tested; None when nothing was drafted."""
        return self.accepted / self.tested if self.tested else None

    @property
    def draft_utilisation(self) -> float | None:
        """accepted / drafted, which falls with the block length. Not the acceptance rate."""
        return self.accepted / self.drafted if self.drafted else None

    @property
    def tokens_per_target_call(self) -> float:
        return self.new_tokens / self.target_calls if self.target_calls else 0.0

    @property
    def speedup(self) -> float:
        """Against plain cached decoding, in virtual time; 0.0 when no call was made."""
        return self.plain_time / self.virtual_time if self.virtual_time else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One target call, read as a block of draft tokens."""

    start: int
    """Position of the first draft token in the text, the prompt counted."""
    drafted: int
    tested: int
    accepted: int


def blocks(calls: Sequence[Call], prompt: Sequence[int], tokens: Sequence[int]) -> list[Block]:
    """A `Block` for each target call, in order; ``drafted`` is 0 for the prompt's and for plain calls.

    A call settles the drafts that stand and one token more, the correction or the bonus. Code that throws
    the bonus away, or tests a block's first draft by a row kept from an earlier call, gets one draft too few.
    """
    text = (*prompt, *tokens)
    settled = len(prompt)
    read = []
    for call in calls:
        if call.model != "target":
            continue
        agreed = _common_prefix(call.path, text)
        start = max(min(settled, agreed), len(call.path) - call.fed)
        drafted = max(len(call.path) - start, 0)
        accepted = max(min(agreed - start, drafted), 0)
        # A block that runs over the end of the text was cut off there, not rejected.
        rejected = accepted < drafted and start + accepted < len(text)
        read.append(Block(start=start, drafted=drafted, tested=accepted + int(rejected), accepted=accepted))
        if len(call.path) >= settled:
            settled = max(settled, min(start + accepted + 1, len(text)))
    return read


def account(
    calls: Sequence[Call], prompt: Sequence[int], tokens: Sequence[int], prices: PriceList = MEMORY_BOUND
) -> Account:
    """Account of one generation: its ledger, its prompt, and the new tokens it returned."""
    read = blocks(calls, prompt, tokens)
    target = [call for call in calls if call.model == "target"]
    draft = [call for call in calls if call.model == "draft"]
    return Account(
        target_calls=len(target),
        draft_calls=len(draft),
        target_positions=sum(call.fed for call in target),
        draft_positions=sum(call.fed for call in draft),
        drafted=sum(block.drafted for block in read),
        tested=sum(block.tested for block in read),
        accepted=sum(block.accepted for block in read),
        new_tokens=len(tokens),
        virtual_time=total_price(calls, prices),
        plain_time=plain_decoding_price(len(prompt), len(tokens), prices),
    )


def _common_prefix(left: Sequence[int], right: Sequence[int]) -> int:
    shorter = min(len(left), len(right))
    return next(compress(count(), map(ne, left, right)), shorter)
