"""The recording of one interview, made anew from the log each time it is asked for."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.core import events as ev
from sandbox.core.interview import Interview
from sandbox.core.recording import Recorder, Recording
from sandbox.rooms.cursor_track import unpack
from sandbox.rooms.text_history import TextHistory
from sandbox.service.catalogue import Catalogue
from sandbox.store.log import EventLog


def record(entries: Iterable[ev.Entry], *, suggestion: bool) -> Recorder:
    """Fold a log, its document and cursors included. ``suggestion``: whether it may tell the machine's."""
    recorder, texts = Recorder(suggestion), TextHistory()
    for entry in entries:
        match entry.event:
            case ev.DocumentUpdated(update=update):
                recorder.take(entry, changes=texts.apply(update))
            case ev.CursorsMoved(moves=moves):
                recorder.take(entry, moves=unpack(moves))
            case _:
                recorder.take(entry)
    return recorder


def make_recording(
    log: EventLog, catalogue: Catalogue, interview: Interview, *, now: int, reader: ev.Author = "host"
) -> Recording:
    """For ``reader``, who sees others' marks and the machine's suggestion once they may. ``now``: epoch ms.

    Raises StorageFault.
    """
    marking = interview.marking
    entries = (
        one
        for one in log.entries(interview.id)
        if not isinstance(one.event, ev.Marked) or marking.shows(reader, one.author)
    )
    return record(entries, suggestion=marking.shows_suggestion(reader)).recording(
        catalogue.filter_materials(interview.planned_minutes("filter")),
        catalogue.probe_materials(interview.planned_minutes("probe")),
        now=now,
    )
