"""Uniform random numbers that nobody has drawn yet. Pure.

A `Uniform` is known to lie in an interval. An `Uncertain` is a monotone function of one: what arithmetic
makes of it. Comparing it with a known number splits the interval, each part as likely as it is long. The part
that was taken is kept, so what a number that is used twice decides is decided as it really is.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn, TypeGuard

from harness.enumeration.walk import Walk

MOST_WHOLES = 4096
"""So many whole numbers a random one may be rounded down to."""


class Uniform:
    """One number between 0 and 1, drawn when it is asked about."""

    __slots__ = ("high", "low", "spent", "walk")

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.low, self.high = 0.0, 1.0
        self.spent = False
        """Took part in a race: what is known of it since is no interval."""

    @property
    def fresh(self) -> bool:
        """Nothing is known of it."""
        return not self.spent and self.low == 0.0 and self.high == 1.0

    def below(self, bound: float) -> bool:
        """Whether it is; a matter of chance where the interval does not say. Narrows the interval."""
        if self.spent:
            self.walk.refuse("a random number that is used again after a race (argmax) that it took part in")
        if bound <= self.low or bound >= self.high:
            return bound >= self.high
        is_below = self.walk.choose((bound - self.low, self.high - bound)) == 0
        if is_below:
            self.high = bound
        else:
            self.low = bound
        return is_below


class Bound(NamedTuple):
    """A condition on a number: below ``at`` or above it; ``closed`` where equality is enough."""

    below: bool
    at: float
    closed: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A monotone function, by its values and by what a bound on its value says of its argument."""

    value: Callable[[float], float]
    bound: Callable[[Bound], Bound]


