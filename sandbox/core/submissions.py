"""What was handed in, and what the judge was asked and answered. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sandbox.core import events as ev
from wire.scorecard import Scorecard


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    sha256: str
    at: int
    files: tuple[ev.TextFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    id: int
    at: int
    sha256: str
    by: Literal["submit", "interviewer"]
    budget: ev.Budget
    seed: int
    files: tuple[ev.TextFile, ...]
    scorecard: Scorecard | None = None
    fault: str = ""

    @property
    def open(self) -> bool:
        return self.scorecard is None and not self.fault


Judgements = tuple[Judgement, ...]
"""In the order in which they were asked for."""
JudgementEvent = ev.JudgementQueued | ev.JudgementMade | ev.JudgementFailed | ev.SubmissionUnreadable


def evolve(judgements: Judgements, event: JudgementEvent, at: int) -> Judgements:
    """``at``: epoch ms."""
    match event:
        case ev.JudgementQueued():
            queued = Judgement(
                id=event.judgement,
                at=at,
                sha256=event.sha256,
                by=event.by,
                budget=event.budget,
                seed=event.seed,
                files=event.files,
            )
            return (*judgements, queued)
        case ev.JudgementMade(judgement=number, scorecard=scorecard):
            return _ended(judgements, number, scorecard=scorecard)
        case ev.JudgementFailed(judgement=number, fault=fault):
            return _ended(judgements, number, fault=fault or "The judge failed without saying why.")
        case ev.SubmissionUnreadable(judgement=number, reason=reason):
            return _ended(judgements, number, fault=reason or "The judge could not read the files.")


def is_of_submission(judgements: Judgements, number: int) -> bool:
    """Whether the candidate's submitting asked for that judgement."""
    return any(one.id == number and one.by == "submit" for one in judgements)


def deciding(judgements: Judgements, submission: Submission | None) -> Judgement | None:
    """The judgement of the submission that stands, or else the last one."""
    of_submission = [
        one
        for one in judgements
        if submission is not None and one.by == "submit" and one.sha256 == submission.sha256
    ]
    relevant = of_submission or judgements
    return relevant[-1] if relevant else None


def latest_scorecard(judgements: Judgements, submission: Submission | None) -> Scorecard | None:
    """Of the submission if it was judged, else of the last judgement that has one."""
    judged = deciding(judgements, submission)
    if judged is not None and judged.scorecard is not None:
        return judged.scorecard
    return next((one.scorecard for one in reversed(judgements) if one.scorecard is not None), None)


def _ended(
    judgements: Judgements, number: int, *, scorecard: Scorecard | None = None, fault: str = ""
) -> Judgements:
    return tuple(
        replace(one, scorecard=scorecard, fault=fault) if one.id == number else one for one in judgements
    )
