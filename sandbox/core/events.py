"""What can happen in an interview: a closed union of events, and their bytes in the log.

An event is the smallest fact worth keeping. Who did it and when are stamped by the server and stand
beside it, in an `Entry`; nothing in an event repeats them. A document update is kept as the raw bytes of
the CRDT, cursors as the bytes of their pack, everything else as JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field, TypeAdapter

from sandbox.core.rights_events import RightsEvent
from sandbox.core.room_events import InputMethodUsed, Origin, RhythmBroke, RoomEvent
from sandbox.core.tool_claims import BenchRow, BenchText, TestCase, TokenStrip
from sandbox.ports import OutputKind
from wire.base import Wire
from wire.challenge import Axis
from wire.scorecard import Scorecard

Author = str
"""`sandbox.core.access.author_of`: candidate, interviewer, interviewer/2, watcher/3, host or server."""
Stage = Literal["lobby", "filter", "probe", "finished"]
Budget = Literal["quick", "full"]
Outcome = Literal["go on", "stop"]
RunKind = Literal["file", "cell", "selection", "tests", "bench"]
RunOutcome = Literal["ok", "error", "interrupted", "died", "timed_out", "flooded"]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
DeviceClass = Literal["cpu", "gpu"]


class ChallengeRef(Wire):
    slug: str
    version: int
    minutes: int


class TextFile(Wire):
    path: str
    text: str


class Comment(Wire):
    line: int
    text: str


class ShownOutput(Wire):
    """`sandbox.ports.Output`, as kept and as sent to the browser."""

    kind: OutputKind
    text: str = ""
    image: str = ""
    html: str = ""
    id: str = ""


class Created(Wire):
    kind: Literal["created"] = "created"
    interview: str
    candidate_name: str
    interviewer_name: str
    filter: ChallengeRef
    probe: ChallengeRef
    device: DeviceClass = "cpu"
    reference: str = ""
    """What an applicant tracking system calls it; see `sandbox.core.outbound`."""
    synthetic: bool = False
    """Made up by `probe demo-data`: it says nothing about people."""


class DocumentUpdated(Wire):
    kind: Literal["document"] = "document"
    update: bytes


class Consented(Wire):
    kind: Literal["consented"] = "consented"


class StageMoved(Wire):
    kind: Literal["stage"] = "stage"
    stage: Stage


class ReviewFiled(Wire):
    """The review as it stood when the filter ended: what is scored cannot change afterwards."""

    kind: Literal["review"] = "review"
    summary: str
    comments: tuple[Comment, ...]


class ClockStarted(Wire):
    kind: Literal["clock-started"] = "clock-started"


class ClockPaused(Wire):
    kind: Literal["clock-paused"] = "clock-paused"


class ClockExtended(Wire):
    kind: Literal["clock-extended"] = "clock-extended"
    minutes: int


class NoteAdded(Wire):
    kind: Literal["note"] = "note"
    note: int
    text: str


class NoteEdited(Wire):
    kind: Literal["note-edited"] = "note-edited"
    note: int
    text: str
    """Empty when it was deleted."""


class FindingTicked(Wire):
    kind: Literal["ticked"] = "ticked"
    finding: str
    on: bool


class Marked(Wire):
    kind: Literal["marked"] = "marked"
    axis: Axis
    score: int
    reason: str


class Decided(Wire):
    """A named person's decision on the candidate, either way with a reason. A later one replaces it."""

    kind: Literal["decided"] = "decided"
    outcome: Outcome
    name: str
    reason: str


class RunStarted(Wire):
    kind: Literal["run"] = "run"
    run: int
    run_kind: RunKind
    label: str
    sha256: Sha256
    """Of the source that ran: the cell's text, or all files of the workspace."""


class OutputsShown(Wire):
    kind: Literal["outputs"] = "outputs"
    run: int
    outputs: tuple[ShownOutput, ...]


class TestCaseReported(Wire):
    kind: Literal["test-case"] = "test-case"
    run: int
    case: TestCase


class BenchRowReported(Wire):
    kind: Literal["bench-row"] = "bench-row"
    run: int
    row: BenchRow


class TokenStripReported(Wire):
    kind: Literal["token-strip"] = "token-strip"
    run: int
    strip: TokenStrip


class BenchTextReported(Wire):
    kind: Literal["bench-text"] = "bench-text"
    run: int
    text: BenchText


class ToolStopped(Wire):
    """The tool says that it is through; ``error`` says why it could not go on, or is empty."""

    kind: Literal["tool-stopped"] = "tool-stopped"
    run: int
    error: str


class RunFinished(Wire):
    kind: Literal["run-finished"] = "run-finished"
    run: int
    outcome: RunOutcome
    ignored_lines: int = 0
    """Lines of a tool that were not in its format."""


class TerminalOpened(Wire):
    kind: Literal["terminal-opened"] = "terminal-opened"
    rows: int
    columns: int


