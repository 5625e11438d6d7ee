"""A candidate's own data as one archive: what they did and what was recorded about them.

It is made of what is listed here and has no place for anything of the panel: no notes, ticks, suggestions,
names of raters, hidden prompts; marks and verdicts only as the explanation shows them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping

from sandbox.core import events as ev
from sandbox.core.access import role_of
from sandbox.core.evolve import evolve
from sandbox.core.integrity import Integrity
from sandbox.core.interview import Interview
from sandbox.core.room_events import Accommodations
from sandbox.core.splices import TextChanged
from sandbox.core.timeline import CANDIDATE_KINDS, Moment, timeline
from sandbox.core.tool_claims import BenchRow, BenchText, TestCase, TokenStrip
from sandbox.rooms.cursor_track import unpack
from sandbox.rooms.shared_document import SharedDocument
from sandbox.rooms.text_history import TextHistory
from sandbox.service.mine import Mine
from wire.base import Wire

_FILE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}\.py")
README = """What was recorded about you in this interview.

data.json         everything: files, edits, cursors, comments, runs with their outputs, chat, signals,
                  timeline; times are milliseconds since 1970-01-01 UTC, positions count UTF-16 code units
files/            your files as they stood last; submitted/ as you submitted them
terminal.txt      what terminals showed
explanation.html  marks, reasons and measurements, once a decision has been made

Notes of interviewers and the prompts that submissions are judged with are not in it.
"""


class OwnEdit(Wire):
    at: int
    text: str
    position: int
    deleted: str
    inserted: str


class OwnCursor(Wire):
    at: int
    file: str | None
    anchor: int | None
    head: int | None


class OwnRun(Wire):
    id: int
    kind: ev.RunKind
    label: str
    sha256: str
    at: int
    outcome: ev.RunOutcome | None
    finished_at: int | None
    outputs: tuple[ev.ShownOutput, ...]
    cases: tuple[TestCase, ...]
    rows: tuple[BenchRow, ...]
    strips: tuple[TokenStrip, ...]
    texts: tuple[BenchText, ...]


class OwnMessage(Wire):
    at: int
    by: str
    """A role: who of the panel wrote it is nobody's data but theirs."""
    text: str


class OwnSignal(Wire):
    at: int
    kind: str
    detail: str
    origin: str
    text: str
    lasted_ms: int | None


class OwnData(Wire):
    mine: Mine
    accommodations: Accommodations
    files: tuple[ev.TextFile, ...]
    submitted: tuple[ev.TextFile, ...]
    summary: str
    comments: tuple[ev.Comment, ...]
    edits: tuple[OwnEdit, ...]
    cursors: tuple[OwnCursor, ...]
    runs: tuple[OwnRun, ...]
    terminal: str
    chat: tuple[OwnMessage, ...]
    signals: tuple[OwnSignal, ...]
    timeline: tuple[Moment, ...]


class _Collected:
    """What is not in the interview's state."""

    def __init__(self) -> None:
        self.document, self._texts = SharedDocument(), TextHistory()
        self.edits, self.cursors = list[OwnEdit](), list[OwnCursor]()
        self.terminal = list[str]()
        self.outputs = dict[int, list[ev.ShownOutput]]()
        self.cases = dict[int, list[TestCase]]()
        self.rows = dict[int, list[BenchRow]]()
        self.strips = dict[int, list[TokenStrip]]()
        self.texts = dict[int, list[BenchText]]()

    def take(self, entry: ev.Entry) -> None:
        match entry.event:
            case ev.DocumentUpdated(update=update):
                self.document.apply(update)
                changes = self._texts.apply(update)
                if entry.author == "candidate":
                    self.edits += (_edit(entry.at_ms, one) for one in changes if isinstance(one, TextChanged))
            case ev.CursorsMoved(moves=moves):
                self.cursors += (
                    OwnCursor(at=one.at_ms, file=one.place.file, anchor=one.place.anchor, head=one.place.head)
                    for one in unpack(moves)
                    if one.place.role == "candidate"
                )
            case ev.OutputsShown(run=run, outputs=outputs):
                self.outputs.setdefault(run, []).extend(outputs)
            case ev.TestCaseReported(run=run, case=case):
                self.cases.setdefault(run, []).append(case)
            case ev.BenchRowReported(run=run, row=row):
                self.rows.setdefault(run, []).append(row)
            case ev.TokenStripReported(run=run, strip=strip):
                self.strips.setdefault(run, []).append(strip)
            case ev.BenchTextReported(run=run, text=text):
                self.texts.setdefault(run, []).append(text)
            case ev.TerminalShown(text=text):
                self.terminal.append(text)


