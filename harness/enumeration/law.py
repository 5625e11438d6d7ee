"""A joint law held against the target's, and the place where they part. Pure.

A text is a tuple of new tokens. `END` stands for the end of a text that is shorter than it should be.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from harness.enumeration.codec import Law
from harness.enumeration.task import Task
from pairs.analytic import Pair
from pairs.warp import warp

Text = tuple[int, ...]

END = -1
AGREES = 1e-7
"""Total variation below which two laws are the same but for float32: right samplers differ by about 4e-8."""
WORST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The probability of one token after one prefix, as it came out and as it should be."""

    prefix: Text
    token: int
    got: float
    want: float
    reached: float
    """Probability that a text begins with the prefix at all, as it came out."""

    @property
    def weight(self) -> float:
        """What this cell adds to the departure at its position, twice."""
        return self.reached * abs(self.got - self.want)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    distance: float
    """Total variation between the joint laws, what broke or was not explored counted as wrong."""
    by_position: tuple[float, ...]
    """For each new token, the mean total variation between its two laws given the prefix."""
    first: Cell | None
    """The worst cell at the first position where the laws part; None where they never do."""
    worst: tuple[Cell, ...]
    """The worst cells anywhere, at most `WORST`, heaviest first."""

    @property
    def agrees(self) -> bool:
        return self.distance <= AGREES


def target_law(pair: Pair, task: Task) -> dict[Text, float]:
    """Probability of each text of ``max_new_tokens`` tokens: the product of the exact warped rows."""
    law: dict[Text, float] = {}
    start = [pair.target.start(), *pair.target.states(task.prompt)][-1]
    ways: list[tuple[Text, int, float]] = [((), start, 1.0)]
    while ways:
        text, state, mass = ways.pop()
        if len(text) == task.max_new_tokens:
            law[text] = mass
            continue
        row = warp(pair.target.logits(state), temperature=task.temperature, top_p=task.top_p)
        ways += [
            ((*text, token), pair.target.advance(state, token), mass * float(p))
            for token, p in enumerate(row)
            if p > 0.0
        ]
    return law


def compare(got: Law, want: Mapping[Text, float], length: int) -> Comparison:
    """``want`` has texts of ``length`` tokens only."""
    differences = [abs(got.texts.get(text, 0.0) - want.get(text, 0.0)) for text in {*got.texts, *want}]
    distance = (math.fsum(differences) + got.broken + got.skipped) / 2
    cells = _cells(_grown(got.texts, length), _grown(want, length), length)
    by_position = tuple(math.fsum(cell.weight for cell in at) / 2 for at in cells)
    parted = next((at for at, departure in zip(cells, by_position, strict=True) if departure > AGREES), [])
    everywhere = sorted(itertools.chain(*cells), key=lambda cell: -cell.weight)
    return Comparison(
        distance=distance,
        by_position=by_position,
        first=max(parted, key=lambda cell: cell.weight, default=None),
        worst=tuple(cell for cell in everywhere[:WORST] if cell.weight > AGREES),
    )


def _grown(law: Mapping[Text, float], length: int) -> dict[Text, float]:
    """Mass of each prefix, the empty one and those with their `END` included."""
    masses: dict[Text, list[float]] = defaultdict(list)
    for text, mass in law.items():
        whole = text if len(text) >= length else (*text, END)
        for n in range(len(whole) + 1):
            masses[whole[:n]].append(mass)
    return {prefix: math.fsum(each) for prefix, each in masses.items()}


def _cells(got: Mapping[Text, float], want: Mapping[Text, float], length: int) -> list[list[Cell]]:
    """By position. Where a prefix should never come up, nothing is right after it."""
    cells: list[list[Cell]] = [[] for _ in range(length)]
    for longer in sorted({text for text in (*got, *want) if text}):
        prefix = longer[:-1]
        reached = got.get(prefix, 0.0)
        if reached > 0.0:
            wanted = want.get(prefix, 0.0)
            cells[len(prefix)].append(
                Cell(
                    prefix=prefix,
                    token=longer[-1],
                    got=got.get(longer, 0.0) / reached,
                    want=want.get(longer, 0.0) / wanted if wanted > 0.0 else 0.0,
                    reached=reached,
                )
            )
    return cells
