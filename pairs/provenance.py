"""Where each token of a generation comes from, as far as the ledger tells. Pure.

A token that the target was fed as a draft and that stands is *accepted*. The token that a call settles itself
is *recovered* after a rejection (drawn from the residual distribution, by rights), a *bonus* when every draft
stood, and *plain* when nothing was drafted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pairs.accounting import Block, blocks
from pairs.ledger import Call

Origin = Literal["accepted", "recovered", "bonus", "plain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    origins: tuple[Origin, ...]
    """One for each new token."""
    rejected: Mapping[int, tuple[int, ...]]
    """By the index of the recovered token: the draft tokens that do not stand, the rejected one first."""


def provenance(calls: Sequence[Call], prompt: Sequence[int], tokens: Sequence[int]) -> Provenance:
    """Read from one generation's ledger. Shares the reading of `pairs.accounting.blocks`, and its limits."""
    target = [call for call in calls if call.model == "target"]
    origins = dict[int, Origin]()
    rejected = dict[int, tuple[int, ...]]()
    for call, block in zip(target, blocks(calls, prompt, tokens), strict=True):
        first = block.start - len(prompt)
        settled = first + block.accepted
        for index in range(first, settled):
            origins.setdefault(index, "accepted")
        if (origin := _settles(block)) is None or settled in origins:
            continue
        origins[settled] = origin
        if origin == "recovered":
            rejected[settled] = tuple(call.path[block.start + block.accepted :])
    return Provenance(
        origins=tuple(origins.get(index, "plain") for index in range(len(tokens))),
        rejected={index: drafts for index, drafts in rejected.items() if 0 <= index < len(tokens)},
    )


def _settles(block: Block) -> Origin | None:
    """Where the call's own token comes from; None where the text ended inside the block."""
    if block.drafted == 0:
        return "plain"
    if block.tested > block.accepted:
        return "recovered"
    return "bonus" if block.accepted == block.drafted else None
