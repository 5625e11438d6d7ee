"""Where in its block each emitted token stands, read from the ledger without peeking. Pure.

The law test may split tokens into strata only by what was settled *before* the token was drawn. So a token's
place hangs on the first target call that scored its prefix, on the drafts before it in that call, and on
whether that call had any draft at its position; never on what that draft was, nor on what came after. A
test that looks at those rejects right samplers (z of 37 was seen in the design study).

Nothing here assumes how drafts were made: target only, no cache, look-up drafts, several drafts and trees all
have a first target call for each prefix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import compress, count
from operator import ne

import numpy as np
from numpy.typing import NDArray

from pairs.ledger import Call


class Stratum(IntEnum):
    AFTER_REJECTION = 0  # first of its call, after a draft that did not stand
    AFTER_FULL = 1  # first of its call, otherwise
    MIDDLE = 2  # later in its call, with a draft at its position
    BONUS = 3  # later in its call, with no draft left
    UNCOVERED = 4  # no target call scored its prefix


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """For each of N emitted tokens; arrays are ``(N,)``."""

    call: NDArray[np.int64]
    """Index, among all calls, of the first target call that scored the token's prefix; -1 for none."""
    stratum: NDArray[np.int64]
    index: NDArray[np.int64]
    """Place in the block: how many tokens of the same call come before it; 0 where no call scored it."""
    left: NDArray[np.int64]
    """Drafts of the same call from this position on. For diagnosis: where to stop may hang on a draft."""
    received: tuple[tuple[int, ...] | None, ...]
    """Another prefix as long as the token's own, whose row a target call returned before: one that a wrong
    cache held, or that of a rejected draft. A submission may draw from that row by mistake."""
    drafted: NDArray[np.int64]
    """The draft token that was fed at this position, -1 for none. For diagnosis: a verdict may not look."""

    @property
    def uncovered(self) -> NDArray[np.int64]:
        """Indices of tokens whose prefix no target call scored."""
        return np.flatnonzero(self.call < 0)


def place(calls: Sequence[Call], prompt: Sequence[int], tokens: Sequence[int]) -> Placement:
    """Read the ledger of one generation against the text it returned."""
    text = (*prompt, *tokens)
    first_call = _first_scored(calls, text, len(prompt), len(tokens))
    received = _received(calls, text, len(prompt), len(tokens), first_call)
    by_last_call = _drafted(calls, text, len(prompt), first_call)
    drafted = [own if own >= 0 else stale for own, (_, stale) in zip(by_last_call, received, strict=True)]
    strata = _strata(calls, first_call, len(prompt))
    return Placement(
        call=np.array(first_call, dtype=np.int64),
        stratum=np.array(strata, dtype=np.int64),
        index=np.array(_index(first_call), dtype=np.int64),
        left=np.array(
            [len(calls[c].path) - len(prompt) - n if c >= 0 else 0 for n, c in enumerate(first_call)],
            dtype=np.int64,
        ),
        received=tuple(
            prefix or _of_rejected(calls, first_call, stratum, n, len(prompt) + n)
            for n, ((prefix, _), stratum) in enumerate(zip(received, strata, strict=True))
        ),
        drafted=np.array(drafted, dtype=np.int64),
    )


def common_prefix(left: Sequence[int], right: Sequence[int]) -> int:
    """How many leading tokens agree."""
    shorter = min(len(left), len(right))
    return next(compress(count(), map(ne, left, right)), shorter)


def target_calls_astray(calls: Sequence[Call], text: Sequence[int]) -> list[bool]:
    """For each target call, whether its cache held another text than the one that went out, or what it fed
    first belongs elsewhere in that text.

    Rejected drafts are fed and not held, and come after what an earlier call had reached. For diagnosis.
    """
    reached, flags = 0, []
    for call in calls:
        if call.model == "target":
            agreed, held = common_prefix(call.path, text), len(call.path) - call.fed
            flags.append(agreed < max(held, min(reached, held + 1)))
            reached = max(reached, agreed)
    return flags


def rejections_skipped(calls: Sequence[Call], text: Sequence[int]) -> list[bool]:
    """For each rejected draft with another after it, whether that one went out in its place.

    Where drafts are kept by a mask, those after the first rejection go out too. A call is taken as
    `last token, then drafts`, as one with a cache is. For diagnosis.
    """
    flags = []
    for call in calls:
        start = len(call.path) - call.fed + 1
        drafts = call.path[start:]
        stood = common_prefix(drafts, text[start:])
        if call.model == "target" and stood + 1 < len(drafts) and start + stood < len(text):
            flags.append(drafts[stood + 1] == text[start + stood])
    return flags


