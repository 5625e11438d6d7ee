"""How many drafts stand in a round: token verification, block verification, and what nobody can exceed.

    python bench/block_verification.py --json docs/pictures/block_verification.json

Exact, by summing over every block that the draft can write on tiny pairs: nothing is sampled, nothing timed.
With r the ratio target / draft of each token, and given the drafts, at least n stand with probability

    token verification     min(1, r_1) min(1, r_2) ... min(1, r_n)
    block verification     c_n, where c_0 = 1 and c_n = min(1, c_{n-1} r_n)
    the ceiling            min(1, r_1 r_2 ... r_n)

The sum over n is what stands on average. `tests/harness/reference` holds the first two against the code.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from harness.enumeration.task import Task
from harness.enumeration.tiny import tiny_pair
from pairs.analytic import Pair
from pairs.warp import warp

Floats = NDArray[np.float64]
Row = Callable[[Sequence[int]], Floats]
"""The law after some drafts, ``(V,)``."""

PAIRS = 20
ACCEPTANCES = (0.5, 0.7, 0.9)
GAMMAS = (1, 2, 3, 4, 6, 8)


@dataclass(frozen=True, slots=True)
class Standing:
    """Drafts that stand in a round, on average."""

    token: float
    block: float
    ceiling: float

    def __add__(self, other: Standing) -> Standing:
        return Standing(self.token + other.token, self.block + other.block, self.ceiling + other.ceiling)

    def __mul__(self, share: float) -> Standing:
        return Standing(self.token * share, self.block * share, self.ceiling * share)


@dataclass(frozen=True, slots=True)
class Way:
    """A block's beginning: how likely the draft writes it, and the chance that all of it stands."""

    drafts: tuple[int, ...] = ()
    mass: float = 1.0
    token: float = 1.0
    block: float = 1.0
    ratios: float = 1.0

    def grown(self, x: int, target: float, draft: float) -> Way:
        ratio = target / draft
        return Way(
            drafts=(*self.drafts, x),
            mass=self.mass * draft,
            token=self.token * min(1.0, ratio),
            block=min(1.0, self.block * ratio),
            ratios=self.ratios * ratio,
        )


def standing(target: Row, draft: Row, gamma: int) -> Standing:
    """Exact, over V**gamma blocks."""
    total, ways = Standing(0.0, 0.0, 0.0), [Way()]
    for _ in range(gamma):
        ways = [longer for way in ways for longer in _grown(way, target, draft)]
        for way in ways:
            total += Standing(way.token, way.block, min(1.0, way.ratios)) * way.mass
    return total


def _grown(way: Way, target: Row, draft: Row) -> Iterator[Way]:
    target_row, draft_row = target(way.drafts), draft(way.drafts)
    for x in np.flatnonzero(draft_row):
        yield way.grown(int(x), float(target_row[x]), float(draft_row[x]))


def of_pair(pair: Pair, task: Task) -> Standing:
    start = pair.target.states(task.prompt)[-1]

    def row(model: str) -> Row:
        def law(drafts: Sequence[int]) -> Floats:
            state = start
            for token in drafts:
                state = pair.target.advance(state, token)
            logits = getattr(pair, model).logits(state)
            return warp(logits, temperature=task.temperature, top_p=task.top_p)

        return law

    return standing(row("target"), row("draft"), task.num_speculative_tokens)


def measured(acceptance: float, gamma: int, pairs: int = PAIRS) -> Standing:
    """The mean over ``pairs`` tiny pairs of this acceptance."""
    total = Standing(0.0, 0.0, 0.0)
    for seed in range(1, pairs + 1):
        task = Task(pair_seed=seed, acceptance=acceptance, num_speculative_tokens=gamma)
        total += of_pair(tiny_pair(task), task)
    return total * (1 / pairs)


def table(rows: Sequence[dict[str, float]]) -> str:
    """Markdown, with the acceptance where rows have one."""
    first = "| acceptance " if "acceptance" in rows[0] else ""
    names = f"{first}| drafts | token | block | gain | ceiling |"
    lines = [names, "|---" * (names.count("|") - 1) + "|"]
    for row in rows:
        acceptance = f"| {row['acceptance']:g} " if first else ""
        gain = 100 * ((1 + row["block"]) / (1 + row["token"]) - 1)
        lines.append(
            f"{acceptance}| {row['gamma']:g} | {row['token']:.3f} | {row['block']:.3f} | {gain:.1f} % "
            f"| {row['ceiling']:.3f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    rows = [
        {"acceptance": acceptance, "gamma": gamma} | asdict(measured(acceptance, gamma))
        for acceptance in ACCEPTANCES
        for gamma in GAMMAS
    ]
    print(table(rows))
    if arguments.json is not None:
        arguments.json.write_text(
            json.dumps({"pairs": PAIRS, "vocab_size": 3, "rows": rows}, indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
