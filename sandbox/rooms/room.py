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
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.core import events as ev
from sandbox.core.access import MAY_WRITE_DOCUMENT
from sandbox.core.chain import GENESIS, Link
from sandbox.core.document import files_error
from sandbox.core.interview import Interview, evolve
from sandbox.core.view import Guide, Live, candidate_view, interviewer_view
from sandbox.ports import KernelState
from sandbox.rooms import frames
from sandbox.rooms.connection import TOO_SLOW, Connection
from sandbox.rooms.lib0 import BadFrame
from sandbox.rooms.presence import Presence
from sandbox.rooms.shared_document import SharedDocument
from sandbox.store.database import StorageFault
from sandbox.store.journal import Journal
from sandbox.store.log import EventLog, entry, link
from wire.scorecard import Progress

VIEW_DELAY_S = 0.02
"""Changes within it are shown together."""
FILES_CHECK_DELAY_S = 0.3
PASTE_WINDOW_MS = 2_000
BIG_INSERT = 200
"""Characters at once that nobody types."""
MAX_OUTPUT_FRAME = 200_000
"""Characters of outputs in one frame."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Loaded:
    """What the log says."""

    interview: Interview
    document: SharedDocument
    outputs: dict[int, list[ev.ShownOutput]]
    head: bytes
    seq: int
    at_us: int


def load(log: EventLog, interview: str) -> Loaded:
    """Fold one interview's log. Raises StorageFault, and LookupError when there is none."""
    state: Interview | None = None
    document, outputs = SharedDocument(), dict[int, list[ev.ShownOutput]]()
    head, seq, at_us = GENESIS, 0, 0
    for row in log.links(interview):
        one = entry(row)
        state = evolve(state, one)
        if isinstance(one.event, ev.DocumentUpdated):
            document.apply(one.event.update)
        elif isinstance(one.event, ev.OutputsShown):
            outputs.setdefault(one.event.run, []).extend(one.event.outputs)
        head, seq, at_us = row.hash, row.seq, row.at_us
    if state is None:
        raise LookupError(interview)
    return Loaded(state, document, outputs, head, seq, at_us)


