"""What a room is made of when it opens: one interview's log, folded."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.core import events as ev
from sandbox.core import room_events as rev
from sandbox.core.chain import GENESIS
from sandbox.core.evolve import evolve
from sandbox.core.interview import Interview
from sandbox.rooms.log_writer import Tip
from sandbox.rooms.screen import Screen, SoFar
from sandbox.rooms.shared_document import SharedDocument
from sandbox.store.log import EventLog, entry


@dataclass(slots=True)
class Withheld:
    """How things stood when a focus block began: what the panel has until it ends."""

    document: SharedDocument
    screen: SoFar


@dataclass(slots=True)
class Loaded:
    """What the log says."""

    interview: Interview
    document: SharedDocument
    screen: Screen
    withheld: Withheld | None
    tip: Tip


def load(log: EventLog, interview: str) -> Loaded:
    """Fold one interview's log. Raises StorageFault, and LookupError when there is none."""
    state: Interview | None = None
    document, screen = SharedDocument(), Screen()
    withheld: Withheld | None = None
    tip = Tip(GENESIS, 0, 0)
    for row in log.links(interview):
        one = entry(row)
        state = evolve(state, one)
        match one.event:
            case ev.DocumentUpdated(update=update):
                document.apply(update)
            case ev.OutputsShown(run=run, outputs=outputs):
                screen.add(run, outputs)
            case ev.TerminalShown(text=text):
                screen.scrollback.add(text)
            case ev.TerminalOpened():
                screen.scrollback.clear()
            case rev.FocusBlockStarted():
                withheld = Withheld(document.copy(), screen.so_far())
        tip = Tip(row.hash, row.seq, row.at_us)
    if state is None:
        raise LookupError(interview)
    return Loaded(state, document, screen, withheld, tip)
