"""Which drafts stand, by their place in the block, beside what the reference expects on the same texts.

A draft stands when it and all drafts before it in its block are in the text. Drafts past the text's end were
cut off there and count neither way.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.checks.economy_runs import Costed
from harness.core.intervals import share
from pairs.accounting import blocks
from pairs.economy import expected_places
from wire.scorecard import Measurement, Plot, Series

LONGEST = 16
"""Places that are drawn; a submission may draft more than it was asked to."""


def acceptance_by_position(usable: Sequence[Costed]) -> Plot:
    """Over all block lengths. A submission that never drafts has no points."""
    yours = {place: one for place in range(1, LONGEST + 1) if (one := _stood(usable, place)) is not None}
    expected = _expected(usable)
    return Plot(
        kind="line",
        title="Acceptance by position in the block",
        x_label="Position of the draft in its block",
        y_label="Share of drafts that stand",
        series=(
            Series(
                name="this submission",
                x=tuple(float(place) for place in yours),
                y=tuple(one.value for one in yours.values()),
                low=tuple(one.low for one in yours.values()),
                high=tuple(one.high for one in yours.values()),
            ),
            Series(
                name="reference (expected)",
                x=tuple(float(n + 1) for n in range(len(expected))),
                y=tuple(expected),
            ),
        ),
    )


def _stood(usable: Sequence[Costed], place: int) -> Measurement | None:
    """The share that stood at this place, None where no draft was."""
    offered = stood = 0
    for each in usable:
        trial = each.run.trial
        end = len(trial.prompt) + len(each.tokens)
        for block in blocks(each.run.calls, trial.prompt, each.tokens):
            offered += block.drafted >= place and block.start + place <= end
            stood += block.accepted >= place
    return share("drafts that stand", stood, offered, "of drafts") if offered else None


def _expected(usable: Sequence[Costed]) -> list[float]:
    longest = max(each.gamma for each in usable)
    offered, stands = np.zeros(longest), np.zeros(longest)
    for each in usable:
        theirs = expected_places(each.path, each.gamma)
        offered[: each.gamma] += theirs[0]
        stands[: each.gamma] += theirs[1]
    drafted = offered > 0
    shares: list[float] = (stands[drafted] / offered[drafted]).tolist()
    return shares
