"""What the pages of a room are told: only what is on disk, and during a focus block the panel nothing new."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sandbox.core import events as ev
from sandbox.core import room_events as rev
from sandbox.core.evolve import evolve
from sandbox.core.live import Live
from sandbox.core.people import Message
from sandbox.core.places import Place
from sandbox.core.view import CandidateView, Guide, candidate_view, interviewer_view, watcher_view
from sandbox.rooms import frames, text_frames
from sandbox.rooms.audience import Audience, watches
from sandbox.rooms.connection import BAD_FRAME, NO_SEAT, Connection
from sandbox.rooms.lib0 import BadFrame
from sandbox.rooms.loading import Loaded, Withheld
from sandbox.rooms.presence import NOTHING, Presence
from sandbox.rooms.screen import SoFar
from sandbox.rooms.sealing import seal
from sandbox.rooms.shared_document import SharedDocument

VIEW_DELAY_S = 0.02
"""Changes within it are shown together."""
MAX_QUESTIONS = 100
"""Pages' step 1 that may wait for the disk."""

_log = logging.getLogger(__name__)


class Broadcast:
    """Of one room, in its event loop."""

    def __init__(
        self, loaded: Loaded, guide: Guide, *, now_ms: Callable[[], int], on_place: Callable[[Place], None]
    ) -> None:
        self._guide, self._now_ms = guide, now_ms
        self._loop = asyncio.get_running_loop()
        self.audience = Audience()
        self.live = Live(tabs={})
        self._presence = Presence(now_ms=now_ms, on_place=on_place)
        self._view_due: asyncio.TimerHandle | None = None
        self.start_from(loaded)

    def start_from(self, loaded: Loaded) -> None:
        """All that is on disk. What waited until more was, waits no more: its pages are to ask again."""
        self.interview = loaded.interview
        """With everything that is on disk: what pages see."""
        self.screen = loaded.screen
        self._document, self._withheld = loaded.document, loaded.withheld
        self.forget_questions()

    def forget_questions(self) -> None:
        self._questions: list[tuple[Connection, bytes]] = []
        """Step 1 of pages that wait until nothing unsaved is in the document."""
        self._unveiled: bytes | None = None
        """State of the document that the panel was left with by a focus block that is over."""

    def forget(self) -> None:
        """Nothing may happen later."""
        if self._view_due is not None:
            self._view_due.cancel()

    # -- what is on disk now

    def show(self, entry: ev.Entry, origin: Connection | None) -> None:
        """``origin``: the page that an update came from, which has it."""
        veiled = self.veiled
        self.interview = evolve(self.interview, entry)
        self._show(entry.event, origin)
        if veiled and not self.veiled:
            self._unveil()

    def at_rest(self) -> None:
        """Tell what may only be told while nothing unsaved is in the document."""
        self.show_cursors()
        questions, self._questions = self._questions, []
        for connection, state in questions:
            self._answer(connection, state)
        if self._unveiled is not None:
            known, self._unveiled = self._unveiled, None
            if not self.veiled:
                self._post_panel(frames.update(self._document.difference(known)))

    def _show(self, event: ev.Event, origin: Connection | None) -> None:
        match event:
            case ev.DocumentUpdated(update=update):
                frame = seal(frames.update(update))
                for other in self._watching():
                    if other is not origin:
                        other.post(frame)
            case ev.OutputsShown(run=run, outputs=outputs):
                for told in text_frames.outputs(run, outputs, self.screen.add(run, outputs)):
                    for connection in self._watching():
                        connection.post(told)
            case rev.Said():
                for connection in self.audience.told:
                    self._post_chat(connection, self.interview.chat[-1:], len(self.interview.chat) - 1)
            case rev.FocusBlockStarted():
                self._veil()
            case rev.MemberRemoved():
                self._put_out_the_removed()
            case ev.TerminalShown(text=text):
                self.screen.scrollback.add(text)
                self._post_terminal(text, reset=False)
            case ev.TerminalOpened():
                self.screen.scrollback.clear()
                self._post_terminal("", reset=True)
                self.changed()
            case ev.CursorsMoved():
                pass  # pages have seen them already
            case _:
                self.changed()

    def _post_terminal(self, text: str, *, reset: bool) -> None:
        frame = text_frames.terminal(text, reset=reset)
        for connection in self._watching():
            connection.post(frame)

    def _put_out_the_removed(self) -> None:
        for connection in list(self.audience.present):
            if connection.role != "candidate" and self.interview.member(connection.author) is None:
                connection.close(NO_SEAT, "your seat was taken back")
        self.changed()

    # -- a page comes, and goes

    def welcome(self, connection: Connection) -> None:
        """Tell a new page everything that is on disk, and from then on what changes."""
        self.audience.told.append(connection)
        hidden = self._hidden_from(connection)
        connection.post(frames.step_1(self._document_for(connection).state()), exempt=True)
        if (states := self._presence.everyone(connection, but_the_candidate=hidden)) is not None:
            connection.post(frames.awareness(states), exempt=True)
        self.post_view(connection)
        self._post_chat(connection, self.interview.chat, 0)
        seen = self._withheld.screen if hidden and self._withheld else self.screen.so_far()
        for run in self.interview.work.runs:
            outputs = self.screen.outputs.get(run.id, [])[: seen.outputs.get(run.id, 0)]
            _post_outputs(connection, run.id, outputs, 0)
        connection.post(text_frames.terminal(seen.terminal, reset=True), exempt=True)

    def farewell(self, connection: Connection) -> None:
        self.audience.remove(connection)
        if (states := self._presence.leave(connection)) is not None:
            self._post_others(connection, frames.awareness(states))

    def _post_chat(self, connection: Connection, messages: Sequence[Message], start: int) -> None:
        connection.post(text_frames.chat(messages, start, self.interview.name_of), exempt=True)

    # -- where people are

    def take_awareness(self, connection: Connection, update: bytes) -> None:
        """Raises BadFrame."""
        self._presence.receive(connection, update)

    def show_cursors(self) -> None:
        """A cursor may stand in text that is not on disk yet, so it is shown behind it."""
        for owner, states in self._presence.news():
            self._post_others(owner, frames.awareness(states))

    def _post_others(self, connection: Connection, message: bytes) -> None:
        """Where somebody is; during a focus block the candidate and the panel each keep to themselves."""
        frame = seal(message)
        for other in self.audience.others(connection, apart=self.veiled):
            other.post(frame)
        if connection.document_only:
            # Stock clients take a server for dead that says nothing to what they say.
            connection.post(frames.awareness(NOTHING))

    # -- the document

    def ask(self, connection: Connection, state: bytes, *, at_rest: bool) -> None:
        """A page asks for what it lacks. Raises BadFrame for too many questions."""
        if at_rest:
            self._answer(connection, state)
        elif len(self._questions) < MAX_QUESTIONS:
            self._questions.append((connection, state))
        else:
            raise BadFrame("too many questions at once")

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
        if self._withheld is not None and self._hidden_from(connection):
            return self._withheld.document
        return self._document

    # -- focus blocks

    @property
    def veiled(self) -> bool:
        """Whether the panel is shown nothing of what the candidate does now."""
        return self.interview.focus.until is not None

    def withhold(self) -> None:
        """A focus block has been recorded: from here on the document is the candidate's alone."""
        self._withheld = Withheld(self._document.copy(), SoFar())

    def _watching(self) -> Iterator[Connection]:
        """Pages that may be shown what the candidate does, now."""
        return self.audience.watching(veiled=self.veiled)

    def _hidden_from(self, connection: Connection) -> bool:
        return not watches(connection, veiled=self.veiled)

    def _veil(self) -> None:
        if self._withheld is not None:
            self._withheld.screen = self.screen.so_far()
        if (states := self._presence.without_the_candidate()) is not None:
            self._post_panel(frames.awareness(states))
        self.changed()

    def _unveil(self) -> None:
        """Hand the panel what was kept from it."""
        withheld, self._withheld = self._withheld, None
        seen = withheld.screen if withheld else SoFar()
        for connection in self.audience.panel():
            for run, outputs in self.screen.outputs.items():
                start = seen.outputs.get(run, 0)
                _post_outputs(connection, run, outputs[start:], start)
            connection.post(text_frames.terminal(self.screen.scrollback.text(), reset=True), exempt=True)
        self._show_each_other()
        self.changed()
        if withheld is not None:
            self._unveiled = withheld.document.state()

    def _show_each_other(self) -> None:
        """Where candidate and panel are: during a focus block neither was told of the other."""
        candidate, panel = self._presence.candidate(), self._presence.panel()
        for connection in self.audience.told:
            states = panel if connection.role == "candidate" else candidate
            if states is not None:
                connection.post(frames.awareness(states), exempt=True)

    def _post_panel(self, frame: bytes) -> None:
        for connection in self.audience.panel():
            connection.post(frame, exempt=True)

    # -- views

    def set_live(self, **changes: Any) -> bool:
        """Change what is live, and show it if it differs; whether it does."""
        live = replace(self.live, **changes)
        if live == self.live:
            return False
        self.live = live
        self.changed()
        return True

    def changed(self) -> None:
        if self._view_due is None:
            self._view_due = self._loop.call_later(VIEW_DELAY_S, self._post_views)

    def show_now(self) -> None:
        """Whoever is told that a command is done has seen its effect."""
        if self._view_due is not None:
            self._view_due.cancel()
            self._post_views()

    def post_view(self, connection: Connection) -> None:
        connection.post(text_frames.view(self._view(connection)))

    def _post_views(self) -> None:
        self._view_due = None
        for connection in self.audience.told:
            self.post_view(connection)

    def _view(self, connection: Connection) -> CandidateView:
        now, author = self._now_ms(), connection.author
        match connection.role:
            case "candidate":
                return candidate_view(self.interview, self.live, now=now)
            case "watcher":
                return watcher_view(self.interview, self.live, author, now=now)
            case "interviewer":
                return interviewer_view(self.interview, self.live, self._guide, author, now=now)


def _post_outputs(connection: Connection, run: int, outputs: Sequence[ev.ShownOutput], start: int) -> None:
    for frame in text_frames.outputs(run, outputs, start):
        connection.post(frame, exempt=True)
