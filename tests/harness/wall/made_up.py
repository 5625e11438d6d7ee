"""Turns made up for tests of what is said about them."""

from __future__ import annotations

from collections.abc import Sequence

from harness.core.trial import Ended
from harness.wall.clocked import Clocked, LawOnText, Passes, Turn, WallRecord

TOKENS = 64


def plain(seconds: float = 0.32) -> Clocked:
    return Clocked(
        ended=Ended.RETURNED,
        tokens=TOKENS,
        wall_s=seconds,
        virtual_time=64_700_000,
        passes=(
            Passes(model="target", fed=1, count=63, seconds=0.9 * seconds),
            Passes(model="target", fed=48, count=1, seconds=0.02 * seconds),
        ),
    )


def speculative(seconds: float = 0.2, ended: Ended = Ended.RETURNED) -> Clocked:
    return Clocked(
        ended=ended,
        tokens=TOKENS if ended is Ended.RETURNED else 0,
        wall_s=seconds,
        virtual_time=30_000_000,
        passes=(
            Passes(model="draft", fed=1, count=80, seconds=0.3 * seconds),
            Passes(model="target", fed=5, count=20, seconds=0.5 * seconds),
        ),
    )


def record(ratios: Sequence[float], **changes: object) -> WallRecord:
    fields: dict[str, object] = {
        "pair": "made up",
        "vocab_size": 512,
        "num_speculative_tokens": 4,
        "max_new_tokens": TOKENS,
        "temperature": 1.0,
        "stopped": "out of time",
        "turns": tuple(Turn(plain=plain(0.2 * ratio), candidate=speculative()) for ratio in ratios),
        "law": LawOnText(tokens=2_000, log10_evidence=0.2, rejected=False),
    }
    return WallRecord(**(fields | changes))  # type: ignore[arg-type]
