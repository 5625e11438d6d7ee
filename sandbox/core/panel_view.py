"""What the panel writes and suggests, as one of them sees it. Pure; field names are the protocol's."""

from __future__ import annotations

from sandbox.core import events as ev
from sandbox.core.interview import Interview
from sandbox.core.marks import Mark
from sandbox.core.scoring import Suggestion
from wire.base import Wire
from wire.challenge import Axis


class NoteView(Wire):
    id: int
    at: int
    stage: ev.Stage
    text: str
    author: ev.Author
    by: str


class MarkView(Wire):
    score: int
    reason: str
    by: str
    at: int


class Marks(Wire):
    engineering: MarkView | None
    research: MarkView | None


class OtherMark(MarkView):
    axis: Axis
    blind: bool


class TotalView(Wire):
    value: float
    low: float
    high: float
    """One standard error around it."""
    progresses: bool


class DecisionView(Wire):
    outcome: ev.Outcome
    name: str
    reason: str
    at: int


class PanelView(Wire):
    """Where the panel's marking stands, as one viewer may know it."""

    marks: tuple[OtherMark, ...]
    """Everybody's, once they are shown; before that the viewer's own."""
    waiting_for: tuple[str, ...]
    """Names of those who have not marked both axes."""
    shown: bool
    asks: tuple[str, ...]
    total: TotalView | None
    decision: DecisionView | None


class SuggestionView(Wire):
    score: int | None
    because: tuple[str, ...]


class Suggestions(Wire):
    engineering: SuggestionView
    research: SuggestionView


def note_views(interview: Interview) -> tuple[NoteView, ...]:
    return tuple(
        NoteView(
            id=one.id,
            at=one.at,
            stage=one.stage,
            text=one.text,
            author=one.author,
            by=interview.name_of(one.author),
        )
        for one in interview.notes
    )


def mark_view(mark: Mark | None) -> MarkView | None:
    return MarkView(score=mark.score, reason=mark.reason, by=mark.by, at=mark.at) if mark else None


def panel_view(interview: Interview, viewer: ev.Author) -> PanelView:
    """``viewer``: an author; ``host`` sees what is shown to everybody."""
    marking = interview.marking
    total, decision = marking.total, interview.decision
    return PanelView(
        marks=tuple(
            OtherMark(
                score=one.score, reason=one.reason, by=one.by, at=one.at, axis=one.axis, blind=one.blind
            )
            for one in interview.standing_marks
            if marking.shows(viewer, one.author)
        ),
        waiting_for=tuple(interview.name_of(one) for one in marking.raters if one not in marking.filed),
        shown=marking.revealed,
        asks=marking.asks,
        total=TotalView(value=total.value, low=total.low, high=total.high, progresses=total.progresses)
        if total is not None
        else None,
        decision=DecisionView(
            outcome=decision.outcome, name=decision.name, reason=decision.reason, at=decision.at
        )
        if decision
        else None,
    )


def suggestion_view(suggestion: Suggestion) -> SuggestionView:
    return SuggestionView(score=suggestion.score, because=suggestion.because)
