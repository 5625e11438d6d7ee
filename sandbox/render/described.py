"""A plot in words: for whoever cannot see it, and for figures that a picture only hints at. Pure."""

from __future__ import annotations

from wire.scorecard import Plot, Series

FEW = 12
"""Points of a series that are all told; of more, the ends and the extremes."""


def described(plot: Plot) -> str:
    """Every series with its figures, then the lines that are drawn across."""
    told = [f"{series.name}: {_told(series, plot)}" for series in plot.series]
    told += [f"{line.name}: {_figure(line.y)} throughout" for line in plot.lines]
    return f"{plot.y_label}, by {plot.x_label[:1].lower()}{plot.x_label[1:]}. {'; '.join(told)}."


def _told(series: Series, plot: Plot) -> str:
    if not series.x:
        return "no points"
    places = [_place(x, plot) for x in series.x]
    if len(places) <= FEW:
        return ", ".join(f"{_value(series, n)} at {place}" for n, place in enumerate(places))
    lowest, highest = series.y.index(min(series.y)), series.y.index(max(series.y))
    return (
        f"{_value(series, 0)} at {places[0]} to {_value(series, len(places) - 1)} at {places[-1]}, between "
        f"{_value(series, lowest)} at {places[lowest]} and {_value(series, highest)} at {places[highest]}"
    )


def _value(series: Series, n: int) -> str:
    interval = f" ({_figure(series.low[n])} to {_figure(series.high[n])})" if series.low else ""
    return _figure(series.y[n]) + interval


def _place(x: float, plot: Plot) -> str:
    named = x.is_integer() and 0 <= x < len(plot.x_ticks)
    return plot.x_ticks[int(x)] if named else _figure(x)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"
