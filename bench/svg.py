"""Figures as SVG: colours for a light page and a dark one, words that stay text and can be read aloud."""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, FAINT = "#010101", "#020202"
"""Placeholders, as all colours of a figure are: each is put in the place of a CSS variable."""
PAGE = {INK: ("#1f2328", "#e6edf3"), FAINT: ("#d0d7de", "#3d444d")}
"""Light, dark."""


def style(salt: str) -> None:
    """``salt`` makes the ids in the file the same each time."""
    mpl.use("svg")
    mpl.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": salt, "font.family": "sans-serif"}


def frame(axes: Axes) -> None:
    """A grid behind the marks, and a faint border."""
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK, labelsize=8.5, length=0)
    for side in axes.spines.values():
        side.set_color(FAINT)


def dressed(figure: Figure, colours: Mapping[str, tuple[str, str]], *, title: str, words: str) -> str:
    """The figure as SVG, with words for those who do not see it.

    Args:
        colours: placeholder, to its value on a light page and on a dark one.
    """
    file = io.StringIO()
    figure.savefig(
        file, format="svg", transparent=True, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type"))
    )
    svg = file.getvalue()
    names = {placeholder: f"--c{n}" for n, placeholder in enumerate(colours)}
    for placeholder, name in names.items():
        svg = svg.replace(placeholder, f"var({name})")
    light, dark = (
        "".join(f"{names[placeholder]}:{pair[side]};" for placeholder, pair in colours.items())
        for side in (0, 1)
    )
    head = (
        f"<title>{escape(title)}</title>"
        f"<desc>{escape(words)}</desc>"
        f"<style>svg{{{light}}}@media(prefers-color-scheme:dark){{svg{{{dark}}}}}</style>"
    )
    start = svg.index("<svg")
    end = svg.index(">", start)
    lines = f'{svg[start:end]} role="img">{head}{svg[end + 1 :]}'.splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


def main(description: str | None, draw: Callable[[dict[str, Any]], str]) -> None:
    """RESULTS.json to PICTURE.svg."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("picture", type=Path)
    given = parser.parse_args()
    given.picture.write_text(draw(json.loads(given.results.read_text())))