class TerminalShown(Wire):
    """What a terminal printed, without what could harm a reader (`core.terminal_text`)."""

    kind: Literal["terminal"] = "terminal"
    text: str


class TerminalTyped(Wire):
    """What is typed in the terminal from now on comes from another person: the entry's author."""

    kind: Literal["terminal-typed"] = "terminal-typed"
    by: Author


class TerminalResized(Wire):
    kind: Literal["terminal-resized"] = "terminal-resized"
    rows: int
    columns: int


class TerminalClosed(Wire):
    kind: Literal["terminal-closed"] = "terminal-closed"
    why: str


class KernelRestarted(Wire):
    kind: Literal["kernel-restarted"] = "kernel-restarted"


class Submitted(Wire):
    kind: Literal["submitted"] = "submitted"
    sha256: Sha256
    files: tuple[TextFile, ...]


class JudgementQueued(Wire):
    kind: Literal["judgement"] = "judgement"
    judgement: int
    sha256: Sha256
    files: tuple[TextFile, ...]
    by: Literal["submit", "interviewer"]
    budget: Budget
    seed: int


class JudgementMade(Wire):
    kind: Literal["judged"] = "judged"
    judgement: int
    scorecard: Scorecard


class JudgementFailed(Wire):
    """Ours: says nothing about the candidate."""

    kind: Literal["judgement-failed"] = "judgement-failed"
    judgement: int
    fault: str


class SubmissionUnreadable(Wire):
    """Theirs: the judge could not take the files; the candidate reads why and may submit again."""

    kind: Literal["unreadable"] = "unreadable"
    judgement: int
    reason: str


class Pasted(Wire):
    kind: Literal["paste"] = "paste"
    where: str
    characters: int
    origin: Origin = "unknown"
    text: str = ""
    """Its beginning."""


class BigInsert(Wire):
    """Text that came at once and without a paste."""

    kind: Literal["big-insert"] = "big-insert"
    where: str
    characters: int
    origin: Origin = "unknown"
    text: str = ""
    """Its beginning."""


class FocusChanged(Wire):
    kind: Literal["focus"] = "focus"
    visible: bool


class CursorsMoved(Wire):
    """Where cursors were in the last seconds, packed as `sandbox.rooms.cursor_track` writes them."""

    kind: Literal["cursors"] = "cursors"
    moves: bytes


class Joined(Wire):
    kind: Literal["joined"] = "joined"


class Left(Wire):
    kind: Literal["left"] = "left"


Event = (
    Created
    | DocumentUpdated
    | Consented
    | StageMoved
    | ReviewFiled
    | ClockStarted
    | ClockPaused
    | ClockExtended
    | NoteAdded
    | NoteEdited
    | FindingTicked
    | Marked
    | Decided
    | RunStarted
    | OutputsShown
    | TestCaseReported
    | BenchRowReported
    | TokenStripReported
    | BenchTextReported
    | ToolStopped
    | RunFinished
    | TerminalOpened
    | TerminalShown
    | TerminalTyped
    | TerminalResized
    | TerminalClosed
    | KernelRestarted
    | Submitted
    | JudgementQueued
    | JudgementMade
    | JudgementFailed
    | SubmissionUnreadable
    | Pasted
    | BigInsert
    | FocusChanged
    | InputMethodUsed
    | RhythmBroke
    | CursorsMoved
    | Joined
    | Left
    | RoomEvent
    | RightsEvent
)

BULKY = ("document", "outputs", "terminal", "test-case", "bench-row", "token-strip", "bench-text", "cursors")
"""Kinds that come by the thousand: no summary needs them, and they are packed once an interview is over."""
KINDS: frozenset[str] = frozenset(model.model_fields["kind"].default for model in get_args(Event))
_ADAPTER: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event in its place in the log of one interview."""

    seq: int
    """From 1, without gaps."""
    at_us: int
    """Microseconds since the epoch, of the server's clock."""
    author: Author
    event: Event

    @property
    def at_ms(self) -> int:
        return self.at_us // 1000


def encode(event: Event) -> bytes:
    """The event's payload in the log; its kind is kept beside it."""
    if isinstance(event, DocumentUpdated):
        return event.update
    if isinstance(event, CursorsMoved):
        return event.moves
    return event.model_dump_json(exclude={"kind"}).encode()


def decode(kind: str, payload: bytes) -> Event:
    """Inverse of `encode`. Raises ValueError for a kind or payload that is not ours."""
    if kind == "document":
        return DocumentUpdated(update=payload)
    if kind == "cursors":
        return CursorsMoved(moves=payload)
    if kind not in KINDS:
        raise ValueError(f"the log holds an event of unknown kind {kind!r}")
    body = payload.decode()
    separator = "" if body == "{}" else ","
    return _ADAPTER.validate_json(f'{{"kind":"{kind}"{separator}{body[1:]}')
