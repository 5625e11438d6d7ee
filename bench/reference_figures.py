"""Draws what bench/block_verification.py and bench/batch_pressure.py found.

    python bench/reference_figures.py block docs/pictures/block_verification.json PICTURE.svg
    python bench/reference_figures.py batches pairs/weights/batch_pressure.json PICTURE.svg

Needs matplotlib, which is in .candidate-env. Colours work on light pages and on dark ones.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

mpl.use("svg")
mpl.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "reference", "font.family": "sans-serif"}

INK = "#7d8590"
TOKEN, BLOCK, CEILING = "#0969da", "#bc4c00", "#7d8590"
DRAFTS = ("#54aeff", "#0969da", "#8250df", "#bc4c00")


def block(found: dict[str, Any]) -> Figure:
    """New tokens of a round by the number of drafts, a panel for each acceptance."""
    acceptances = sorted({row["acceptance"] for row in found["rows"]})
    figure, panels = _panels(len(acceptances))
    for axes, acceptance in zip(panels, acceptances, strict=True):
        rows = [row for row in found["rows"] if row["acceptance"] == acceptance]
        gammas = [row["gamma"] for row in rows]
        for name, colour, line in (("ceiling", CEILING, ":"), ("block", BLOCK, "-"), ("token", TOKEN, "-")):
            label = {"ceiling": "the ceiling", "block": "block verification", "token": "token verification"}
            tokens = [1 + row[name] for row in rows]
            axes.plot(gammas, tokens, line, color=colour, label=label[name], marker="o", markersize=3)
        _dress(axes, f"acceptance {acceptance:g}", "draft tokens", gammas)
    panels[0].set_ylabel("tokens a target call", color=INK, fontsize=9)
    _legend(figure, panels[0])
    return figure


def batches(found: dict[str, Any]) -> Figure:
    """Speed-up by the batch, a panel for what was measured and each price list."""
    figure, panels = _panels(len(found["results"]))
    for axes, result in zip(panels, found["results"], strict=True):
        for curve, colour in zip(result["curves"], DRAFTS, strict=True):
            axes.plot(
                result["batches"], curve["speedup"], "o-", color=colour, markersize=3,
                label=f"{curve['gamma']} draft{'s' * (curve['gamma'] > 1)}",
            )  # fmt: skip
        axes.axhline(1.0, color=INK, linewidth=0.8, linestyle=":")
        axes.set_xscale("log", base=2)
        _dress(axes, result["name"], "sequences in the batch", result["batches"])
    panels[0].set_ylim(bottom=0)
    panels[0].set_ylabel("times plain decoding", color=INK, fontsize=9)
    _legend(figure, panels[0])
    return figure


def _panels(count: int) -> tuple[Figure, Sequence[Axes]]:
    figure = Figure(figsize=(3.2 * count, 3.2), layout="constrained")
    return figure, figure.subplots(1, count, sharey=True, squeeze=False)[0]


def _dress(axes: Axes, title: str, label: str, ticks: Sequence[float]) -> None:
    axes.set_title(title, color=INK, fontsize=10)
    axes.set_xlabel(label, color=INK, fontsize=9)
    axes.set_xticks(list(ticks), [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.tick_params(colors=INK, labelsize=8)
    axes.grid(color=INK, alpha=0.2, linewidth=0.6)
    for side in axes.spines.values():
        side.set_color(INK)


def _legend(figure: Figure, axes: Axes) -> None:
    figure.legend(
        *axes.get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False, fontsize=8.5,
        labelcolor=INK,
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["block", "batches"])
    parser.add_argument("results", type=Path)
    parser.add_argument("picture", type=Path)
    asked = parser.parse_args()
    found = json.loads(asked.results.read_text())
    figure = block(found) if asked.what == "block" else batches(found)
    figure.savefig(asked.picture, transparent=True, metadata={"Date": None})


if __name__ == "__main__":
    main()