def _first_scored(calls: Sequence[Call], text: tuple[int, ...], prompt_len: int, count: int) -> list[int]:
    first_call = [-1] * count
    for index, call in enumerate(calls):
        if call.model != "target":
            continue
        shortest = len(call.path) - call.fed + 1
        for length in range(max(shortest, prompt_len), common_prefix(call.path, text) + 1):
            if length - prompt_len < count and first_call[length - prompt_len] < 0:
                first_call[length - prompt_len] = index
    return first_call


def _strata(calls: Sequence[Call], first_call: Sequence[int], prompt_len: int) -> list[Stratum]:
    strata = []
    before = -1
    for n, index in enumerate(first_call):
        if index < 0:
            strata.append(Stratum.UNCOVERED)
        elif index == before:
            drafted_here = len(calls[index].path) > prompt_len + n
            strata.append(Stratum.MIDDLE if drafted_here else Stratum.BONUS)
        else:
            # The call before had a draft where the last token is, and it cannot have been that token: else
            # the same call would have scored this prefix too.
            rejected = before >= 0 and len(calls[before].path) > prompt_len + n - 1
            strata.append(Stratum.AFTER_REJECTION if rejected else Stratum.AFTER_FULL)
        before = index
    return strata


def _index(first_call: Sequence[int]) -> list[int]:
    index: list[int] = []
    for n, call in enumerate(first_call):
        index.append(index[-1] + 1 if n and call == first_call[n - 1] >= 0 else 0)
    return index


def _received(
    calls: Sequence[Call], text: tuple[int, ...], prompt_len: int, count: int, first_call: Sequence[int]
) -> list[tuple[tuple[int, ...] | None, int]]:
    """Prefixes of rows that a submission with a wrong cache read, and the draft fed next (-1 for none).

    Each call is taken as `last token, then drafts`.

    The reading of a call rests on tokens before the block and on drafts that stood, so it is settled before
    each token is drawn.
    """
    received: list[tuple[tuple[int, ...] | None, int]] = [(None, -1)] * count
    settled = 0
    for call in calls:
        if call.model != "target":
            continue
        agreed = common_prefix(call.path, text)
        if agreed >= prompt_len + settled:
            settled = agreed - prompt_len + 1
            continue
        head = len(call.path) - call.fed
        if settled == 0 or settled > count or call.path[head] != text[prompt_len + settled - 1]:
            continue
        drafts = call.path[head + 1 :]
        stood = common_prefix(drafts, text[prompt_len + settled :])
        for n in range(min(stood + 1, count - settled)):
            if first_call[settled + n] < 0:
                received[settled + n] = call.path[: head + 1 + n], _token_at(call.path, head + 1 + n)
        settled += stood + 1
    return received


def _of_rejected(
    calls: Sequence[Call], first_call: Sequence[int], stratum: Stratum, n: int, length: int
) -> tuple[int, ...] | None:
    """The prefix that ends in the draft which the call before saw rejected, where there was one."""
    return calls[first_call[n - 1]].path[:length] if stratum is Stratum.AFTER_REJECTION else None


def _drafted(
    calls: Sequence[Call], text: tuple[int, ...], prompt_len: int, first_call: Sequence[int]
) -> list[int]:
    """The draft that was tested at each position.

    A correction may equal the rejected draft; then the call before scored this prefix too, with drafts that
    were thrown away. So the last call counts that began its block at or before the position, as a call with a
    cache shows: it feeds the last settled token, then the drafts. Without a cache the first call must do.
    """
    drafted = [_token_at(calls[c].path, prompt_len + n) if c >= 0 else -1 for n, c in enumerate(first_call)]
    for call in calls:
        start = len(call.path) - call.fed + 1
        if call.model != "target" or start <= prompt_len:
            continue
        for length in range(start, min(common_prefix(call.path, text), len(text) - 1) + 1):
            drafted[length - prompt_len] = _token_at(call.path, length)
    return drafted


def _token_at(path: tuple[int, ...], index: int) -> int:
    return path[index] if index < len(path) else -1
