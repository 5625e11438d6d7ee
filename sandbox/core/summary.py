"""One line of the host's list. Pure."""

from __future__ import annotations

from sandbox.core.events import Stage
from sandbox.core.interview import Interview
from sandbox.core.scoring import total
from wire.base import Wire


class InterviewSummary(Wire):
    id: str
    candidate_name: str
    interviewer_name: str
    created_at: int
    stage: Stage
    total: int | None
    report: bool
    """Whether there is anything to report: the filter has begun."""


def summarise(interview: Interview) -> InterviewSummary:
    return InterviewSummary(
        id=interview.id,
        candidate_name=interview.candidate_name,
        interviewer_name=interview.interviewer_name,
        created_at=interview.created_at,
        stage=interview.stage,
        total=marks_total(interview),
        report=interview.stage != "lobby",
    )


def marks_total(interview: Interview) -> int | None:
    engineering, research = interview.mark("engineering"), interview.mark("research")
    return total(engineering.score if engineering else None, research.score if research else None)
