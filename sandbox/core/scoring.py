"""What the evidence suggests on each axis. A person confirms it or overrides it. Pure.

Engineering rests on the lines that the interviewer ticked. Research rests on the judge's suggestion, and
ticked red flags can only lower it: what was heard never outweighs what was measured.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from wire.challenge import Finding, Rubric
from wire.scorecard import Scorecard

PROGRESS_THRESHOLD = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    score: int | None
    because: tuple[str, ...]


def ticked(rubric: Rubric, ticks: Collection[str]) -> tuple[Finding, ...]:
    """In the rubric's order, which is not the order of ticking."""
    return tuple(finding for finding in rubric.findings if finding.id in ticks)


def suggest_engineering(rubric: Rubric, ticks: Collection[str]) -> Suggestion:
    """The highest level that two ticked lines reach, and at most what the ticked red flags leave open.

    Two, because one remark can be luck; where a single line is ticked it counts one level lower.
    """
    heard = [finding for finding in ticked(rubric, ticks) if not finding.red_flag]
    flags = [finding for finding in ticked(rubric, ticks) if finding.red_flag]
    if not heard and not flags:
        return Suggestion(score=None, because=("Nothing is ticked yet.",))
    levels = sorted((finding.level for finding in heard), reverse=True)
    score = levels[1] if len(levels) > 1 else max((levels[0] if levels else 0) - 1, 0)
    because = [
        f"Level {finding.level}: {finding.text}" for finding in sorted(heard, key=lambda one: -one.level)
    ]
    return _capped(score, flags, because)


def suggest_research(rubric: Rubric, ticks: Collection[str], scorecard: Scorecard | None) -> Suggestion:
    """The judge's suggestion and its reasons, then what was ticked."""
    heard = [finding for finding in ticked(rubric, ticks) if not finding.red_flag]
    flags = [finding for finding in ticked(rubric, ticks) if finding.red_flag]
    lines = [f"Heard, level {finding.level}: {finding.text}" for finding in heard]
    if scorecard is None:
        return Suggestion(score=None, because=("Nothing has been judged yet.", *lines))
    return _capped(scorecard.score.suggested, flags, [*scorecard.score.because, *lines])


def _capped(score: int, flags: list[Finding], because: list[str]) -> Suggestion:
    lines = [f"Red flag, at most {flag.level}: {flag.text}" for flag in flags]
    return Suggestion(score=min([score, *(flag.level for flag in flags)]), because=(*lines, *because))