def own_data(entries: Iterable[ev.Entry], mine: Mine) -> OwnData:
    """Raises LookupError for an empty log."""
    entries = list(entries)
    collected, state = _Collected(), None
    for one in entries:
        state = evolve(state, one)
        collected.take(one)
    if state is None:
        raise LookupError("an empty log")
    document, review = collected.document, state.review
    return OwnData(
        mine=mine,
        accommodations=state.accommodations,
        files=tuple(ev.TextFile(path=path, text=text) for path, text in document.files().items()),
        submitted=state.submission.files if state.submission else (),
        summary=document.summary() if review is None else review.summary,
        comments=document.comments() if review is None else review.comments,
        edits=tuple(collected.edits),
        cursors=tuple(collected.cursors),
        runs=_runs(state, collected),
        terminal="".join(collected.terminal),
        chat=tuple(OwnMessage(at=one.at, by=role_of(one.author), text=one.text) for one in state.chat),
        signals=tuple(_signal(one) for one in state.integrity if _is_theirs(one)),
        timeline=tuple(one for one in timeline(entries, suggestion=False) if one.kind in CANDIDATE_KINDS),
    )


def archive(data: OwnData, explanation: str) -> bytes:
    """As a zip. ``explanation``: a page, or empty before a decision."""
    texts: Mapping[str, str] = {
        "README.txt": README,
        "data.json": data.model_dump_json(indent=1),
        "terminal.txt": data.terminal,
        **({"explanation.html": explanation} if explanation else {}),
        **_named("files", data.files),
        **_named("submitted", data.submitted),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in texts.items():
            file.writestr(name, text.encode("utf-8", "surrogatepass"))
    return packed.getvalue()


def _named(folder: str, files: Iterable[ev.TextFile]) -> dict[str, str]:
    """A name that could lead out of the folder becomes a number."""
    return {
        f"{folder}/{one.path if _FILE.fullmatch(one.path) else f'{at}.txt'}": one.text
        for at, one in enumerate(files)
    }


def _edit(at: int, change: TextChanged) -> OwnEdit:
    name, splice = change.text, change.splice
    where = name.name if name.kind == "file" else name.kind if name.line is None else f"line {name.line}"
    return OwnEdit(
        at=at, text=where, position=splice.position, deleted=splice.deleted, inserted=splice.inserted
    )


def _runs(state: Interview, collected: _Collected) -> tuple[OwnRun, ...]:
    return tuple(
        OwnRun(
            id=one.id,
            kind=one.kind,
            label=one.label,
            sha256=one.sha256,
            at=one.at,
            outcome=one.outcome,
            finished_at=one.finished_at,
            outputs=tuple(collected.outputs.get(one.id, ())),
            cases=tuple(collected.cases.get(one.id, ())),
            rows=tuple(collected.rows.get(one.id, ())),
            strips=tuple(collected.strips.get(one.id, ())),
            texts=tuple(collected.texts.get(one.id, ())),
        )
        for one in state.work.runs
    )


def _is_theirs(signal: Integrity) -> bool:
    return signal.kind not in ("joined", "left") or signal.detail == "candidate"


def _signal(signal: Integrity) -> OwnSignal:
    return OwnSignal(
        at=signal.at,
        kind=signal.kind,
        detail=signal.detail,
        origin=signal.origin,
        text=signal.text,
        lasted_ms=signal.lasted_ms,
    )
