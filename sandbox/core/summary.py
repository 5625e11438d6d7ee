"""One line of the host's list. Pure."""

from __future__ import annotations

from sandbox.core.events import Outcome, Stage
from sandbox.core.interview import Interview
from wire.base import Wire


class InterviewSummary(Wire):
    id: str
    candidate_name: str
    interviewer_name: str
    created_at: int
    stage: Stage
    total: float | None
    """None until all marks are filed."""
    decision: Outcome | None
    contested: bool
    """Whether the candidate waits for an answer."""
    deletion_asked: bool
    report: bool
    """Whether there is anything to report: the filter has begun."""
    synthetic: bool
    """Made up, to see the pages full."""


def summarise(interview: Interview) -> InterviewSummary:
    marking = interview.marking
    return InterviewSummary(
        id=interview.id,
        candidate_name=interview.candidate_name,
        interviewer_name=interview.interviewer_name,
        created_at=interview.created_at,
        stage=interview.stage,
        total=marking.total.value if marking.total else None,
        decision=interview.decision.outcome if interview.decision else None,
        contested=interview.rights.contested,
        deletion_asked=interview.rights.deletion_asked_at is not None,
        report=interview.stage != "lobby",
        synthetic=interview.synthetic,
    )