@dataclass(slots=True)
class _Batch:
    """Recorded and not yet on disk."""

    entries: Sequence[ev.Entry]
    origin: Connection | None
    waiting: asyncio.Future[None] = field(repr=False)


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
        self._live = Live(tabs={})
        self._present: list[Connection] = []
        self._connections: list[Connection] = []
        """Of those present, who has been told where things stand, and is told what changes."""
        self.empty_since = time.monotonic()
        self._presence = Presence()
        self._view_due: asyncio.TimerHandle | None = None
        self._files_due: asyncio.TimerHandle | None = None
        self._last_paste_us = 0
        self._live = replace(self._live, files_error=files_error(self.document.files()))

    def _take(self, loaded: Loaded) -> None:
        self.interview = loaded.interview
        """With everything recorded: what decisions are made on."""
        self._shown = loaded.interview
        """With everything that is on disk: what pages see."""
        self.document = loaded.document
        self._outputs = loaded.outputs
        self._output_bytes = sum(_size(one) for outputs in loaded.outputs.values() for one in outputs)
        self._head, self._seq, self._at_us = loaded.head, loaded.seq, loaded.at_us
        self._last: asyncio.Future[None] | None = None

    @property
    def entry(self) -> str:
        """The file that is judged."""
        return self._guide.entry

    @property
    def output_bytes(self) -> int:
        """Characters of all outputs that are on disk."""
        return self._output_bytes

    def tool_rows(self, run: int) -> int:
        """Rows and cases that a run of a tool has reported."""
        reports = [one for one in (self.interview.tests, self.interview.bench) if one and one.run == run]
        return sum(len(one.cases) + len(one.rows) for one in reports)

    # -- recording

    def record(
        self, author: ev.Author, *events: ev.Event, origin: Connection | None = None
    ) -> asyncio.Future[None]:
        """Fold events and write them; the future is done when they are on disk, or raises StorageFault."""
        entries, rows = list[ev.Entry](), list[Link]()
        for event in events:
            self._seq += 1
            self._at_us = max(self._at_us, self._now_us())
            one = ev.Entry(seq=self._seq, at_us=self._at_us, author=author, event=event)
            row = link(self._head, self.id, one)
            self._head = row.hash
            self.interview = evolve(self.interview, one)
            entries.append(one)
            rows.append(row)
        waiting: asyncio.Future[None] = self._loop.create_future()
        # Nobody has to wait for it; a fault is dealt with below in any case.
        waiting.add_done_callback(lambda future: future.exception())
        batch, generation = _Batch(entries, origin, waiting), self._generation
        self._last = waiting
        self._journal.append(rows, lambda fault: self._written(batch, generation, fault))
        return waiting

    async def settled(self) -> None:
        """Wait until all that is recorded now is on disk. Raises StorageFault."""
        if self._last is not None:
            await asyncio.shield(self._last)

    @property
    def at_rest(self) -> bool:
        """Whether all that is recorded is on disk."""
        return self._last is None or self._last.done()

    def _written(self, batch: _Batch, generation: int, fault: StorageFault | None) -> None:
        if generation != self._generation:
            fault = fault or StorageFault("Not saved; the page sends it again by itself.")
        if fault is not None:
            batch.waiting.set_exception(fault)
            if generation == self._generation:
                self._start_over(fault)
            return
        if self._live.alert:
            self.now_live(alert="")
        for one in batch.entries:
            self._shown = evolve(self._shown, one)
            self._show(one, batch.origin)
        batch.waiting.set_result(None)

    def _show(self, one: ev.Entry, origin: Connection | None) -> None:
        match one.event:
            case ev.DocumentUpdated(update=update):
                frame = frames.update(update)
                for other in self._connections:
                    if other is not origin:
                        other.post(frame)
            case ev.OutputsShown(run=run, outputs=outputs):
                shown = self._outputs.setdefault(run, [])
                start = len(shown)
                shown.extend(outputs)
                self._output_bytes += sum(map(_size, outputs))
                for connection in self._connections:
                    _post_outputs(connection, run, outputs, start)
            case _:
                self.changed()

    def _start_over(self, fault: StorageFault) -> None:
        """Back to what is on disk. Whoever typed meanwhile still holds it and sends it on reconnecting."""
        self._generation += 1
        _log.error("room %s starts over: %s", self.id, fault)
        try:
            self._take(load(self._log, self.id))
        except (StorageFault, ValueError, LookupError) as error:
            _log.error("room %s cannot be read: %s", self.id, error)
        self._live = replace(self._live, alert=str(fault))
        for connection in list(self._connections):
            self._post_view(connection)
            self._loop.call_later(0.2, connection.close, TOO_SLOW, "not saved; reconnect to send it again")

    # -- connections

    async def join(self, connection: Connection) -> None:
        """Tell a new page everything that is on disk, and from then on what changes."""
        self._present.append(connection)
        if self._live.tabs.get(connection.role, 0) == 0:
            self.record(connection.role, ev.Joined())
        self._count_tabs()
        try:
            await self.settled()
        except StorageFault:
            # It cannot be recorded that they came; they may still read what is saved.
            _log.warning("room %s: joined while the disk refuses", self.id)
        self._connections.append(connection)
        connection.post(frames.step_1(self.document.state()), exempt=True)
        if (states := self._presence.everyone()) is not None:
            connection.post(frames.awareness(states), exempt=True)
        self._post_view(connection)
        for run in self._shown.runs:
            _post_outputs(connection, run.id, self._outputs.get(run.id, ()), 0, exempt=True)

    def leave(self, connection: Connection) -> None:
        if connection not in self._present:
            return
        self._present.remove(connection)
        if connection in self._connections:
            self._connections.remove(connection)
        if (states := self._presence.leave(connection)) is not None:
            self._post_others(connection, frames.awareness(states))
        self._count_tabs()
        if self._live.tabs.get(connection.role, 0) == 0:
            self.record(connection.role, ev.Left())
        if not self._present:
            self.empty_since = time.monotonic()

    @property
    def empty(self) -> bool:
        return not self._present

    def close(self, code: int, reason: str, *, role: str | None = None) -> None:
        for connection in list(self._connections):
            if role is None or connection.role == role:
                connection.close(code, reason)

    def _count_tabs(self) -> None:
        tabs = dict[str, int]()
        for connection in self._present:
            tabs[connection.role] = tabs.get(connection.role, 0) + 1
        self.now_live(tabs=tabs)

    def _post_others(self, connection: Connection, frame: bytes) -> None:
        for other in self._connections:
            if other is not connection:
                other.post(frame)

    # -- binary frames

    async def receive(self, connection: Connection, data: bytes) -> None:
        """One binary frame. Raises BadFrame."""
        match frames.parse(data):
            case frames.SyncStep1(state=state):
                await self._answer_step_1(connection, state)
            case frames.Awareness(update=update):
                told = self._presence.receive(connection, update)
                if told is not None:
                    self._post_others(connection, frames.awareness(told))
            case frames.Update(update=update, step=step):
                self._receive_update(connection, update, step)

    async def _answer_step_1(self, connection: Connection, state: bytes) -> None:
        try:
            await self.settled()
        except StorageFault:
            return  # the room has started over and this page is about to be closed
        connection.post(frames.step_2(self.document.difference(state)), exempt=True)

    def _receive_update(self, connection: Connection, update: bytes, step: int) -> None:
        if connection.role not in MAY_WRITE_DOCUMENT:
            if step == 1:
                return  # y-protocols answers every step 1; what a watcher's page holds came from here
            raise BadFrame("an interviewer may not change the document")
        if update == frames.EMPTY_UPDATE or not self.interview.writable:
            return
        inserted = self.document.apply(update)
        self.record(connection.role, ev.DocumentUpdated(update=update), origin=connection).add_done_callback(
            lambda future: self._acknowledge(connection, step, future)
        )
        if inserted > BIG_INSERT:
            self._watch_insert(inserted, "while reconnecting" if step == 1 else "while typing")
        if self._files_due is None:
            self._files_due = self._loop.call_later(FILES_CHECK_DELAY_S, self._check_files)

    def _acknowledge(self, connection: Connection, step: int, future: asyncio.Future[None]) -> None:
        if step == 2 and not future.cancelled() and future.exception() is None:
            connection.received_updates += 1
            connection.post(frames.saved(connection.received_updates))

    def _watch_insert(self, inserted: int, where: str) -> None:
        """Report a big insert unless the page also reports a paste, just before or just after."""
        at = self._now_us()

        def report() -> None:
            if abs(self._last_paste_us - at) > PASTE_WINDOW_MS * 1000 and self.interview.consented:
                self.record("candidate", ev.BigInsert(where=where, characters=inserted))

        self._loop.call_later(PASTE_WINDOW_MS / 2000, report)

    def pasted(self) -> None:
        """A page has said so."""
        self._last_paste_us = self._now_us()

    def _check_files(self) -> None:
        self._files_due = None
        self.now_live(files_error=files_error(self.document.files()))

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

    def kernel_is(self, state: KernelState) -> None:
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
        if connection.role == "candidate":
            view = candidate_view(self._shown, self._live, now=now)
        else:
            view = interviewer_view(self._shown, self._live, self._guide, now=now)
        connection.post(f'{{"type":"view","view":{view.model_dump_json()}}}')


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
