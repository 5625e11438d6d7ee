"""One interview while somebody is there: the order in which things happen to it.

Everything that changes the interview goes through `record`: it is folded at once, so the next decision
sees it, written, and only then shown. When the disk refuses, the room forgets what it could not write,
reads itself anew from the log and asks every page to reconnect; pages send again what was never saved.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sandbox.core import events as ev
from sandbox.core import outage as out
from sandbox.core import room_events as rev
from sandbox.core.access import may_write
from sandbox.core.chain import GENESIS, Link
from sandbox.core.document import files_error
from sandbox.core.evolve import evolve
from sandbox.core.interview import Interview
from sandbox.core.origin import excerpt
from sandbox.core.people import Message
from sandbox.core.places import Move, Place
from sandbox.core.view import Guide, Live, candidate_view, interviewer_view, watcher_view
from sandbox.ports import KernelState
from sandbox.rooms import frames
from sandbox.rooms.connection import BAD_FRAME, ENDED, NO_SEAT, TOO_SLOW, Connection
from sandbox.rooms.cursor_track import CursorTrack
from sandbox.rooms.lib0 import BadFrame
from sandbox.rooms.presence import NOTHING, Presence
from sandbox.rooms.scrollback import Scrollback
from sandbox.rooms.sealing import seal
from sandbox.rooms.shared_document import SharedDocument
from sandbox.rooms.signals import BIG_INSERT, PASTE_WINDOW_MS, Signals, newest
from sandbox.store.database import StorageFault
from sandbox.store.journal import Journal
from sandbox.store.log import EventLog, entry, link
from wire.scorecard import Progress

VIEW_DELAY_S = 0.02
"""Changes within it are shown together."""
FILES_CHECK_DELAY_S = 0.3
CURSORS_DELAY_S = 2.0
"""Cursor moves within it are one row of the log."""
MAX_OUTPUT_FRAME = 200_000
"""Characters of outputs in one frame."""
MAX_QUESTIONS = 100
"""Pages' step 1 that may wait for the disk."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Withheld:
    """How things stood when a focus block began: what the panel has until it ends."""

    document: SharedDocument
    outputs: dict[int, int]
    """How many of each run."""
    terminal: str = ""


@dataclass(slots=True)
class Loaded:
    """What the log says."""

    interview: Interview
    document: SharedDocument
    outputs: dict[int, list[ev.ShownOutput]]
    withheld: Withheld | None
    scrollback: Scrollback
    head: bytes
    seq: int
    at_us: int


def load(log: EventLog, interview: str) -> Loaded:
    """Fold one interview's log. Raises StorageFault, and LookupError when there is none."""
    state: Interview | None = None
    document, outputs, scrollback = SharedDocument(), dict[int, list[ev.ShownOutput]](), Scrollback()
    withheld: Withheld | None = None
    head, seq, at_us = GENESIS, 0, 0
    for row in log.links(interview):
        one = entry(row)
        state = evolve(state, one)
        if isinstance(one.event, ev.DocumentUpdated):
            document.apply(one.event.update)
        elif isinstance(one.event, ev.OutputsShown):
            outputs.setdefault(one.event.run, []).extend(one.event.outputs)
        elif isinstance(one.event, ev.TerminalShown):
            scrollback.add(one.event.text)
        elif isinstance(one.event, ev.TerminalOpened):
            scrollback.clear()
        elif isinstance(one.event, rev.FocusBlockStarted):
            withheld = Withheld(document.copy(), _counts(outputs), scrollback.text())
        head, seq, at_us = row.hash, row.seq, row.at_us
    if state is None:
        raise LookupError(interview)
    return Loaded(state, document, outputs, withheld, scrollback, head, seq, at_us)


@dataclass(slots=True)
class _Batch:
    """Recorded and not yet on disk."""

    entries: Sequence[ev.Entry]
    generation: int
    origin: Connection | None = None
    acknowledged: bool = False
    """Whether its origin is told that it is on disk."""


