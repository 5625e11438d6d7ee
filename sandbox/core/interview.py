"""One interview as it stands. Pure.

`evolve` makes it of its log; `decide` says which events a command causes. Each part has a module of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from sandbox.core import events as ev
from sandbox.core import marks as mk
from sandbox.core import outage as out
from sandbox.core import people as ppl
from sandbox.core import rights as rt
from sandbox.core import room_events as rev
from sandbox.core import submissions as sub
from sandbox.core.access import role_of
from sandbox.core.clock import Clock
from sandbox.core.focus import FocusBlock
from sandbox.core.integrity import Integrity
from sandbox.core.marks import Decision, Mark, Marks
from sandbox.core.notes import Notes, Ticks
from sandbox.core.panel_marks import Panel
from sandbox.core.people import Member, Members, Message
from sandbox.core.submissions import Judgement, Judgements, Submission
from sandbox.core.work import Work
from wire.challenge import Axis
from wire.scorecard import Scorecard

MAX_INTEGRITY = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    id: str
    candidate_name: str
    interviewer_name: str
    created_at: int
    filter: ev.ChallengeRef
    probe: ev.ChallengeRef
    device: ev.DeviceClass = "cpu"
    """What its sandbox has to compute with."""
    reference: str = ""
    """What an applicant tracking system calls it; empty: nothing."""
    synthetic: bool = False
    """Made up, to see the pages full."""
    stage: ev.Stage = "lobby"
    consented: bool = False
    clock: Clock = field(default_factory=Clock)
    notes: Notes = ()
    last_note: int = 0
    ticks: Ticks = ()
    marks: Marks = ()
    decision: Decision | None = None
    work: Work = field(default_factory=Work)
    review: ev.ReviewFiled | None = None
    submission: Submission | None = None
    rejection: str = ""
    """Why the last submission could not be read; empty after the next one."""
    judgements: Judgements = ()
    integrity: tuple[Integrity, ...] = ()
    here: frozenset[ev.Author] = frozenset()
    """Who came and has not left, by the log: after a crash, who was there."""
    panel: Members = ()
    co_edit: bool = False
    focus: FocusBlock = field(default_factory=FocusBlock)
    chat: tuple[Message, ...] = ()
    outages: tuple[out.Outage, ...] = ()
    accommodations: rev.Accommodations = field(default_factory=rev.Accommodations)
    rights: rt.Rights = field(default_factory=rt.Rights)

    def name_of(self, author: ev.Author) -> str:
        """What people call an author."""
        if author == "candidate":
            return self.candidate_name
        return next((one.name for one in self.panel if one.author == author), f"the {role_of(author)}")

    def member(self, author: ev.Author) -> Member | None:
        """Who of the panel it is; None for somebody who was removed or never was in it."""
        return ppl.member(self.panel, author)

    @property
    def under_way(self) -> bool:
        """Whether the candidate works against the clock."""
        return self.consented and self.submission is None and self.stage in ("filter", "probe")

    @property
    def recorded(self) -> bool:
        """Whether what happens in the room is recorded: between consent and the end."""
        return self.consented and self.stage != "finished"

    @property
    def writable(self) -> bool:
        """Whether the candidate may change the document: nothing is recorded before they agreed to it."""
        return self.recorded and self.submission is None

    @property
    def observed(self) -> bool:
        """Whether signals are kept: while recorded, not without bound, and not of assistive technology."""
        return self.recorded and self.accommodations.signals and len(self.integrity) < MAX_INTEGRITY

    def planned_minutes(self, stage: Literal["filter", "probe"]) -> int:
        """Of a stage, with what was arranged for the candidate."""
        minutes = self.filter.minutes if stage == "filter" else self.probe.minutes
        return -(-minutes * self.accommodations.time_percent // 100)

    def credits(self, at: int) -> tuple[out.Credit, ...]:
        """Time of this stage that the clock gives back."""
        return out.credits(self.outages, self.clock.spans(at), at)

    def elapsed_ms(self, at: int) -> int:
        """Time of this stage that counts as used."""
        return self.clock.elapsed_ms(at) - sum(one.lost_ms for one in self.credits(at))

    @property
    def standing_marks(self) -> Marks:
        """The last mark of each person on each axis."""
        return mk.standing(self.marks)

    def mark(self, axis: Axis, author: ev.Author) -> Mark | None:
        return next((one for one in self.standing_marks if (one.axis, one.author) == (axis, author)), None)

    @property
    def marking(self) -> Panel:
        """Where the panel's marking stands: everybody who is an interviewer rates."""
        return mk.marking(self.panel, self.marks)

    @property
    def deciding_judgement(self) -> Judgement | None:
        """The judgement of the submission that stands, or else the last one."""
        return sub.deciding(self.judgements, self.submission)

    @property
    def latest_scorecard(self) -> Scorecard | None:
        """Of the submission if it was judged, else of the last judgement that has one."""
        return sub.latest_scorecard(self.judgements, self.submission)

    def as_the_panel_sees(self) -> Interview:
        """During a focus block: as it was when the block began."""
        if (veil := self.focus.veil) is None:
            return self
        return replace(self, work=veil.work, integrity=veil.integrity)
