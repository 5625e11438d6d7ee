"""A model whose rows are bitwise equal however they are asked for, made of one whose are not. Pure.

Where an engine rounds coarsely (bfloat16) or chooses its routines by the shape of a call (a GPU), a row that
is served in a block differs from the one that is scored by. Fed a position at a time, every call has the
same shape, so a row hangs on its prefix alone. Verifying in parallel gains nothing then: it is for the law,
never for the clock.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pairs.context import Context, Model, Rows, check_fits
from pairs.wrapped import Wrapped


def one_by_one(model: Model) -> Model:
    """The same model, fed a position at a time."""

    def extend(context: Context, tokens: Sequence[int]) -> Rows:
        check_fits(model, context.length, tokens)
        return np.concatenate([context.extend([token]) for token in tokens])

    return Wrapped(model, extend)
