"""The report of one interview, made anew from the log each time it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.core import events as ev
from sandbox.core.chain import Chain, verify
from sandbox.core.evolve import evolve
from sandbox.core.integrity_view import IntegrityView, integrity_views
from sandbox.core.interview import Interview
from sandbox.core.judgement_view import JudgementView, judgement_view
from sandbox.core.live import Live
from sandbox.core.matching import Supported, supported
from sandbox.core.materials import Exhibit
from sandbox.core.panel_view import (
    NoteView,
    OtherMark,
    PanelView,
    SuggestionView,
    note_views,
    panel_view,
    suggestion_view,
)
from sandbox.core.scoring import (
    PROGRESS_THRESHOLD,
    Suggestion,
    suggest_engineering,
    suggest_research,
    ticked,
)
from sandbox.core.summary import InterviewSummary, summarise
from sandbox.core.timeline import Moment, timeline
from sandbox.core.topics import Discussed, discussed
from sandbox.core.unseen import unseen_gain
from sandbox.core.work_view import BenchReport, RunView, TestReport, bench_report, run_views, test_report
from sandbox.rooms.shared_document import SharedDocument
from sandbox.service.catalogue import Catalogue
from sandbox.service.mine import MyContest, contests
from sandbox.store.log import EventLog, entry
from wire.base import Wire
from wire.challenge import Axis, Finding, Rubric


class AxisReport(Wire):
    suggested: SuggestionView | None
    """None for a rater who has not marked."""
    marks: tuple[OtherMark, ...]
    """As far as the reader may see them."""
    ticked: tuple[Finding, ...]
    ticked_at: dict[str, int]
    """When, epoch ms, by the finding's id."""
    rubric: Rubric


class Axes(Wire):
    engineering: AxisReport
    research: AxisReport


class Review(Wire):
    summary: str
    comments: tuple[ev.Comment, ...]
    exhibit: Exhibit
    supported: tuple[Supported, ...]
    """Where the review may support a finding; suggestions, never a score."""


class ChainView(Wire):
    events: int
    head: str
    intact: bool


class Report(Wire):
    interview: InterviewSummary
    now: int
    starts_at: int
    """Epoch ms: when somebody first came. The replay counts from it."""
    progress_threshold: int
    axes: Axes
    panel: PanelView
    topics: tuple[Discussed, ...]
    """Of the probe's rubric, with what the judge measured; no score follows from them."""
    judgement: JudgementView | None
    unseen: str
    """How much speed a cheat could have gained unseen, in words; empty where nothing can be said."""
    review: Review
    files: tuple[ev.TextFile, ...]
    notes: tuple[NoteView, ...]
    runs: tuple[RunView, ...]
    tests: TestReport | None
    bench: BenchReport | None
    signals: tuple[IntegrityView, ...]
    """Facts with their times, for a conversation; no score follows from them."""
    timeline: tuple[Moment, ...]
    contests: tuple[MyContest, ...]
    chain: ChainView


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """What one interview's log says, read once."""

    interview: Interview
    entries: Sequence[ev.Entry]
    document: SharedDocument
    ticked_at: dict[str, int]
    """When each finding was ticked or unticked last, epoch ms."""
    starts_at: int
    """When somebody first came, epoch ms; when the interview was made, where nobody has."""
    chain: Chain


def fold(log: EventLog, interview: str) -> Folded:
    """Raises LookupError when there is no such interview, and StorageFault."""
    rows = log.links(interview)
    entries = [entry(row) for row in rows]
    state: Interview | None = None
    document = SharedDocument()
    ticked_at = dict[str, int]()
    starts_at: int | None = None
    for one in entries:
        state = evolve(state, one)
        if starts_at is None and isinstance(one.event, ev.Joined):
            starts_at = one.at_ms
        if isinstance(one.event, ev.FindingTicked):
            ticked_at[one.event.finding] = one.at_ms
        if isinstance(one.event, ev.DocumentUpdated):
            document.apply(one.event.update)
    if state is None:
        raise LookupError(interview)
    return Folded(
        interview=state,
        entries=entries,
        document=document,
        ticked_at=ticked_at,
        starts_at=state.created_at if starts_at is None else starts_at,
        chain=verify(rows),
    )


