"""What the judge was asked and found, as one of the panel sees it. Pure; field names are the protocol's."""

from __future__ import annotations

from typing import Literal

from sandbox.core import events as ev
from sandbox.core.live import Live
from sandbox.core.submissions import Judgement
from wire.base import Wire
from wire.scorecard import Evidence, Progress, Score, Scorecard


class ShownScorecard(Evidence):
    """A scorecard as one viewer may know it."""

    score: Score | None
    """None for a rater who has not marked both axes: it is one more opinion."""


class JudgementView(Wire):
    id: int
    at: int
    sha256: str
    by: Literal["submit", "interviewer"]
    budget: ev.Budget
    state: Literal["queued", "running", "judged", "failed"]
    progress: Progress | None
    scorecard: ShownScorecard | None
    fault: str


def judgement_view(judgement: Judgement, live: Live, *, suggestion: bool) -> JudgementView:
    """``suggestion``: whether the viewer may see the machine's (`Panel.shows_suggestion`)."""
    return JudgementView(
        id=judgement.id,
        at=judgement.at,
        sha256=judgement.sha256,
        by=judgement.by,
        budget=judgement.budget,
        state=_judgement_state(judgement, live),
        progress=live.progress if live.judging == judgement.id else None,
        scorecard=_shown(judgement.scorecard, suggestion=suggestion) if judgement.scorecard else None,
        fault=judgement.fault,
    )


def _shown(scorecard: Scorecard, *, suggestion: bool) -> ShownScorecard:
    shown = ShownScorecard.model_validate(dict(scorecard))
    return shown if suggestion else shown.model_copy(update={"score": None})


def _judgement_state(judgement: Judgement, live: Live) -> Literal["queued", "running", "judged", "failed"]:
    if judgement.scorecard is not None:
        return "judged"
    if judgement.fault:
        return "failed"
    return "running" if live.judging == judgement.id else "queued"
