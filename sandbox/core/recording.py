"""The log of an interview as tracks that a player can go through both ways. Pure.

Times are milliseconds from ``starts_at``; what happened before it, such as the making of the interview, is at
0. Every track is in the order of time. Field names are the protocol's (docs/protocol.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from sandbox.core import events as ev
from sandbox.core.access import role_of
from sandbox.core.evolve import evolve
from sandbox.core.interview import Interview
from sandbox.core.markers import Marker, marker, tests_in_words
from sandbox.core.materials import FilterMaterials, ProbeMaterials
from sandbox.core.places import Move
from sandbox.core.room_events import Said
from sandbox.core.splices import Change, TextChanged, TextName, TextShown
from sandbox.core.terminal_text import Neutraliser
from sandbox.core.timeline import TYPING_GAP_MS, describe
from sandbox.core.tool_claims import BenchRow, BenchText, TestCase, TokenStrip
from sandbox.core.view import Header
from sandbox.core.work_view import RunView, run_views
from wire.base import Wire

TerminalEvent = Annotated[
    ev.TerminalOpened | ev.TerminalShown | ev.TerminalResized | ev.TerminalClosed, Field(discriminator="kind")
]


class RecordedText(Wire):
    kind: Literal["file", "comment", "summary"]
    name: str
    line: int


class RecordedPerson(Wire):
    role: str
    name: str


class RecordedNote(Wire):
    """A note was written or changed; an empty text deletes it."""

    ms: int
    id: int
    stage: ev.Stage
    text: str


class RecordedMark(Wire):
    ms: int
    axis: str
    score: int
    reason: str


class RecordedClock(Wire):
    """The clock from ``ms`` on."""

    ms: int
    minutes: int
    used_ms: int
    """Used at ``ms``."""
    running: bool


class RecordedMoment(Wire):
    """One line of the list beside the player."""

    seq: int
    ms: int
    kind: str
    author: ev.Author
    text: str
    marker: Marker | None


class Recording(Wire):
    interview: Header
    live: bool
    """The interview goes on: there will be more."""
    starts_at: int
    """Epoch ms: when somebody first came."""
    length_ms: int
    people: tuple[RecordedPerson, ...]
    """Named by their place in here."""
    texts: tuple[RecordedText, ...]
    """Named by their place in here."""
    shown: tuple[tuple[int, int, bool], ...]
    """ms, text, whether it is there from then on."""
    splices: tuple[tuple[int, int, int, int, str, str], ...]
    """ms, person, text, position in UTF-16 code units, deleted, inserted."""
    cursors: tuple[tuple[int, int, str | None, int | None, int | None], ...]
    """ms, person, open file, anchor, head."""
    present: tuple[tuple[int, int, bool], ...]
    """ms, person, whether they are there from then on."""
    stages: tuple[tuple[int, ev.Stage], ...]
    clocks: tuple[RecordedClock, ...]
    runs: tuple[RunView, ...]
    """With epoch ms, as in a view."""
    outputs: tuple[tuple[int, int, ev.ShownOutput], ...]
    """ms, run, output."""
    cases: tuple[tuple[int, int, TestCase], ...]
    rows: tuple[tuple[int, int, BenchRow], ...]
    strips: tuple[tuple[int, int, TokenStrip], ...]
    bench_texts: tuple[tuple[int, int, BenchText], ...]
    tool_errors: tuple[tuple[int, int, str], ...]
    """ms, run, why the tool could not go on."""
    terminal: tuple[tuple[int, TerminalEvent], ...]
    """All that the candidate's terminals did, one after another: opening one ends what was shown before."""
    typists: tuple[tuple[int, int], ...]
    """ms, person whose keys the terminal gets from then on; before the first the candidate's."""
    notes: tuple[RecordedNote, ...]
    ticks: tuple[tuple[int, str, bool], ...]
    marks: tuple[RecordedMark, ...]
    said: tuple[tuple[int, int, str], ...]
    """ms, person, message in the chat."""
    moments: tuple[RecordedMoment, ...]
    filter: FilterMaterials
    probe: ProbeMaterials