class Room:
    def __init__(
        self,
        interview: str,
        *,
        log: EventLog,
        journal: Journal,
        guide: Guide,
        now_us: Callable[[], int],
    ) -> None:
        self.id = interview
        self._log, self._journal, self._guide, self._now_us = log, journal, guide, now_us
        self._loop = asyncio.get_running_loop()
        self._take(load(log, interview))
        self._generation = 0
        self._ended = False
        self._waiters: deque[tuple[int, asyncio.Future[None]]] = deque()
        """Who waits for which event to be on disk, in order."""
        self._questions: list[tuple[Connection, bytes]] = []
        """Step 1 of pages that wait until nothing unsaved is in the document."""
        self._unveiled: bytes | None = None
        """State of the document that the panel was left with by a focus block that is over."""
        self._live = Live(tabs={})
        self._present: list[Connection] = []
        self._connections: list[Connection] = []
        """Of those present, who has been told where things stand, and is told what changes."""
        self.empty_since = time.monotonic()
        self._presence = Presence(now_ms=lambda: now_us() // 1000, on_place=self._place)
        self._cursors = CursorTrack()
        self._view_due: asyncio.TimerHandle | None = None
        self._files_due: asyncio.TimerHandle | None = None
        self._focus_due: asyncio.TimerHandle | None = None
        self._signals = Signals(guide.shown)
        self._kernel_lost = False
        self._check_files()
        self._arm_focus()

    def _take(self, loaded: Loaded) -> None:
        self.interview = loaded.interview
        """With everything recorded: what decisions are made on."""
        self._shown = loaded.interview
        """With everything that is on disk: what pages see."""
        self.document = loaded.document
        self._outputs = loaded.outputs
        self._withheld = loaded.withheld
        self._scrollback = loaded.scrollback
        self._output_bytes = sum(_size(one) for outputs in loaded.outputs.values() for one in outputs)
        self._head, self._seq, self._at_us = loaded.head, loaded.seq, loaded.at_us
        self._saved_seq = loaded.seq

    @property
    def entry(self) -> str:
        """The file that is judged."""
        return self._guide.entry

    @property
    def recorded_ms(self) -> int:
        """When something was recorded last, epoch ms."""
        return self._at_us // 1000

    @property
    def output_bytes(self) -> int:
        """Characters of all outputs that are on disk."""
        return self._output_bytes

    @property
    def terminal_chars(self) -> int:
        """Characters of all that terminals showed and that is on disk."""
        return self._scrollback.total

    # -- recording

    def record(self, author: ev.Author, *events: ev.Event) -> asyncio.Future[None]:
        """Fold events and write them; the future is done when they are on disk, or raises StorageFault."""
        self._append(author, events)
        return self._waiter()

    def _append(
        self,
        author: ev.Author,
        events: Sequence[ev.Event],
        *,
        origin: Connection | None = None,
        acknowledged: bool = False,
    ) -> None:
        if self._ended:
            return
        entries, rows = list[ev.Entry](), list[Link]()
        for event in events:
            self._seq += 1
            self._at_us = max(self._at_us, self._now_us())
            one = ev.Entry(seq=self._seq, at_us=self._at_us, author=author, event=event)
            row = link(self._head, self.id, one)
            self._head = row.hash
            self.interview = evolve(self.interview, one)
            if isinstance(event, rev.FocusBlockStarted):
                self._withheld = Withheld(self.document.copy(), {})
            entries.append(one)
            rows.append(row)
        batch = _Batch(entries, self._generation, origin, acknowledged)
        self._journal.append(rows, lambda fault: self._written(batch, fault))

    def _waiter(self) -> asyncio.Future[None]:
        """Done when all that is recorded now is on disk."""
        waiter: asyncio.Future[None] = self._loop.create_future()
        # Nobody has to wait for it; a fault is dealt with in any case.
        waiter.add_done_callback(lambda future: future.cancelled() or future.exception())
        if self.at_rest:
            waiter.set_result(None)
        else:
            self._waiters.append((self._seq, waiter))
        return waiter

    async def settled(self) -> None:
        """Wait until all that is recorded now is on disk. Raises StorageFault."""
        await self._waiter()

    @property
    def at_rest(self) -> bool:
        """Whether all that is recorded is on disk."""
        return self._saved_seq == self._seq

    def _written(self, batch: _Batch, fault: StorageFault | None) -> None:
        if batch.generation != self._generation:
            return  # the room has started over, and has said so to everybody who waited
        if fault is not None:
            self._start_over(fault)
            return
        if self._live.alert:
            self.now_live(alert="")
        for one in batch.entries:
            veiled = self.veiled
            self._shown = evolve(self._shown, one)
            self._saved_seq = one.seq
            self._show(one, batch.origin)
            if veiled and not self.veiled:
                self._unveil()
        if batch.acknowledged and batch.origin is not None:
            batch.origin.saved_updates += 1
            if not batch.origin.document_only:
                batch.origin.post(frames.saved(batch.origin.saved_updates))
        while self._waiters and self._waiters[0][0] <= self._saved_seq:
            _tell(self._waiters.popleft()[1], None)
        if self.at_rest:
            self._now_at_rest()

    def _now_at_rest(self) -> None:
        """Tell what may only be told while nothing unsaved is in the document."""
        self._show_cursors()
        questions, self._questions = self._questions, []
        for connection, state in questions:
            self._answer(connection, state)
        if self._unveiled is not None:
            known, self._unveiled = self._unveiled, None
            self._catch_up(known)

    def _show(self, one: ev.Entry, origin: Connection | None) -> None:
        match one.event:
            case ev.DocumentUpdated(update=update):
                frame = seal(frames.update(update))
                for other in self._connections:
                    if other is not origin and self._watches(other):
                        other.post(frame)
                return  # says nothing of the sandbox, and there are many
            case ev.OutputsShown(run=run, outputs=outputs):
                shown = self._outputs.setdefault(run, [])
                start = len(shown)
                shown.extend(outputs)
                self._output_bytes += sum(map(_size, outputs))
                for connection in filter(self._watches, self._connections):
                    _post_outputs(connection, run, outputs, start)
            case rev.Said():
                for connection in self._connections:
                    self._post_chat(connection, self._shown.chat[-1:], len(self._shown.chat) - 1)
            case rev.FocusBlockStarted():
                self._veil()
            case rev.MemberRemoved():
                self._put_out_the_removed()
            case ev.TerminalShown(text=text):
                self._scrollback.add(text)
                self._post_terminal(text, reset=False)
            case ev.TerminalOpened():
                self._scrollback.clear()
                self._post_terminal("", reset=True)
                self.changed()
            case ev.CursorsMoved():
                pass  # pages have seen them already
            case _:
                self.changed()
        self._watch_sandbox()

    def _start_over(self, fault: StorageFault) -> None:
        """Back to what is on disk. Whoever typed meanwhile still holds it and sends it on reconnecting."""
        self._generation += 1
        waiters, self._waiters = self._waiters, deque()
        for _, waiter in waiters:
            _tell(waiter, fault)
        self._questions, self._unveiled = [], None  # their pages are about to be closed, and ask again
        _log.error("room %s starts over: %s", self.id, fault)
        try:
            self._take(load(self._log, self.id))
        except (StorageFault, ValueError, LookupError) as error:
            _log.error("room %s cannot be read: %s", self.id, error)
        self._live = replace(self._live, alert=str(fault))
        for connection in list(self._connections):
            self._post_view(connection)
            self._loop.call_later(0.2, connection.close, TOO_SLOW, "not saved; reconnect to send it again")

    # -- focus blocks

    @property
    def veiled(self) -> bool:
        """Whether the panel is shown nothing of what the candidate does now."""
        return self._shown.focus.until is not None

    def _watches(self, connection: Connection) -> bool:
        """Whether a page may be shown what the candidate does, now."""
        return connection.role == "candidate" or not self.veiled

    def _arm_focus(self) -> None:
        if self._focus_due is not None:
            self._focus_due.cancel()
        if (until := self.interview.focus.until) is not None:
            delay_s = max(0.0, until / 1000 - self._now_us() / 1e6)
            self._focus_due = self._loop.call_later(delay_s, self._focus_over)

    def _focus_over(self) -> None:
        if self.interview.focus.until is not None:
            self.record("server", rev.FocusBlockEnded())

    def _veil(self) -> None:
        if self._withheld is not None:
            self._withheld.outputs = _counts(self._outputs)
            self._withheld.terminal = self._scrollback.text()
        if (states := self._presence.without_the_candidate()) is not None:
            self._post_panel(frames.awareness(states))
        self._arm_focus()
        self.changed()

    def _unveil(self) -> None:
        """Hand the panel what was kept from it."""
        withheld, self._withheld = self._withheld, None
        counts = withheld.outputs if withheld else {}
        for connection in self._connections:
            if connection.role != "candidate":
                for run, outputs in self._outputs.items():
                    start = counts.get(run, 0)
                    _post_outputs(connection, run, outputs[start:], start, exempt=True)
                connection.post(_terminal_frame(self._scrollback.text(), reset=True), exempt=True)
        self._show_each_other()
        self.changed()
        if withheld is not None:
            self._unveiled = withheld.document.state()

    def _show_each_other(self) -> None:
        """Where candidate and panel are: during a focus block neither was told of the other."""
        candidate, panel = self._presence.candidate(), self._presence.panel()
        for connection in self._connections:
            states = panel if connection.role == "candidate" else candidate
            if states is not None:
                connection.post(frames.awareness(states), exempt=True)

    def _catch_up(self, known: bytes) -> None:
        """All that is in the document is on disk now."""
        if not self.veiled:
            self._post_panel(frames.update(self.document.difference(known)))

    def _post_panel(self, frame: bytes) -> None:
        for connection in self._connections:
            if connection.role != "candidate":
                connection.post(frame, exempt=True)

    # -- outages

    def went_down(self, since_ms: int) -> None:
        """The server that held this room ended while the candidate was at work in it."""
        if self.interview.under_way and "candidate" in self.interview.here:
            self.record("server", rev.OutageBegan(cause="server", began=since_ms))

    def lost(self, connection: Connection, cause: rev.OutageCause, *, since_ms: int) -> None:
        """A page is gone that its person did not close; nothing was heard of it since."""
        gone = connection.role == "candidate" and self._live.tabs.get("candidate", 0) == 0
        if gone and self.interview.under_way:
            self.record("server", rev.OutageBegan(cause=cause, began=since_ms))

    def _watch_sandbox(self) -> None:
        """Whether the sandbox can be used; a kernel that the candidate's own code ended is no outage."""
        present = self._live.tabs.get("candidate", 0) > 0
        needed = self.interview.under_way and self.interview.stage == "probe"
        gone = self._live.sandbox in ("failed", "starting")
        gone = gone or (self._live.sandbox == "ready" and self._kernel_lost)
        known = out.is_open(self.interview.outages, "sandbox")
        if needed and gone and present and not known:
            self.record("server", rev.OutageBegan(cause="sandbox", began=self._now_us() // 1000))
        elif known and not (needed and gone):
            self.record("server", rev.OutageEnded(cause="sandbox"))

    # -- connections

    async def join(self, connection: Connection) -> None:
        """Tell a new page everything that is on disk, and from then on what changes."""
        self._present.append(connection)
        if self._ended:
            connection.close(ENDED, "the interview was deleted")
            return
        if self._live.tabs.get(connection.author, 0) == 0:
            self.record(connection.author, ev.Joined(), *self._over(connection))
        self._count_tabs()
        try:
            await self.settled()
        except StorageFault:
            # It cannot be recorded that they came; they may still read what is saved.
            _log.warning("room %s: joined while the disk refuses", self.id)
        self._connections.append(connection)
        connection.post(frames.step_1(self._document_for(connection).state()), exempt=True)
        hidden = not self._watches(connection)
        if (states := self._presence.everyone(connection, but_the_candidate=hidden)) is not None:
            connection.post(frames.awareness(states), exempt=True)
        self._post_view(connection)
        self._post_chat(connection, self._shown.chat, 0)
        counts = self._withheld.outputs if hidden and self._withheld else _counts(self._outputs)
        for run in self._shown.work.runs:
            outputs = self._outputs.get(run.id, [])[: counts.get(run.id, 0)]
            _post_outputs(connection, run.id, outputs, 0, exempt=True)
        text = self._withheld.terminal if hidden and self._withheld else self._scrollback.text()
        connection.post(_terminal_frame(text, reset=True), exempt=True)

    def _post_terminal(self, text: str, *, reset: bool) -> None:
        frame = _terminal_frame(text, reset=reset)
        for connection in filter(self._watches, self._connections):
            connection.post(frame)

    def _over(self, connection: Connection) -> list[ev.Event]:
        """Outages that end with the candidate's coming."""
        if connection.role != "candidate":
            return []
        causes: tuple[rev.OutageCause, ...] = ("server", "connection")
        return [
            rev.OutageEnded(cause=cause) for cause in causes if out.is_open(self.interview.outages, cause)
        ]

    def leave(self, connection: Connection) -> None:
        if connection not in self._present:
            return
        self._present.remove(connection)
        if connection in self._connections:
            self._connections.remove(connection)
        if (states := self._presence.leave(connection)) is not None:
            self._post_others(connection, frames.awareness(states))
        self._count_tabs()
        if self._live.tabs.get(connection.author, 0) == 0:
            self.record(connection.author, ev.Left())
        if not self._present:
            self.empty_since = time.monotonic()

    @property
    def empty(self) -> bool:
        return not self._present

    def close(self, code: int, reason: str) -> None:
        for connection in list(self._connections):
            connection.close(code, reason)

    def end(self) -> None:
        """Record nothing from now on, and put everybody out: the interview is about to be deleted."""
        self._ended = True
        for connection in self._present:
            connection.close(ENDED, "the interview was deleted")

    def forget(self) -> None:
        """Nobody uses this room any more; nothing of it may happen later."""
        for due in (self._view_due, self._files_due, self._focus_due):
            if due is not None:
                due.cancel()

    def _put_out_the_removed(self) -> None:
        for connection in list(self._present):
            if connection.role != "candidate" and self._shown.member(connection.author) is None:
                connection.close(NO_SEAT, "your seat was taken back")
        self.changed()

    def _count_tabs(self) -> None:
        tabs = dict[str, int]()
        for connection in self._present:
            tabs[connection.author] = tabs.get(connection.author, 0) + 1
        self.now_live(tabs=tabs)

    def _post_others(self, connection: Connection, message: bytes) -> None:
        """Where somebody is; during a focus block the candidate and the panel each keep to themselves."""
        apart, frame = self.veiled, seal(message)
        for other in self._connections:
            same_side = (other.role == "candidate") == (connection.role == "candidate")
            if other is not connection and (same_side or not apart):
                other.post(frame)
        if connection.document_only:
            # Stock clients take a server for dead that says nothing to what they say.
            connection.post(frames.awareness(NOTHING))

    def _post_chat(self, connection: Connection, messages: Sequence[Message], start: int) -> None:
        told = [
            {"at": one.at, "author": one.author, "name": self._shown.name_of(one.author), "text": one.text}
            for one in messages
        ]
        frame = {"type": "chat", "from": start, "messages": told}
        connection.post(json.dumps(frame, separators=(",", ":")), exempt=True)

    # -- binary frames

    def receive(self, connection: Connection, data: bytes) -> None:
        """One binary frame. Raises BadFrame."""
        match frames.parse(data):
            case frames.Update(update=update, step=step):
                self._receive_update(connection, update, step)
            case frames.Awareness(update=update):
                if connection.role == "watcher":
                    return
                self._presence.receive(connection, update)
                if self.at_rest:
                    self._show_cursors()
            case frames.SyncStep1(state=state):
                if self.at_rest:
                    self._answer(connection, state)
                elif len(self._questions) < MAX_QUESTIONS:
                    self._questions.append((connection, state))
                else:
                    raise BadFrame("too many questions at once")

    def _show_cursors(self) -> None:
        """A cursor may stand in text that is not on disk yet, so it is shown behind it."""
        for owner, states in self._presence.news():
            self._post_others(owner, frames.awareness(states))

    def _answer(self, connection: Connection, state: bytes) -> None:
        try:
            difference = self._document_for(connection).difference(state)
        except BadFrame as error:
            _log.warning("closing a page of %s: %s", connection.author, error)
            connection.close(BAD_FRAME, "bad frame")
        else:
            connection.post(frames.step_2(difference), exempt=True)

    def _document_for(self, connection: Connection) -> SharedDocument:
        """As it is; for the panel during a focus block, as it was when that began."""
        if self._withheld is not None and not self._watches(connection):
            return self._withheld.document
        return self.document

    def _receive_update(self, connection: Connection, update: bytes, step: int) -> None:
        if not may_write(connection.role, co_edit=self.interview.co_edit):
            if step == 1:
                return  # y-protocols answers every step 1; what a watcher's page holds came from here
            raise BadFrame(f"a document update from the {connection.role}")
        if update == frames.EMPTY_UPDATE or not self.interview.writable:
            return
        if connection.role != "candidate" and self.interview.focus.until is not None:
            return  # their page learns of the block in the same moment
        inserted = self.document.apply(update)
        event = ev.DocumentUpdated(update=update)
        self._append(connection.author, (event,), origin=connection, acknowledged=step == 2)
        if connection.role == "candidate" and inserted:
            self._watch_typing(inserted, step)
        if self._files_due is None:
            self._files_due = self._loop.call_later(FILES_CHECK_DELAY_S, self._check_files)

    # -- signals

    def _watch_typing(self, inserted: str, step: int) -> None:
        if len(inserted) > BIG_INSERT:
            self._watch_insert(inserted, "while reconnecting" if step == 1 else "while typing")
        elif step == 2 and (broke := self._signals.typed(self._now_us() // 1000, inserted)) is not None:
            self._signal(broke)

    def _watch_insert(self, inserted: str, where: str) -> None:
        """Report a big insert unless the page also says what it was, just before or just after."""
        at, came_from = self._now_us(), self.origin(inserted)
        found = ev.BigInsert(where=where, characters=len(inserted), origin=came_from, text=excerpt(inserted))

        def report() -> None:
            if not self._signals.is_explained(at):
                self._signal(found)

        self._loop.call_later(PASTE_WINDOW_MS / 2000, report)

    def _signal(self, event: ev.Event) -> None:
        if self.interview.observed:
            self.record("candidate", event)

    def explained(self) -> None:
        """A page has said what a big insert was."""
        self._signals.explained(self._now_us())

    def origin(self, text: str) -> rev.Origin:
        """Whether text was in this room before it was put where it is now."""
        return self._signals.origin(text, lambda: newest(self._outputs))

    def _place(self, place: Place) -> None:
        if self.interview.recorded and self._cursors.add(Move(self._now_us() // 1000, place)):
            self._loop.call_later(CURSORS_DELAY_S, self._record_cursors)

    def _record_cursors(self) -> None:
        if (moves := self._cursors.pack()) is not None and self.interview.recorded:
            self.record("server", ev.CursorsMoved(moves=moves))

    def _check_files(self) -> None:
        self._files_due = None
        files = self.document.files()
        self._signals.read({**files, "": self.document.review()})
        self.now_live(files_error=files_error(files))

    # -- views

    @property
    def live(self) -> Live:
        return self._live

    def now_live(self, **changes: Any) -> None:
        """Change what is live, and show it if it differs."""
        live = replace(self._live, **changes)
        if live != self._live:
            self._live = live
            self.changed()
            self._watch_sandbox()

    def kernel_is(self, state: KernelState) -> None:
        self._kernel_lost = state == "dead" and self._live.kernel_run is None
        self.now_live(kernel=state)

    def judge_is(self, judgement: int | None, progress: Progress | None) -> None:
        self.now_live(judging=judgement, progress=progress)

    def changed(self) -> None:
        if self._view_due is None:
            self._view_due = self._loop.call_later(VIEW_DELAY_S, self._post_views)

    def show_now(self) -> None:
        """Whoever is told that a command is done has seen its effect."""
        if self._view_due is not None:
            self._view_due.cancel()
            self._post_views()

    def _post_views(self) -> None:
        self._view_due = None
        for connection in self._connections:
            self._post_view(connection)

    def _post_view(self, connection: Connection) -> None:
        now = self._now_us() // 1000
        match connection.role:
            case "candidate":
                view = candidate_view(self._shown, self._live, now=now)
            case "watcher":
                view = watcher_view(self._shown, self._live, connection.author, now=now)
            case "interviewer":
                view = interviewer_view(self._shown, self._live, self._guide, connection.author, now=now)
        connection.post(f'{{"type":"view","view":{view.model_dump_json()}}}')


def _counts(outputs: dict[int, list[ev.ShownOutput]]) -> dict[int, int]:
    return {run: len(shown) for run, shown in outputs.items()}


def _tell(waiter: asyncio.Future[None], fault: StorageFault | None) -> None:
    if waiter.done():
        return
    if fault is None:
        waiter.set_result(None)
    else:
        waiter.set_exception(fault)


def _terminal_frame(text: str, *, reset: bool) -> str:
    return json.dumps({"type": "terminal", "text": text, "reset": reset}, separators=(",", ":"))


def _size(output: ev.ShownOutput) -> int:
    return len(output.text) + len(output.image) + len(output.html)


def _post_outputs(
    connection: Connection, run: int, outputs: Iterable[ev.ShownOutput], start: int, *, exempt: bool = False
) -> None:
    """Frames of bounded size: a run may have shown megabytes."""
    chunk, size, first = list[dict[str, str]](), 0, start

    def send() -> None:
        frame = {"type": "outputs", "run": run, "outputs": chunk, "from": first}
        connection.post(json.dumps(frame, separators=(",", ":")), exempt=exempt)

    for output in outputs:
        chunk.append(output.model_dump())
        size += _size(output)
        if size > MAX_OUTPUT_FRAME:
            send()
            first, chunk, size = first + len(chunk), [], 0
    if chunk:
        send()
