"""The candidate's own page: what was recorded, how it was decided and why, and what they asked for."""

from __future__ import annotations

from sandbox.core import events as ev
from sandbox.core.evolve import evolve
from sandbox.core.interview import Interview
from sandbox.core.panel_marks import AXES
from sandbox.core.recorded import lines
from sandbox.core.retention import DAY_US, in_words
from sandbox.service.catalogue import Catalogue
from sandbox.store.log import EventLog
from wire.base import Wire
from wire.challenge import Axis


class MyAnswer(Wire):
    at: int
    name: str
    text: str


class MyContest(Wire):
    at: int
    text: str
    answer: MyAnswer | None


class MyMark(Wire):
    """Without who gave it: what counts is the reason."""

    axis: Axis
    score: int
    level: str
    """The title of that score on the scale that was written down in advance."""
    reason: str


class MyVerdict(Wire):
    check: str
    status: str
    summary: str


class MyDecision(Wire):
    """What explains the outcome. ``name``: who decided, and so answers for it."""

    outcome: ev.Outcome
    reason: str
    name: str
    at: int
    total: float | None
    marks: tuple[MyMark, ...]
    verdicts: tuple[MyVerdict, ...]


class Mine(Wire):
    id: str
    candidate_name: str
    interviewer_name: str
    created_at: int
    finished: bool
    consented_at: int | None
    recorded: tuple[str, ...]
    kept: str
    deleted_at: int | None
    """When the policy deletes it, epoch ms; None while it does not."""
    decision: MyDecision | None
    contests: tuple[MyContest, ...]
    can_contest: bool
    deletion_asked_at: int | None


def contests(interview: Interview) -> tuple[MyContest, ...]:
    return tuple(
        MyContest(
            at=one.at,
            text=one.text,
            answer=MyAnswer(at=one.answer.at, name=one.answer.name, text=one.answer.text)
            if one.answer
            else None,
        )
        for one in interview.rights.contests
    )


def make_mine(log: EventLog, catalogue: Catalogue, interview: str, keep_days: int | None) -> Mine:
    """Raises LookupError and StorageFault."""
    state: Interview | None = None
    consented_at = ended_us = None
    for one in log.entries(interview, without=ev.BULKY):
        state = evolve(state, one)
        if isinstance(one.event, ev.Consented):
            consented_at = one.at_ms
        elif one.event == ev.StageMoved(stage="finished"):
            ended_us = one.at_us
    if state is None:
        raise LookupError(interview)
    policy = keep_days is not None and ended_us is not None
    return Mine(
        id=state.id,
        candidate_name=state.candidate_name,
        interviewer_name=state.interviewer_name,
        created_at=state.created_at,
        finished=state.stage == "finished",
        consented_at=consented_at,
        recorded=lines(),
        kept=in_words(keep_days),
        deleted_at=((ended_us or 0) + (keep_days or 0) * DAY_US) // 1000 if policy else None,
        decision=_decision(state, catalogue),
        contests=contests(state),
        can_contest=state.decision is not None and not state.rights.contested,
        deletion_asked_at=state.rights.deletion_asked_at,
    )


def _decision(state: Interview, catalogue: Catalogue) -> MyDecision | None:
    if (decision := state.decision) is None:
        return None
    rubrics = {"engineering": catalogue.filter.rubric, "research": catalogue.probe.rubric}
    total, judgement = state.marking.total, state.deciding_judgement
    verdicts = judgement.scorecard.verdicts if judgement and judgement.scorecard else ()
    counted = set(state.marking.filed)
    return MyDecision(
        outcome=decision.outcome,
        reason=decision.reason,
        name=decision.name,
        at=decision.at,
        total=total.value if total else None,
        marks=tuple(
            MyMark(
                axis=one.axis,
                score=one.score,
                level=rubrics[one.axis].levels[one.score].title,
                reason=one.reason,
            )
            for axis in AXES
            for one in state.standing_marks
            if one.axis == axis and one.author in counted
        ),
        verdicts=tuple(
            MyVerdict(check=one.check, status=one.status.value, summary=one.summary) for one in verdicts
        ),
    )
