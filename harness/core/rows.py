"""Rows at prefixes that are no part of one text: rejected drafts, stale caches. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.core.blocks import common_prefix
from pairs.context import Model, Rows


def rows_after(model: Model, paths: Sequence[Sequence[int]]) -> Rows:
    """The law after each path, ``(len(paths), V)``; no path is empty.

    One context goes from path to path and is fed only what two neighbours do not share. So along a text,
    where each path is a little longer than the last, the cost is that of the text and not of its square.
    """
    context, held = model.open(), tuple[int, ...]()
    rows = np.empty((len(paths), model.vocab_size), dtype=np.float32)
    for n, path in enumerate(paths):
        # The last token is always fed: only what is fed gets a row.
        kept = min(common_prefix(held, path), len(path) - 1)
        context.crop(kept)
        rows[n] = context.extend(path[kept:])[-1]
        held = tuple(path)
    return rows
