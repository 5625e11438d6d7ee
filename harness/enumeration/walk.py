"""Run a random program down every way that it can go. Pure: what runs, and what is random, is not known here.

The program asks a `Walk` each time that something is left to chance and is told which way to go. It is played
again for each leaf: the decisions of the last run are repeated up to the deepest one that has a way left, and
that one takes its next way. So nothing of the program's own state has to be saved; it must only do the same
again when it is told the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, NoReturn, TypeVar

Outcome = TypeVar("Outcome", bound=Hashable)

LEAST_MASS = 1e-12
"""A way less likely than this, from the root on, is not taken; its mass is added up."""


class Unfollowable(BaseException):
    """A random decision whose law is not known; the text names it. No Exception, lest it be swallowed."""


class Unrepeatable(BaseException):
    """Told the same, the program did something else: it keeps something from one call to the next."""


class TooManyLeaves(BaseException):
    """The tree is larger than the budget; ``explored`` is the mass of the leaves seen."""

    def __init__(self, explored: float) -> None:
        super().__init__(explored)
        self.explored = explored


@dataclass(slots=True)
class _Fork:
    """One decision of the last run: the chance of each way, which way it went, and which are left to go."""

    chances: tuple[float, ...]
    way: int
    left: list[int]


@dataclass(slots=True)
class Walk:
    """One run's way from the root to a leaf."""

    _forks: list[_Fork] = field(default_factory=list)
    """To be repeated; new decisions are appended."""
    _depth: int = 0
    _mass: float = 1.0
    _skipped: float = 0.0
    trouble: BaseException | None = None
    """Set for good when a decision could not be followed, whatever the program does with the exception."""

    @property
    def mass(self) -> float:
        """Chance of the decisions so far."""
        return self._mass

    def choose(self, weights: Sequence[float]) -> int:
        """The way to go among ``len(weights)``, each as likely as its weight; never one of weight 0.

        Raises:
            ValueError: a weight is negative or not finite, or all are 0.
            Unrepeatable: another decision was due here.
        """
        chances = _normalised(weights)
        if self._depth == len(self._forks):
            self._forks.append(self._fork(chances))
        fork = self._forks[self._depth]
        if fork.chances != chances:
            self._stop(Unrepeatable())
        self._depth += 1
        self._mass *= chances[fork.way]
        return fork.way

    def refuse(self, what: str) -> NoReturn:
        """Give up on the whole tree, because of ``what``."""
        self._stop(Unfollowable(what))

    def _stop(self, trouble: BaseException) -> NoReturn:
        self.trouble = self.trouble or trouble
        raise trouble

    def _fork(self, chances: tuple[float, ...]) -> _Fork:
        """A new decision with the ways worth taking; the mass of the others is noted."""
        worth = [way for way, each in enumerate(chances) if self._mass * each >= LEAST_MASS]
        # Where none is, the run must still go somewhere.
        first, *later = worth or [chances.index(max(chances))]
        taken = {first, *later}
        self._skipped += self._mass * math.fsum(p for way, p in enumerate(chances) if way not in taken)
        return _Fork(chances, first, later)

    def _turn(self) -> bool:
        """Make ready for the next leaf; False when every way was taken."""
        while self._forks and not self._forks[-1].left:
            self._forks.pop()
        if not self._forks:
            return False
        self._forks[-1].way = self._forks[-1].left.pop(0)
        self._depth, self._mass = 0, 1.0
        return True


@dataclass(frozen=True, slots=True)
class Explored(Generic[Outcome]):
    """Every outcome with its mass."""

    law: dict[Outcome, float]
    leaves: int
    skipped: float
    """Mass of the ways that were too unlikely to take. The law's masses and this add up to 1."""


def explore(play: Callable[[Walk], Outcome], *, most_leaves: int) -> Explored[Outcome]:
    """Play until every way was taken.

    Raises:
        Unfollowable, Unrepeatable: as `Walk` does, also where ``play`` swallowed it.
        TooManyLeaves: there are more than ``most_leaves``.
    """
    law: dict[Outcome, list[float]] = {}
    walk, leaves, more = Walk(), 0, True
    while more:
        if leaves == most_leaves:
            raise TooManyLeaves(math.fsum(mass for masses in law.values() for mass in masses))
        outcome = play(walk)
        if walk.trouble is not None:
            raise walk.trouble
        if walk._depth != len(walk._forks):
            raise Unrepeatable
        law.setdefault(outcome, []).append(walk.mass)
        leaves += 1
        more = walk._turn()
    return Explored({outcome: math.fsum(masses) for outcome, masses in law.items()}, leaves, walk._skipped)


def _normalised(weights: Sequence[float]) -> tuple[float, ...]:
    total = math.fsum(weights)
    if not (0.0 < total < math.inf) or min(weights) < 0.0:
        raise ValueError(f"{list(weights)!r} are no weights")
    return tuple(weight / total for weight in weights)
