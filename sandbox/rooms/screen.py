"""What runs and terminals have shown, as far as it is on disk: for pages that come later. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.core import events as ev
from sandbox.rooms.scrollback import Scrollback
from sandbox.rooms.text_frames import size


@dataclass(frozen=True, slots=True)
class SoFar:
    """How much had been shown at some moment."""

    outputs: Mapping[int, int] = field(default_factory=dict)
    """How many of each run."""
    terminal: str = ""


@dataclass(slots=True)
class Screen:
    outputs: dict[int, list[ev.ShownOutput]] = field(default_factory=dict)
    """By run."""
    scrollback: Scrollback = field(default_factory=Scrollback)
    output_chars: int = 0

    def add(self, run: int, outputs: Sequence[ev.ShownOutput]) -> int:
        """The place of the first of them among the run's outputs."""
        shown = self.outputs.setdefault(run, [])
        start = len(shown)
        shown.extend(outputs)
        self.output_chars += sum(map(size, outputs))
        return start

    def so_far(self) -> SoFar:
        counts = {run: len(shown) for run, shown in self.outputs.items()}
        return SoFar(counts, self.scrollback.text())
