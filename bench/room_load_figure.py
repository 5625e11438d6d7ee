"""Draws what bench/room_load.py measured: p99 and CPU a key by the number of rooms, a line for each server.

    python bench/room_load_figure.py RESULTS.json PICTURE.svg

Needs matplotlib, which is in .candidate-env. Colours work on light pages and on dark ones.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

mpl.use("svg")
mpl.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "room load", "font.family": "sans-serif"}

INK = "#7d8590"
COLOURS = {
    "probe": "#0969da",
    "probe, power loss": "#54aeff",
    "y-websocket": "#1a7f37",
    "y-websocket + LevelDB": "#3fb950",
    "Hocuspocus + SQLite": "#bc4c00",
    "pycrdt-websocket + SQLite": "#8250df",
}
P99_LIMIT_MS = 100


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path)
    parser.add_argument("picture", type=Path)
    arguments = parser.parse_args()
    report = json.loads(arguments.results.read_text())
    figure = draw(report["results"] + report["searched"])
    figure.savefig(arguments.picture, transparent=True, metadata={"Date": None})


def draw(results: list[dict[str, Any]]) -> Figure:
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    latency, cpu = figure.subplots(1, 2)
    for name, colour in COLOURS.items():
        points = sorted(
            (one["rooms"], one["p99"], one["cpu_us_per_key"]) for one in results if one["contender"] == name
        )
        if points:
            rooms, p99, cost = zip(*points, strict=True)
            latency.plot(rooms, p99, "o-", color=colour, label=name, markersize=4)
            cpu.plot(rooms, cost, "o-", color=colour, markersize=4)
    latency.set_yscale("log")
    latency.axhline(P99_LIMIT_MS, color=INK, linewidth=0.8, linestyle=":")
    for axes, title in ((latency, "keystroke to watcher, p99, ms"), (cpu, "server's CPU a keystroke, µs")):
        axes.set_title(title, color=INK, fontsize=10)
        axes.set_xlabel("rooms", color=INK)
        axes.tick_params(colors=INK)
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(INK)
    cpu.set_ylim(bottom=0)
    latency.legend(frameon=False, labelcolor=INK, fontsize=8)
    return figure


if __name__ == "__main__":
    main()
