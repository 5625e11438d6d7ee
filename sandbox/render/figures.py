"""A scorecard's plots as SVG, for paper: told apart by marks and hatches as well as by colours."""

from __future__ import annotations

import io
from itertools import cycle
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wire.scorecard import Plot, Series

INCHES = (6.2, 2.5)
COLOURS = ("#0b6b5d", "#8a4b00", "#3c4f9e", "#7a2f6b")
MARKS = ("o", "s", "^", "D")
HATCHES = ("", "//", "..", "xx")
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "probe",  # the same plot gives the same bytes
    "font.family": "sans-serif",
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "axes.axisbelow": True,
    "hatch.linewidth": 0.5,
    "text.parse_math": False,  # a title is text, whatever dollars are in it
}


def svg(plot: Plot) -> str:
    """An ``<svg>`` element, without a prologue. All text in it is escaped by the library."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=INCHES, layout="constrained")
        axes = figure.subplots()
        DRAWN[plot.kind](axes, plot)
        for line in plot.lines:
            axes.axhline(line.y, color="#a02020", linestyle="--", linewidth=1, label=line.name)
        if plot.log_y:
            axes.set_yscale("log")
        axes.set_xlabel(plot.x_label)
        axes.set_ylabel(plot.y_label)
        if len(plot.series) > 1 or plot.lines:
            axes.legend(
                frameon=False, fontsize=7, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2
            )
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return text[text.index("<svg") :]


def _lines(axes: Axes, plot: Plot) -> None:
    for series, colour, mark in zip(plot.series, cycle(COLOURS), cycle(MARKS), strict=False):
        few = len(series.x) <= 20
        axes.plot(
            series.x, series.y, color=colour, marker=mark if few else None, markersize=4, label=series.name
        )
        if series.low:
            axes.errorbar(series.x, series.y, yerr=_ends(series), fmt="none", ecolor=colour, capsize=3, lw=1)
    if plot.x_ticks:
        axes.set_xticks(range(len(plot.x_ticks)), plot.x_ticks)


def _bars(axes: Axes, plot: Plot) -> None:
    width = 0.8 / len(plot.series) if plot.series else 0.8
    for at, (series, colour, hatch) in enumerate(
        zip(plot.series, cycle(COLOURS), cycle(HATCHES), strict=False)
    ):
        shift = (at - (len(plot.series) - 1) / 2) * width
        axes.bar(
            [x + shift for x in series.x],
            series.y,
            width=width * 0.94,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            label=series.name,
        )
    _name_bars(axes, plot)


def _stack(axes: Axes, plot: Plot) -> None:
    below: dict[float, float] = {}
    for series, colour, hatch in zip(plot.series, cycle(COLOURS), cycle(HATCHES), strict=False):
        axes.bar(
            series.x,
            series.y,
            bottom=[below.get(x, 0.0) for x in series.x],
            width=0.7,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            label=series.name,
        )
        below |= {x: below.get(x, 0.0) + y for x, y in zip(series.x, series.y, strict=True)}
    _name_bars(axes, plot)


def _name_bars(axes: Axes, plot: Plot) -> None:
    axes.set_xlim(-0.7, max(4, len(plot.x_ticks)) - 0.3)  # a single bar is no wall
    if plot.x_ticks:
        crowded = sum(len(tick) for tick in plot.x_ticks) > 70
        axes.set_xticks(
            range(len(plot.x_ticks)),
            plot.x_ticks,
            rotation=30 if crowded else 0,
            ha="right" if crowded else "center",
        )


def _ends(series: Series) -> list[list[float]]:
    """How far the intervals go below and above each y."""
    below = [y - low for y, low in zip(series.y, series.low, strict=True)]
    above = [high - y for y, high in zip(series.y, series.high, strict=True)]
    return [below, above]


DRAWN = {"line": _lines, "bar": _bars, "stack": _stack}
