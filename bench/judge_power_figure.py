"""Draws what bench/judge_power.py measured: tokens to rejection, a row for each bug.

    python bench/judge_power_figure.py RESULTS.json PICTURE.svg

Needs matplotlib, which is in .candidate-env. Colours are CSS variables with a value for light pages and one
for dark ones; the words stay text, so that they can be searched and read aloud.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.svg import FAINT, INK, PAGE, dressed, frame, main, style

style("judge power")

BETS, CHI, G, KS = "#030303", "#040404", "#050505", "#060606"
COLOURS = PAGE | {  # light, dark
    BETS: ("#0969da", "#58a6ff"),
    CHI: ("#bc4c00", "#f0883e"),
    G: ("#8250df", "#bc8cff"),
    KS: ("#1a7f37", "#3fb950"),
}
LEAST, NEVER = 10, 3_000_000
"""Ends of the axis; marks of what was never rejected stand at the right one."""


@dataclass(frozen=True)
class Mark:
    label: str
    tokens: Sequence[float | None]
    """For each bug: tokens, infinite for never, None where it was not looked at."""
    colour: str
    shape: str
    size: float = 34
    hollow: bool = False


def draw(found: dict[str, Any]) -> str:
    """The picture as SVG."""
    bugs = sorted(found["bugs"], key=lambda bug: _median(found["battery"].get(bug, [])))[::-1]
    figure = Figure(figsize=(11, 1.9 + 0.235 * len(bugs)))
    left, right = figure.subplots(1, 2, sharey=True)
    _panel(left, bugs, "All pairs in turn; nobody knows the bug", _battery(found, bugs))
    _panel(right, bugs, "One pair (median); filled chi-square knows the bug", _alone(found, bugs))
    left.set_yticks(range(len(bugs)), bugs)
    figure.suptitle("Tokens until a wrong sampler is rejected, at an error of one in a million", color=INK)
    figure.tight_layout(rect=(0, 0, 1, 0.99))
    title = "Tokens until a wrong sampler is rejected"
    return dressed(figure, COLOURS, title=title, words=_in_words(found["summary"]))


def _battery(found: dict[str, Any], bugs: Sequence[str]) -> list[Mark]:
    def blind(test: str) -> list[float | None]:
        return [_or_never(found["blind"][bug][test]["50"]) if bug in found["blind"] else None for bug in bugs]

    ours = [_median(found["battery"].get(bug, [])) for bug in bugs]
    return [
        Mark("G", blind("g"), G, "x", 28),
        Mark("chi-square", blind("chi_square"), CHI, "D"),
        Mark("the judge's bets", ours, BETS, "o", 44),
    ]


def _alone(found: dict[str, Any], bugs: Sequence[str]) -> list[Mark]:
    def over_pairs(bug: str, test: str) -> float | None:
        cells = [found["told"][pair].get(bug) for pair in found["told"]]
        values = [cell[test]["50"] for cell in cells if cell]
        return _median(values) if values else None

    def bets(bug: str) -> float | None:
        pairs = [pair for pair in found["told"] if found["told"][pair].get(bug)]
        values = [_median(found["alone"].get(pair, {}).get(bug, [])) for pair in pairs]
        return _median(values) if values else None

    def told(test: str) -> list[float | None]:
        return [over_pairs(bug, test) for bug in bugs]

    return [
        Mark("Kolmogorov-Smirnov", told("kolmogorov"), KS, "^"),
        Mark("chi-square, first tokens together", told("chi_square_joint"), CHI, "D", hollow=True),
        Mark("chi-square, best view", told("chi_square"), CHI, "D"),
        Mark("the judge's bets", [bets(bug) for bug in bugs], BETS, "o", 44),
    ]


def _panel(axes: Axes, bugs: Sequence[str], title: str, marks: Sequence[Mark]) -> None:
    axes.set_xscale("log")
    axes.set_xlim(LEAST, NEVER * 1.6)
    axes.set_ylim(-0.8, len(bugs) - 0.2)
    axes.set_xticks([10, 100, 1_000, 10_000, 100_000, 1_000_000, NEVER])
    axes.set_xticklabels(["10", "100", "1k", "10k", "100k", "1M", "never"])
    axes.minorticks_off()
    axes.grid(color=FAINT, linewidth=0.6)
    axes.set_title(title, color=INK, fontsize=10)
    axes.set_xlabel(
        "tokens, half of the runs rejected; never: not within 12k (bets) or 1M", color=INK, fontsize=9
    )
    frame(axes)
    for mark in marks:
        points = [(min(tokens, NEVER), row) for row, tokens in enumerate(mark.tokens) if tokens is not None]
        face = "none" if mark.hollow else mark.colour
        edge = {} if mark.shape == "x" else {"edgecolors": mark.colour}
        axes.scatter(
            [x for x, _ in points], [y for _, y in points], s=mark.size, marker=mark.shape,
            c=mark.colour if mark.shape == "x" else face, label=mark.label, zorder=3, **edge,
        )  # fmt: skip
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, -0.075), ncols=2, frameon=False, fontsize=8.5, labelcolor=INK
    )


def _median(values: Sequence[float | None]) -> float:
    """The least that half of the values reach; infinite for never."""
    ordered = sorted(_or_never(value) for value in values)
    return ordered[(len(ordered) - 1) // 2] if ordered else float("inf")


def _or_never(value: float | None) -> float:
    return float("inf") if value is None else float(value)


def _in_words(summary: dict[str, Any]) -> str:
    blind, told = (summary[how]["chi_square"]["ratio"]["median"] for how in ("blind", "told"))
    return (
        f"Dot plot on a logarithmic axis, a row for each of {summary['bugs']} wrong samplers. On all pairs, "
        f"chi-square tests need {blind:.1f} times as many tokens for the median bug as the judge's bets; on "
        f"one pair, with the bug known to the test, {told:.1f} times."
    )


if __name__ == "__main__":
    main(__doc__, draw)
