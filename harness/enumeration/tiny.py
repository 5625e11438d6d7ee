"""The pair that a task is about: few enough ids that every text can be listed."""

from __future__ import annotations

from harness.enumeration.task import Task
from pairs.analytic import Pair, PairSpec, make_pair
from pairs.flavours import BELL


def tiny_pair(task: Task) -> Pair:
    """Raises ValueError where no such pair can be made."""
    return make_pair(
        PairSpec(
            name="tiny",
            seed=task.pair_seed,
            vocab_size=task.vocab_size,
            flavour=BELL,
            acceptance=task.acceptance,
            temperature=task.temperature,
            top_p=task.top_p,
        )
    )
