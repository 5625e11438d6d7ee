"""The subjects of the discussion: which came up, and what the judge measured about each. Pure.

To look at beside what was said. Nothing is scored here: marks are people's, and suggestions rest on findings
and verdicts.
"""

from __future__ import annotations

from collections.abc import Collection

from wire.base import Wire
from wire.challenge import Rubric, TopicFigure
from wire.scorecard import Measurement, Scorecard


class Figure(Wire):
    """A measurement of the judge, under the topic's own name for it."""

    label: str
    value: float
    low: float
    high: float
    unit: str


class Discussed(Wire):
    topic: str
    """Its id in the rubric."""
    ticked: tuple[str, ...]
    """Which of its findings are; none means that it did not come up, or that nobody noted it."""
    figures: tuple[Figure, ...]
    """Those that the judge could measure; none before a judgement."""


def discussed(rubric: Rubric, ticks: Collection[str], scorecard: Scorecard | None) -> tuple[Discussed, ...]:
    """Every topic of the rubric, in its order."""
    return tuple(
        Discussed(
            topic=topic.id,
            ticked=tuple(finding for finding in topic.findings if finding in ticks),
            figures=tuple(
                _figure(wanted, found)
                for wanted in topic.measured
                if (found := _measurement(scorecard, wanted)) is not None
            ),
        )
        for topic in rubric.topics
    )


def _figure(wanted: TopicFigure, found: Measurement) -> Figure:
    return Figure(label=wanted.label, value=found.value, low=found.low, high=found.high, unit=found.unit)


def _measurement(scorecard: Scorecard | None, wanted: TopicFigure) -> Measurement | None:
    verdicts = scorecard.verdicts if scorecard else ()
    found = (one for verdict in verdicts if verdict.check == wanted.check for one in verdict.measurements)
    return next((one for one in found if one.name == wanted.name), None)