class Uncertain:
    """``steps`` applied to a uniform, first to last. Behaves like a float until somebody has to know it."""

    __slots__ = ("steps", "uniform")
    __hash__ = None  # type: ignore[assignment]
    # Arithmetic with an array goes element by element.
    __array_priority__ = -1.0

    def __init__(self, uniform: Uniform, steps: tuple[Step, ...] = ()) -> None:
        self.uniform = uniform
        self.steps = steps

    def range(self) -> tuple[float, float]:
        """The smallest and the largest that it can still be."""
        ends = self.at(self.uniform.low), self.at(self.uniform.high)
        return min(ends), max(ends)

    def at(self, u: float) -> float:
        """Its value where the uniform is ``u``; infinities stand for the open ends."""
        for step in self.steps:
            u = step.value(u)
        return u

    def pull_back(self, bound: Bound) -> Bound:
        """The same condition, on the uniform."""
        for step in reversed(self.steps):
            bound = step.bound(bound)
        return bound

    def meets(self, bound: Bound) -> bool:
        """Decide whether it does."""
        if math.isnan(bound.at):
            return False
        below, at, _ = self.pull_back(bound)
        return self.uniform.below(at) == below

    def refuse(self, what: str) -> NoReturn:
        self.uniform.walk.refuse(what)

    def _then(self, *steps: Step) -> Uncertain:
        return Uncertain(self.uniform, self.steps + steps)

    # --- Arithmetic with known numbers.

    def __add__(self, other: Any) -> Any:
        if not self._is_known(other):
            return NotImplemented
        # Itself it is finite, but for a chance of 0.
        return self._then(_add(float(other))) if math.isfinite(other) else float(other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self + -float(other) if self._is_known(other) else NotImplemented

    def __rsub__(self, other: Any) -> Any:
        return -self + float(other) if self._is_known(other) else NotImplemented

    def __neg__(self) -> Uncertain:
        return self._then(_scale(-1.0))

    def __pos__(self) -> Uncertain:
        return self

    def __mul__(self, other: Any) -> Any:
        if not self._is_known(other):
            return NotImplemented
        factor = float(other)
        if factor == 0.0:
            return 0.0
        if not math.isfinite(factor):
            return self._sign() * factor
        return self._then(_scale(factor))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        if not self._is_known(other):
            return NotImplemented
        divisor = float(other)
        if math.isnan(divisor):
            return math.nan
        if divisor == 0.0:
            return self._sign() * math.copysign(math.inf, divisor)
        return 0.0 if math.isinf(divisor) else self._then(_divide(divisor))

    def __rtruediv__(self, other: Any) -> Any:
        if not self._is_known(other):
            return NotImplemented
        return self._reciprocal() * float(other)

    def __pow__(self, other: Any) -> Any:
        if not self._is_known(other):
            return NotImplemented
        if float(other) == 0.0:
            return 1.0
        return (self.log() * float(other)).exp()

    def __rpow__(self, other: Any) -> Any:
        if not self._is_known(other):
            return NotImplemented
        if float(other) <= 0.0:
            self.refuse(f"a random power of {float(other):g}")
        power = self * math.log(float(other))
        return power.exp() if isinstance(power, Uncertain) else math.exp(power)

    def __abs__(self) -> Uncertain:
        return self if self._sign() > 0 else -self

    def log(self) -> Uncertain:
        if self._sign() < 0:
            self.refuse("the logarithm of a negative random number")
        return self._then(_LOG)

    def exp(self) -> Uncertain:
        return self._then(_EXP)

    def log1p(self) -> Uncertain:
        shifted: Uncertain = self + 1.0
        return shifted.log()

    def expm1(self) -> Uncertain:
        shifted: Uncertain = self.exp() - 1.0
        return shifted

    def sqrt(self) -> Uncertain:
        root: Uncertain = self**0.5
        return root

    def at_least(self, least: float) -> Uncertain:
        """The larger of the two."""
        return self._then(_clip(float(least), lower=True))

    def at_most(self, most: float) -> Uncertain:
        """The smaller of the two."""
        return self._then(_clip(float(most), lower=False))

    def floor(self) -> int:
        """The whole number below it: decided, by as many comparisons as it takes."""
        low, high = self.range()
        if not (math.isfinite(low) and math.isfinite(high)) or high - low > MOST_WHOLES:
            self.refuse("a random number rounded to a whole one, of which there are too many")
        whole = math.floor(low)
        while whole + 1 < high and self >= whole + 1:
            whole += 1
        return whole

    def _reciprocal(self) -> Uncertain:
        return self._then(_reciprocal(positive=self._sign() > 0))

    def _sign(self) -> float:
        low, high = self.range()
        if low >= 0.0:
            return 1.0
        if high <= 0.0:
            return -1.0
        return self.refuse("arithmetic that hangs on the sign of a random number")

    # --- Comparisons decide.

    def __lt__(self, other: Any) -> Any:
        return self.meets(Bound(True, float(other), False)) if self._is_known(other) else NotImplemented

    def __le__(self, other: Any) -> Any:
        return self.meets(Bound(True, float(other), True)) if self._is_known(other) else NotImplemented

    def __gt__(self, other: Any) -> Any:
        return self.meets(Bound(False, float(other), False)) if self._is_known(other) else NotImplemented

    def __ge__(self, other: Any) -> Any:
        return self.meets(Bound(False, float(other), True)) if self._is_known(other) else NotImplemented

    def __eq__(self, other: object) -> Any:
        if not self._is_known(other):
            return NotImplemented
        return self.refuse("a test whether a random number equals another number")

    __ne__ = __eq__

    # --- What would need its value.

    def __float__(self) -> float:
        self.refuse("a random number that leaves what is followed (it was turned into a plain float)")

    def __bool__(self) -> bool:
        self.refuse("the truth value of a random number")

    def __int__(self) -> int:
        low, high = self.range()
        if low < 0.0 < high:
            self.refuse("a random number of either sign rounded towards 0")
        return self.floor() if low >= 0.0 else -(-self).floor()

    __trunc__ = __int__
    __floor__ = floor

    def __index__(self) -> int:
        self.refuse("a random number used as an index")

    def __round__(self, digits: object = None) -> NoReturn:
        self.refuse("a random number that is rounded")

    def __ceil__(self) -> int:
        return -(-self).floor()

    def __mod__(self, other: object) -> NoReturn:
        self.refuse("the remainder of a random number")

    __rmod__ = __floordiv__ = __rfloordiv__ = __divmod__ = __complex__ = __mod__

    def __repr__(self) -> str:
        return "<a random number>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __copy__(self) -> Uncertain:
        return self

    def __deepcopy__(self, memo: object) -> Uncertain:
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self.refuse(f"`.{name}` of a random number")

    def item(self) -> Uncertain:
        """As a numpy scalar has it."""
        return self

    def _is_known(self, other: object) -> TypeGuard[float]:
        if isinstance(other, Uncertain):
            self.refuse("two random numbers that are combined or compared with each other")
        return isinstance(other, float | int | numbers.Real)


def _add(number: float) -> Step:
    return Step(lambda x: x + number, lambda b: Bound(b.below, b.at - number, b.closed))


def _scale(factor: float) -> Step:
    return Step(lambda x: x * factor, lambda b: Bound(b.below == (factor > 0.0), b.at / factor, b.closed))


def _divide(divisor: float) -> Step:
    return Step(lambda x: x / divisor, lambda b: Bound(b.below == (divisor > 0.0), b.at * divisor, b.closed))


def _reciprocal(*, positive: bool) -> Step:
    """``1 / x`` for x of one sign, which its reciprocal shares."""
    sign = 1.0 if positive else -1.0

    def value(x: float) -> float:
        return sign * math.inf if x == 0.0 else 1.0 / x

    def bound(b: Bound) -> Bound:
        if b.at == 0.0 or (b.at > 0.0) != positive:
            # The bound lies beyond 0, where 1/x never is: the condition always holds, or never.
            always = b.below != positive
            return Bound(always, math.inf, False)
        return Bound(not b.below, 1.0 / b.at, b.closed)

    return Step(value, bound)


def _clip(limit: float, *, lower: bool) -> Step:
    def bound(b: Bound) -> Bound:
        # "Below" for a lower limit and "above" for an upper one can fail at the limit itself.
        towards = b.below == lower
        beyond = b.at > limit if lower else b.at < limit
        reached = beyond or (b.at == limit and (b.closed if towards else not b.closed))
        if reached:
            return b
        never_or_always = -math.inf if lower else math.inf
        return Bound(b.below, never_or_always, False)

    return Step((lambda x: max(x, limit)) if lower else (lambda x: min(x, limit)), bound)


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _log(x: float) -> float:
    if x <= 0.0:
        return -math.inf
    return math.log(x)


_LOG = Step(_log, lambda b: Bound(b.below, _exp(b.at), b.closed))
_EXP = Step(_exp, lambda b: Bound(b.below, _log(b.at), b.closed))
