"""One interview while somebody is there: the order in which things happen to it.

Everything that changes the interview goes through `record`: it is folded at once, so the next decision
sees it, written, and only then shown. When the disk refuses, the room forgets what it could not write,
reads itself anew from the log and asks every page to reconnect; pages send again what was never saved.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.core import events as ev
from sandbox.core import room_events as rev
from sandbox.core.access import may_write
from sandbox.core.document import files_error
from sandbox.core.evolve import evolve
from sandbox.core.live import Live
from sandbox.core.places import Move, Place
from sandbox.core.view import Guide
from sandbox.ports import KernelState
from sandbox.rooms import frames, outages
from sandbox.rooms.broadcast import Broadcast
from sandbox.rooms.connection import ENDED, TOO_SLOW, Connection
from sandbox.rooms.cursor_track import CursorTrack
from sandbox.rooms.lib0 import BadFrame
from sandbox.rooms.loading import load
from sandbox.rooms.log_writer import LogWriter
from sandbox.rooms.signals import newest
from sandbox.rooms.typing_watch import TypingWatch
from sandbox.store.database import StorageFault
from sandbox.store.journal import Journal
from sandbox.store.log import EventLog
from wire.scorecard import Progress

FILES_CHECK_DELAY_S = 0.3
CURSORS_DELAY_S = 2.0
"""Cursor moves within it are one row of the log."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Batch:
    """Recorded and not yet on disk."""

    entries: Sequence[ev.Entry]
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
        self.entry = guide.entry
        """The file that is judged."""
        self._log, self._now_us = log, now_us
        self._loop = asyncio.get_running_loop()
        loaded = load(log, interview)
        self.interview = loaded.interview
        """With everything recorded: what decisions are made on."""
        self.document = loaded.document
        self._writer = LogWriter(interview, journal, now_us, loaded.tip)
        self._pages = Broadcast(loaded, guide, now_ms=self._now_ms, on_place=self._place)
        self._ended = False
        self.empty_since = time.monotonic()
        self._cursors = CursorTrack()
        self._files_due: asyncio.TimerHandle | None = None
        self._focus_due: asyncio.TimerHandle | None = None
        self._typing = TypingWatch(
            guide.shown,
            now_us=now_us,
            outputs=lambda: newest(self._pages.screen.outputs),
            report=self._signal,
        )
        self._kernel_lost = False
        self._check_files()
        self._arm_focus()

    @property
    def recorded_ms(self) -> int:
        """When something was recorded last, epoch ms."""
        return self._writer.at_us // 1000

    @property
    def output_chars(self) -> int:
        """Of all outputs that are on disk."""
        return self._pages.screen.output_chars

    @property
    def terminal_chars(self) -> int:
        """Of all that terminals showed and that is on disk."""
        return self._pages.screen.scrollback.total

    # -- recording

    def record(self, author: ev.Author, *events: ev.Event) -> asyncio.Future[None]:
        """Fold events and write them; the future is done when they are on disk, or raises StorageFault."""
        self._append(author, events)
        return self._writer.waiter()

    async def settled(self) -> None:
        """Wait until all that is recorded now is on disk. Raises StorageFault."""
        await self._writer.waiter()

    @property
    def at_rest(self) -> bool:
        """Whether all that is recorded is on disk."""
        return self._writer.at_rest

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
        entries = list[ev.Entry]()
        for event in events:
            one = self._writer.stamp(author, event)
            self.interview = evolve(self.interview, one)
            if isinstance(event, rev.FocusBlockStarted):
                self._pages.withhold()
            entries.append(one)
        batch = _Batch(entries, origin, acknowledged)
        self._writer.write(lambda fault: self._written(batch, fault))

    def _written(self, batch: _Batch, fault: StorageFault | None) -> None:
        if fault is not None:
            self._start_over(fault)
            return
        if self.live.alert:
            self.now_live(alert="")
        for one in batch.entries:
            self._writer.saved(one.seq)
            self._pages.show(one, batch.origin)
            if isinstance(one.event, rev.FocusBlockStarted):
                self._arm_focus()
            if not isinstance(one.event, ev.DocumentUpdated):  # it says nothing of the sandbox
                self._watch_sandbox()
        if batch.acknowledged and batch.origin is not None:
            batch.origin.saved_updates += 1
            if not batch.origin.document_only:
                batch.origin.post(frames.saved(batch.origin.saved_updates))
        self._writer.tell_waiters()
        if self.at_rest:
            self._pages.at_rest()

    def _start_over(self, fault: StorageFault) -> None:
        """Back to what is on disk. Whoever typed meanwhile still holds it and sends it on reconnecting."""
        self._writer.give_up(fault)
        self._pages.forget_questions()
        _log.error("room %s starts over: %s", self.id, fault)
        try:
            loaded = load(self._log, self.id)
        except (StorageFault, ValueError, LookupError) as error:
            _log.error("room %s cannot be read: %s", self.id, error)
        else:
            self.interview, self.document = loaded.interview, loaded.document
            self._writer.go_on_from(loaded.tip)
            self._pages.start_from(loaded)
        self._pages.set_live(alert=str(fault))
        for connection in list(self._pages.audience.told):
            self._pages.post_view(connection)
            self._loop.call_later(0.2, connection.close, TOO_SLOW, "not saved; reconnect to send it again")

    # -- focus blocks

    def _arm_focus(self) -> None:
        if self._focus_due is not None:
            self._focus_due.cancel()
        if (until := self.interview.focus.until) is not None:
            delay_s = max(0.0, until / 1000 - self._now_us() / 1e6)
            self._focus_due = self._loop.call_later(delay_s, self._focus_over)

    def _focus_over(self) -> None:
        if self.interview.focus.until is not None:
            self.record("server", rev.FocusBlockEnded())

    # -- outages

    def went_down(self, since_ms: int) -> None:
        """The server that held this room ended."""
        self._record_any(outages.of_server(self.interview, since_ms))

    def lost(self, connection: Connection, cause: rev.OutageCause, *, since_ms: int) -> None:
        """A page is gone that its person did not close; nothing was heard of it since."""
        gone = connection.role == "candidate" and self.live.tabs.get("candidate", 0) == 0
        if gone and self.interview.under_way:
            self.record("server", rev.OutageBegan(cause=cause, began=since_ms))

    def _watch_sandbox(self) -> None:
        self._record_any(
            outages.of_sandbox(
                self.interview, self.live, kernel_lost=self._kernel_lost, now_ms=self._now_ms()
            )
        )

    def _record_any(self, events: Sequence[ev.Event]) -> None:
        if events:
            self.record("server", *events)

    # -- connections

    async def join(self, connection: Connection) -> None:
        """Tell a new page everything that is on disk, and from then on what changes."""
        self._pages.audience.present.append(connection)
        if self._ended:
            connection.close(ENDED, "the interview was deleted")
            return
        if self.live.tabs.get(connection.author, 0) == 0:
            over = outages.over(self.interview) if connection.role == "candidate" else []
            self.record(connection.author, ev.Joined(), *over)
        self._count_tabs()
        try:
            await self.settled()
        except StorageFault:
            # It cannot be recorded that they came; they may still read what is saved.
            _log.warning("room %s: joined while the disk refuses", self.id)
        self._pages.welcome(connection)

    def leave(self, connection: Connection) -> None:
        if connection not in self._pages.audience.present:
            return
        self._pages.farewell(connection)
        self._count_tabs()
        if self.live.tabs.get(connection.author, 0) == 0:
            self.record(connection.author, ev.Left())
        if self.empty:
            self.empty_since = time.monotonic()

    @property
    def empty(self) -> bool:
        return not self._pages.audience.present

    def close(self, code: int, reason: str) -> None:
        for connection in list(self._pages.audience.told):
            connection.close(code, reason)

    def end(self) -> None:
        """Record nothing from now on, and put everybody out: the interview is about to be deleted."""
        self._ended = True
        for connection in self._pages.audience.present:
            connection.close(ENDED, "the interview was deleted")

    def forget(self) -> None:
        """Nobody uses this room any more; nothing of it may happen later."""
        self._pages.forget()
        for due in (self._files_due, self._focus_due):
            if due is not None:
                due.cancel()

    def _count_tabs(self) -> None:
        self.now_live(tabs=self._pages.audience.tabs)

    # -- binary frames

    def receive(self, connection: Connection, data: bytes) -> None:
        """One binary frame. Raises BadFrame."""
        match frames.parse(data):
            case frames.Update(update=update, step=step):
                self._receive_update(connection, update, step)
            case frames.Awareness(update=update):
                if connection.role == "watcher":
                    return
                self._pages.take_awareness(connection, update)
                if self.at_rest:
                    self._pages.show_cursors()
            case frames.SyncStep1(state=state):
                self._pages.ask(connection, state, at_rest=self.at_rest)

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
            self._typing.take(inserted, reconnecting=step == 1)
        if self._files_due is None:
            self._files_due = self._loop.call_later(FILES_CHECK_DELAY_S, self._check_files)

    # -- signals

    def explained(self) -> None:
        """A page has said what a big insert was."""
        self._typing.explained()

    def origin(self, text: str) -> rev.Origin:
        """Whether text was in this room before it was put where it is now."""
        return self._typing.origin(text)

    def _signal(self, event: ev.Event) -> None:
        if self.interview.observed:
            self.record("candidate", event)

    def _place(self, place: Place) -> None:
        if self.interview.recorded and self._cursors.add(Move(self._now_ms(), place)):
            self._loop.call_later(CURSORS_DELAY_S, self._record_cursors)

    def _record_cursors(self) -> None:
        if (moves := self._cursors.pack()) is not None and self.interview.recorded:
            self.record("server", ev.CursorsMoved(moves=moves))

    def _check_files(self) -> None:
        self._files_due = None
        files = self.document.files()
        self._typing.read({**files, "": self.document.review()})
        self.now_live(files_error=files_error(files))

    # -- what is live

    @property
    def live(self) -> Live:
        return self._pages.live

    def now_live(self, **changes: Any) -> None:
        """Change what is live, and show it if it differs."""
        if self._pages.set_live(**changes):
            self._watch_sandbox()

    def kernel_is(self, state: KernelState) -> None:
        self._kernel_lost = state == "dead" and self.live.kernel_run is None
        self.now_live(kernel=state)

    def judge_is(self, judgement: int | None, progress: Progress | None) -> None:
        self.now_live(judging=judgement, progress=progress)

    def show_now(self) -> None:
        """Whoever is told that a command is done has seen its effect."""
        self._pages.show_now()

    def _now_ms(self) -> int:
        return self._now_us() // 1000
