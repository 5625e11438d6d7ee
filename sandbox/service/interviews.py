"""Creates interviews and lists them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

from sandbox.core import events as ev
from sandbox.core.evolve import evolve
from sandbox.core.interview import Interview
from sandbox.core.room_events import Accommodated, Accommodations
from sandbox.core.summary import InterviewSummary, summarise
from sandbox.rooms.shared_document import SharedDocument
from sandbox.service.catalogue import Catalogue
from sandbox.store.log import EventLog
from sandbox.store.seats import SeatOf, Seats


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    candidate: str
    interviewer: str


class Interviews:
    def __init__(
        self, log: EventLog, seats: Seats, catalogue: Catalogue, *, base_url: str, now_us: Callable[[], int]
    ) -> None:
        self._log, self._seats, self._catalogue = log, seats, catalogue
        self._base_url, self._now_us = base_url.rstrip("/"), now_us

    def create(
        self,
        *,
        candidate_name: str,
        interviewer_name: str,
        filter_minutes: int | None = None,
        probe_minutes: int | None = None,
        accommodations: Accommodations | None = None,
        device: ev.DeviceClass = "cpu",
        reference: str = "",
    ) -> tuple[Interview, Links]:
        """A new interview in the lobby, its document seeded. Raises StorageFault."""
        review, probe = self._catalogue.filter, self._catalogue.probe
        interview = secrets.token_hex(6)
        created = ev.Created(
            interview=interview,
            candidate_name=candidate_name,
            interviewer_name=interviewer_name,
            filter=review.ref(filter_minutes or review.challenge.minutes),
            probe=probe.ref(probe_minutes or probe.challenge.minutes),
            device=device,
            reference=reference,
        )
        seeded = ev.DocumentUpdated(update=SharedDocument.seed(self._catalogue.starter))
        at = self._now_us()
        entries = [
            ev.Entry(seq=1, at_us=at, author="host", event=created),
            ev.Entry(seq=2, at_us=at, author="server", event=seeded),
        ]
        if accommodations is not None and accommodations != Accommodations():
            arranged = Accommodated(accommodations=accommodations)
            entries.append(ev.Entry(seq=3, at_us=at, author="host", event=arranged))
        self._log.create(interview, entries)
        return reduce(evolve, entries, None) or self.get(interview), self.links(interview)

    def links(self, interview: str) -> Links:
        """Raises StorageFault."""
        return Links(
            candidate=self.link(SeatOf(role="candidate", interview=interview)),
            interviewer=self.link(SeatOf(role="interviewer", interview=interview)),
        )

    def report_url(self, interview: str) -> str:
        """Where the panel reads the report."""
        return f"{self._base_url}/report/{interview}"

    def replay_url(self, interview: str) -> str:
        """Where the panel plays the interview; `#1:02:03` behind it is a moment since the beginning."""
        return f"{self._base_url}/replay/{interview}"

    def link(self, seat: SeatOf) -> str:
        return f"{self._base_url}/join/{self._seats.add(seat)}"

    def get(self, interview: str) -> Interview:
        """Raises LookupError and StorageFault."""
        state = reduce(evolve, self._log.entries(interview, without=ev.BULKY), None)
        if state is None:
            raise LookupError(interview)
        return state

    def list(self) -> list[InterviewSummary]:
        """Newest first. Raises StorageFault."""
        return [summarise(self.get(interview)) for interview in self._log.ids()]

    def find(self, reference: str) -> str | None:
        """The interview that another system calls so. Raises StorageFault."""
        return next((one.interview for one in self._log.created() if one.reference == reference), None)

    def open_demo(self, candidate_name: str) -> str | None:
        """The newest interview of this candidate that is not finished."""
        for summary in self.list():
            if summary.candidate_name == candidate_name and summary.stage != "finished":
                return summary.id
        return None
