"""What leaves the house once a decision is made: a small closed record. Pure.

It names the candidate, what was decided and what it rests on. The candidate's code, the panel's notes and
reasons, and whatever of the judge is hidden have no field here.
"""

from __future__ import annotations

from sandbox.core.events import Outcome, Sha256
from sandbox.core.interview import Interview
from wire.base import Wire
from wire.scorecard import CheckName, Status


class Challenge(Wire):
    slug: str
    version: int


class CheckStatus(Wire):
    check: CheckName
    status: Status


class Result(Wire):
    """Of an interview that was decided."""

    interview: str
    reference: str
    """What the applicant tracking system calls it, as given when the interview was made; may be empty."""
    candidate: str
    outcome: Outcome
    decided_by: str
    reason: str
    decided_at: int
    """Epoch ms."""
    total: float
    """Of 10."""
    total_low: float
    total_high: float
    """One standard error around it."""
    challenges: tuple[Challenge, ...]
    submission_sha256: Sha256 | None
    """None where nothing was submitted."""
    verdicts: tuple[CheckStatus, ...]
    report_url: str


def result_of(interview: Interview, *, report_url: str) -> Result | None:
    """None while there is no decision."""
    decision, total = interview.decision, interview.marking.total
    if decision is None or total is None:
        return None
    judgement = interview.deciding_judgement
    scorecard = judgement.scorecard if judgement else None
    return Result(
        interview=interview.id,
        reference=interview.reference,
        candidate=interview.candidate_name,
        outcome=decision.outcome,
        decided_by=decision.name,
        reason=decision.reason,
        decided_at=decision.at,
        total=total.value,
        total_low=total.low,
        total_high=total.high,
        challenges=tuple(
            Challenge(slug=one.slug, version=one.version) for one in (interview.filter, interview.probe)
        ),
        submission_sha256=interview.submission.sha256 if interview.submission else None,
        verdicts=tuple(
            CheckStatus(check=one.check, status=one.status)
            for one in (scorecard.verdicts if scorecard else ())
        ),
        report_url=report_url,
    )
