"""Draws what bench/virtual_against_wall.py measured: speed-up by block length, by the clock and as predicted.

    python bench/virtual_against_wall_figure.py RESULTS.json PICTURE.svg

Colours are CSS variables with a value for light pages and one for dark ones; the words stay text.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.svg import FAINT, INK, PAGE, dressed, frame, main, style

style("virtual against wall")

WALL, MODELS, ALL, LIST = "#030303", "#040404", "#050505", "#060606"
COLOURS = PAGE | {  # light, dark
    WALL: ("#0969da", "#58a6ff"),
    MODELS: ("#bc4c00", "#f0883e"),
    ALL: ("#1a7f37", "#3fb950"),
    LIST: ("#8250df", "#bc8cff"),
}
LINES = (
    ("price list", LIST, ":", "virtual time, the judge's prices"),
    ("models", MODELS, "--", "virtual time, this machine's prices"),
    ("all", ALL, "-.", "the same, with wire and sampler"),
)


def draw(found: dict[str, Any]) -> str:
    """The picture as SVG."""
    pairs = found["pairs"]
    figure = Figure(figsize=(4.1 * len(pairs), 4.4))
    panels = figure.subplots(1, len(pairs), sharey=True, squeeze=False)[0]
    for axes, pair in zip(panels, pairs, strict=True):
        _panel(axes, pair)
    panels[0].set_ylim(bottom=0.0)
    panels[0].set_ylabel("times as fast as plain decoding", color=INK, fontsize=9)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=2, frameon=False, fontsize=8.5, labelcolor=INK)
    figure.tight_layout(rect=(0, 0.12, 1, 1))
    return dressed(
        figure,
        COLOURS,
        title="Speed-up by block length: wall time and virtual time",
        words=" ".join(_in_words(pair) for pair in pairs),
    )


def _panel(axes: Axes, pair: dict[str, Any]) -> None:
    rows = pair["by_gamma"]
    gammas = [row["gamma"] for row in rows]
    for name, colour, dashes, label in LINES:
        axes.plot(gammas, [row[name] for row in rows], color=colour, linestyle=dashes, label=label)
    wall = [row["wall"] for row in rows]
    below = [each["value"] - each["low"] for each in wall]
    above = [each["high"] - each["value"] for each in wall]
    axes.errorbar(
        gammas, [each["value"] for each in wall], yerr=[below, above], fmt="o", color=WALL, capsize=3,
        label="wall time, 95 % interval", zorder=3,
    )  # fmt: skip
    axes.axhline(1.0, color=FAINT, linewidth=1.2)
    axes.set_title(pair["name"], color=INK, fontsize=10)
    axes.set_xlabel("num_speculative_tokens", color=INK, fontsize=9)
    axes.set_xticks(gammas)
    axes.grid(color=FAINT, linewidth=0.5)
    frame(axes)


def _in_words(pair: dict[str, Any]) -> str:
    best = max(pair["by_gamma"], key=lambda row: row["wall"]["value"])
    models = pair["speedups"]["models"]
    return (
        f"{pair['name']}: by the clock at most {best['wall']['value']:.2f} times as fast, with"
        f" {best['gamma']} drafts; virtual time at this machine's prices is off by {models['bias']:+.0%} on"
        " average."
    )


if __name__ == "__main__":
    main(__doc__, draw)
