"""What a candidate has asked for so far. Pure; `claims` says what may be asked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.core.rights_events import ContestAnswered, Contested, DeletionAsked, RightsEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    at: int
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    at: int
    text: str
    answer: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    contests: tuple[Contest, ...] = ()
    """At most the last one is open."""
    deletion_asked_at: int | None = None
    """Epoch ms."""
    deletion_reason: str = ""

    @property
    def contested(self) -> bool:
        """Whether a contest waits for its answer."""
        return bool(self.contests) and self.contests[-1].answer is None


def evolve(rights: Rights, event: RightsEvent, at: int) -> Rights:
    """``at``: epoch ms."""
    match event:
        case Contested(text=text):
            return replace(rights, contests=(*rights.contests, Contest(at=at, text=text)))
        case ContestAnswered(name=name, text=text):
            *before, last = rights.contests
            answered = replace(last, answer=Answer(at=at, name=name, text=text))
            return replace(rights, contests=(*before, answered))
        case DeletionAsked(reason=reason):
            return replace(rights, deletion_asked_at=at, deletion_reason=reason)