def make_report(
    told: Folded, catalogue: Catalogue, live: Live, *, now: int, reader: ev.Author = "host"
) -> Report:
    """For ``reader``, who sees others' marks once they are shown to everybody. ``now``: epoch ms."""
    state, document = told.interview, told.document
    judgement = state.deciding_judgement
    suggestion = state.marking.shows_suggestion(reader)
    return Report(
        interview=summarise(state),
        now=now,
        starts_at=told.starts_at,
        progress_threshold=PROGRESS_THRESHOLD,
        axes=_axes(state, catalogue, reader, told.ticked_at),
        panel=panel_view(state, reader),
        topics=discussed(catalogue.probe.rubric, state.ticks, judgement.scorecard if judgement else None),
        judgement=judgement_view(judgement, live, suggestion=suggestion) if judgement else None,
        unseen=unseen_gain(judgement.scorecard if judgement else None),
        review=_review(state, document, catalogue),
        files=_files(state, document, entry=catalogue.probe.challenge.entry),
        notes=note_views(state),
        runs=run_views(state.work),
        tests=test_report(state.work.tests),
        bench=bench_report(state.work.bench),
        signals=tuple(one for one in integrity_views(state) if one.kind not in ("joined", "left")),
        timeline=timeline(told.entries, suggestion=suggestion),
        contests=contests(state),
        chain=ChainView(events=told.chain.events, head=told.chain.head, intact=told.chain.intact),
    )


def _axes(state: Interview, catalogue: Catalogue, reader: ev.Author, ticked_at: dict[str, int]) -> Axes:
    engineering, research = catalogue.filter.rubric, catalogue.probe.rubric
    scorecard = state.latest_scorecard
    shown = panel_view(state, reader).marks

    def marks(axis: Axis) -> tuple[OtherMark, ...]:
        return tuple(one for one in shown if one.axis == axis)

    def suggestion(made: Suggestion) -> SuggestionView | None:
        return suggestion_view(made) if state.marking.shows_suggestion(reader) else None

    return Axes(
        engineering=AxisReport(
            suggested=suggestion(suggest_engineering(engineering, state.ticks)),
            marks=marks("engineering"),
            ticked=ticked(engineering, state.ticks),
            ticked_at={one.id: ticked_at[one.id] for one in ticked(engineering, state.ticks)},
            rubric=engineering,
        ),
        research=AxisReport(
            suggested=suggestion(suggest_research(research, state.ticks, scorecard)),
            marks=marks("research"),
            ticked=ticked(research, state.ticks),
            ticked_at={one.id: ticked_at[one.id] for one in ticked(research, state.ticks)},
            rubric=research,
        ),
    )


def _review(state: Interview, document: SharedDocument, catalogue: Catalogue) -> Review:
    """As filed when the filter ended, else as it stands."""
    filed = state.review
    summary = document.summary() if filed is None else filed.summary
    comments = document.comments() if filed is None else filed.comments
    return Review(
        summary=summary,
        comments=comments,
        exhibit=Exhibit(path=catalogue.filter.challenge.entry, text=catalogue.exhibit),
        supported=supported(catalogue.filter.rubric, comments, summary),
    )


def _files(state: Interview, document: SharedDocument, *, entry: str) -> tuple[ev.TextFile, ...]:
    """As submitted, else as they stand; what is judged comes first."""
    if state.submission is not None:
        files = state.submission.files
    else:
        files = tuple(ev.TextFile(path=path, text=text) for path, text in document.files().items())
    return tuple(sorted(files, key=lambda file: (file.path != entry, file.path)))