@dataclass(slots=True)
class Recorder:
    """Folds a log, entry by entry."""

    suggestion: bool
    """Whether the reader may see what the machine suggests (`Panel.shows_suggestion`)."""
    interview: Interview | None = None
    _starts_us: int | None = None
    _ends_us: int = 0
    _typed_us: int = 0
    _terminal_us: int = 0
    _neutral: Neutraliser = field(default_factory=Neutraliser)
    _people: dict[tuple[str, str], int] = field(default_factory=dict)
    _texts: dict[TextName, int] = field(default_factory=dict)
    _shown: list[tuple[int, int, bool]] = field(default_factory=list)
    _splices: list[tuple[int, int, int, int, str, str]] = field(default_factory=list)
    _cursors: list[tuple[int, int, str | None, int | None, int | None]] = field(default_factory=list)
    _present: list[tuple[int, int, bool]] = field(default_factory=list)
    _stages: list[tuple[int, ev.Stage]] = field(default_factory=list)
    _clocks: list[RecordedClock] = field(default_factory=list)
    _outputs: list[tuple[int, int, ev.ShownOutput]] = field(default_factory=list)
    _cases: list[tuple[int, int, TestCase]] = field(default_factory=list)
    _rows: list[tuple[int, int, BenchRow]] = field(default_factory=list)
    _strips: list[tuple[int, int, TokenStrip]] = field(default_factory=list)
    _bench_texts: list[tuple[int, int, BenchText]] = field(default_factory=list)
    _tool_errors: list[tuple[int, int, str]] = field(default_factory=list)
    _terminal: list[tuple[int, TerminalEvent]] = field(default_factory=list)
    _typists: list[tuple[int, int]] = field(default_factory=list)
    _notes: list[RecordedNote] = field(default_factory=list)
    _ticks: list[tuple[int, str, bool]] = field(default_factory=list)
    _marks: list[RecordedMark] = field(default_factory=list)
    _said: list[tuple[int, int, str]] = field(default_factory=list)
    _moments: list[RecordedMoment] = field(default_factory=list)

    def take(self, entry: ev.Entry, changes: Iterable[Change] = (), moves: Iterable[Move] = ()) -> None:
        """The next entry. ``changes``: of texts, for a document update. ``moves``: for a pack of cursors."""
        before = self.interview
        after = self.interview = evolve(before, entry)
        if before is not None and before.stage == "finished" and isinstance(entry.event, ev.Joined | ev.Left):
            return  # who reads in a room that is over does not make the interview longer
        if self._starts_us is None and isinstance(entry.event, ev.Joined):
            self._starts_us = entry.at_us
        self._ends_us = entry.at_us
        ms = self._ms(entry.at_us)
        match entry.event:
            case ev.DocumentUpdated():
                self._take_changes(ms, self._author(entry, after), changes)
                self._notice_typing(entry, ms)
            case ev.CursorsMoved():
                for move in moves:
                    self._take_move(move)
            case ev.TerminalShown() as shown:
                self._take_terminal_text(ms, shown, entry, after)
            case event:
                self._take_event(ms, event, entry, after)
        if before is None or (before.clock, before.outages) != (after.clock, after.outages):
            self._clocks.append(_clock(after, entry.at_ms, ms))

    def _ms(self, at_us: int) -> int:
        return 0 if self._starts_us is None else max(0, (at_us - self._starts_us) // 1000)

    def _person(self, role: str, name: str) -> int:
        return self._people.setdefault((role, name), len(self._people))

    def _author(self, entry: ev.Entry, interview: Interview) -> int:
        return self._person(role_of(entry.author), interview.name_of(entry.author))

    def _take_changes(self, ms: int, person: int, changes: Iterable[Change]) -> None:
        for change in changes:
            text = self._texts.setdefault(change.text, len(self._texts))
            match change:
                case TextChanged(splice=splice):
                    self._splices.append((ms, person, text, splice.position, splice.deleted, splice.inserted))
                case TextShown(shown=shown):
                    self._shown.append((ms, text, shown))

    def _take_move(self, move: Move) -> None:
        place = move.place
        person = self._person(place.role, place.name)
        self._cursors.append((self._ms(move.at_ms * 1000), person, place.file, place.anchor, place.head))

    def _notice_typing(self, entry: ev.Entry, ms: int) -> None:
        if entry.author == "candidate" and entry.at_us - self._typed_us > TYPING_GAP_MS * 1000:
            self._note_moment(entry, ms, "typing", "The candidate types.", None)
        self._typed_us = entry.at_us

    def _take_terminal_text(
        self, ms: int, shown: ev.TerminalShown, entry: ev.Entry, after: Interview
    ) -> None:
        """Neutralised again: a log can come from a file, and then nobody has."""
        self._terminal.append((ms, ev.TerminalShown(text=self._neutral.feed(shown.text))))
        if entry.at_us - self._terminal_us > TYPING_GAP_MS * 1000:
            self._note_moment(entry, ms, shown.kind, "The terminal prints.", marker(shown, after))
        self._terminal_us = entry.at_us

    def _note_moment(self, entry: ev.Entry, ms: int, kind: str, text: str, mark: Marker | None) -> None:
        self._moments.append(
            RecordedMoment(seq=entry.seq, ms=ms, kind=kind, author=entry.author, text=text, marker=mark)
        )

    def _take_event(self, ms: int, event: ev.Event, entry: ev.Entry, after: Interview) -> None:
        match event:
            case ev.StageMoved(stage=stage):
                self._stages.append((ms, stage))
            case ev.OutputsShown(run=run, outputs=outputs):
                self._outputs += ((ms, run, output) for output in outputs)
            case ev.TestCaseReported(run=run, case=case):
                self._cases.append((ms, run, case))
            case ev.BenchRowReported(run=run, row=row):
                self._rows.append((ms, run, row))
            case ev.TokenStripReported(run=run, strip=strip):
                self._strips.append((ms, run, strip))
            case ev.BenchTextReported(run=run, text=text):
                self._bench_texts.append((ms, run, text))
            case ev.TerminalOpened():
                self._terminal.append((ms, event))
                self._terminal_us, self._neutral = entry.at_us, Neutraliser()
                if self._typists:
                    self._typists.append((ms, self._author(entry, after)))
            case ev.TerminalTyped():
                self._typists.append((ms, self._author(entry, after)))
            case ev.TerminalResized() | ev.TerminalClosed():
                self._terminal.append((ms, event))
            case ev.ToolStopped(run=run) | ev.RunFinished(run=run):
                self._take_tool_error(ms, run, after)
            case ev.NoteAdded(note=note, text=text):
                self._notes.append(RecordedNote(ms=ms, id=note, stage=after.stage, text=text))
            case ev.NoteEdited(note=note, text=text):
                self._notes.append(RecordedNote(ms=ms, id=note, stage=after.stage, text=text))
            case ev.FindingTicked(finding=finding, on=on):
                self._ticks.append((ms, finding, on))
            case ev.Marked(axis=axis, score=score, reason=reason):
                self._marks.append(RecordedMark(ms=ms, axis=axis, score=score, reason=reason))
            case Said(text=text):
                self._said.append((ms, self._author(entry, after), text))
            case ev.Joined() | ev.Left():
                person = self._author(entry, after)
                self._present.append((ms, person, isinstance(event, ev.Joined)))
        words = tests_in_words(event, after) or describe(entry, suggestion=self.suggestion)
        if words is not None:
            self._note_moment(entry, ms, event.kind, words, marker(event, after))

    def _take_tool_error(self, ms: int, run: int, after: Interview) -> None:
        report = after.work.report(run)
        if report is not None and report.error:
            self._tool_errors.append((ms, run, report.error))

    @property
    def moments(self) -> tuple[RecordedMoment, ...]:
        """What was worth a line so far."""
        return tuple(self._moments)

    def recording(self, filter: FilterMaterials, probe: ProbeMaterials, *, now: int) -> Recording:
        """What was taken so far; ``now`` (epoch ms) ends it while the interview goes on.

        Raises LookupError when nothing was.
        """
        interview = self.interview
        if interview is None:
            raise LookupError("an empty log")
        starts_us = self._ends_us if self._starts_us is None else self._starts_us
        live = interview.stage != "finished"
        ends_ms = max(self._ends_us // 1000, now if live else 0)
        return Recording(
            interview=Header(
                id=interview.id,
                candidate_name=interview.candidate_name,
                interviewer_name=interview.interviewer_name,
                created_at=interview.created_at,
            ),
            live=live,
            starts_at=starts_us // 1000,
            length_ms=max(0, ends_ms - starts_us // 1000),
            people=tuple(RecordedPerson(role=role, name=name) for role, name in self._people),
            texts=tuple(RecordedText(kind=one.kind, name=one.name, line=one.line) for one in self._texts),
            shown=tuple(self._shown),
            splices=tuple(self._splices),
            cursors=tuple(sorted(self._cursors, key=lambda move: move[0])),
            present=tuple(self._present),
            stages=tuple(self._stages),
            clocks=tuple(self._clocks),
            runs=run_views(interview.work),
            outputs=tuple(self._outputs),
            cases=tuple(self._cases),
            rows=tuple(self._rows),
            strips=tuple(self._strips),
            bench_texts=tuple(self._bench_texts),
            tool_errors=tuple(self._tool_errors),
            terminal=tuple(self._terminal),
            typists=tuple(self._typists),
            notes=tuple(self._notes),
            ticks=tuple(self._ticks),
            marks=tuple(self._marks),
            said=tuple(self._said),
            moments=self.moments,
            filter=filter,
            probe=probe,
        )


def _clock(interview: Interview, at_ms: int, ms: int) -> RecordedClock:
    clock = interview.clock
    return RecordedClock(
        ms=ms, minutes=clock.minutes, used_ms=interview.elapsed_ms(at_ms), running=clock.running
    )
