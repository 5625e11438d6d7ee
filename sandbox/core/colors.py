"""By which colour people are told apart. Pure."""

from __future__ import annotations

from sandbox.core.events import Author

CANDIDATE_COLOR = "#d0762c"
PANEL_COLORS = ("#4a7bd0", "#8a56c2", "#2f8f6b", "#c2456b", "#7a7a1f", "#2b8fa8", "#a8562b", "#5b5bd6")
"""Far enough apart to be told apart, and from the candidate's."""


def color_of(author: Author) -> str:
    if author == "candidate":
        return CANDIDATE_COLOR
    number = author.partition("/")[2]
    return PANEL_COLORS[int(number or 0) % len(PANEL_COLORS)]
