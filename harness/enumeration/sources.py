"""Where random numbers come from in the process that holds a submission: Python's, numpy's and seeded ones.

A source is *open* when its numbers differ from trial to trial: the generator that `generate` is handed, and
the global ones, which each trial seeds afresh. What is drawn from an open source becomes a decision of the
walk. A source that the submission seeds with a number of its own is *settled*: its numbers are real ones, the
same in each run, as they are in each trial.
"""

from __future__ import annotations

import bisect
import math
import os
import random
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np

from harness.enumeration.uncertain import Uncertain, Uniform
from harness.enumeration.walk import Walk

MOST_WAYS = 64
"""A random whole number with more values than this is taken for a seed, good for nothing else."""


class Chance:
    """The walk of the run that is going on; none outside of runs, where real numbers are drawn."""

    def __init__(self) -> None:
        self.walk: Walk | None = None
        self.settled: set[str] = set()
        """Global sources that this run has seeded itself: torch, numpy, python."""

    def open(self, name: str) -> Walk | None:
        """The walk that decides for this global source; None where real numbers are due."""
        return None if name in self.settled else self.walk

    def seeded(self, name: str, seed: object) -> None:
        """A global source was seeded with this."""
        if self.walk is None or (isinstance(seed, RandomInteger) and seed.claim()) or seed is None:
            self.settled.discard(name)
        else:
            self.settled.add(name)


chance = Chance()


class RandomInteger:
    """A whole number out of so many that it can only serve as a seed. Anything else is refused."""

    def __init__(
        self, walk: Walk, key: tuple[object, ...] = (), claimed: set[tuple[object, ...]] | None = None
    ):
        self._walk = walk
        self._key = key
        self._claimed = set() if claimed is None else claimed

    def claim(self) -> bool:
        """Use it as a seed, which is possible once: a second source would repeat the first. Always True."""
        if self._key in self._claimed:
            self._walk.refuse("two sources of randomness with one random seed, or one that is started again")
        self._claimed.add(self._key)
        return True

    def _derived(self, name: str, other: object) -> RandomInteger:
        if not isinstance(other, int):
            self._refuse()
        return RandomInteger(self._walk, (*self._key, (name, other)), self._claimed)

    def __add__(self, other: object) -> RandomInteger:
        return self._derived("+", other)

    def __xor__(self, other: object) -> RandomInteger:
        return self._derived("^", other)

    def __mod__(self, other: object) -> RandomInteger:
        return self if isinstance(other, int) and other > MOST_WAYS else self._refuse()

    def __and__(self, other: object) -> RandomInteger:
        return self if isinstance(other, int) and other > MOST_WAYS else self._refuse()

    def _refuse(self, *other: object) -> NoReturn:
        self._walk.refuse("a random whole number with many values that is no seed")

    __sub__ = __mul__ = __truediv__ = __floordiv__ = __lshift__ = __rshift__ = __neg__ = __abs__ = _refuse
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rmod__ = __rand__ = __rxor__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = __int__ = __index__ = __float__ = __bool__ = _refuse
    __eq__ = __ne__ = _refuse
    __hash__ = None  # type: ignore[assignment]

    def item(self) -> RandomInteger:
        return self


def uniform(walk: Walk) -> Uncertain:
    return Uncertain(Uniform(walk))


def exponential(walk: Walk) -> Uncertain:
    """Of mean 1, by the inverse of its distribution function."""
    return -uniform(walk).log()


def whole(walk: Walk, low: int, high: int) -> Any:
    """``low`` to ``high - 1``, each as likely."""
    if high - low > MOST_WAYS:
        return RandomInteger(walk)
    return low + walk.choose([1.0] * (high - low))


def filled(size: Any, draw: Callable[[], Any]) -> Any:
    """One draw for size None, else an array of them, drawn in order."""
    if size is None:
        return draw()
    numbers = np.empty(size, dtype=object)
    for index in np.ndindex(numbers.shape):
        numbers[index] = draw()
    return numbers


class NumpySource:
    """An open `numpy.random.Generator`: the methods that a sampler may need, all others refused."""

    def __init__(self, walk: Callable[[], Walk]) -> None:
        self._walk = walk

    def random(self, size: Any = None, dtype: object = None, out: object = None) -> Any:
        if out is not None:
            self._walk().refuse("random(out=...) of numpy")
        return filled(size, lambda: uniform(self._walk()))

    random_sample = ranf = sample = random

    def rand(self, *shape: int) -> Any:
        return self.random(shape or None)

    def uniform(self, low: float = 0.0, high: float = 1.0, size: Any = None) -> Any:
        return filled(size, lambda: uniform(self._walk()) * (high - low) + low)

    def exponential(self, scale: float = 1.0, size: Any = None) -> Any:
        return filled(size, lambda: exponential(self._walk()) * scale)

    def standard_exponential(self, size: Any = None) -> Any:
        return self.exponential(size=size)

    def gumbel(self, loc: float = 0.0, scale: float = 1.0, size: Any = None) -> Any:
        return filled(size, lambda: -exponential(self._walk()).log() * scale + loc)

    def integers(self, low: int, high: int | None = None, size: Any = None, **how: Any) -> Any:
        low, high = (0, low) if high is None else (low, high)
        last = int(high) + bool(how.get("endpoint"))
        drawn = filled(size, lambda: whole(self._walk(), int(low), last))
        # Whole numbers that are known are an array of whole numbers again.
        return drawn.astype(np.int64) if isinstance(drawn, np.ndarray) and last - low <= MOST_WAYS else drawn

    randint = integers

    def choice(self, a: Any, size: Any = None, replace: bool = True, p: Any = None, **how: Any) -> Any:
        if how.get("axis", 0) != 0:
            self._walk().refuse("choice along another axis")
        options = np.arange(a) if np.ndim(a) == 0 else np.asarray(a)
        weights = [1.0] * len(options) if p is None else [float(weight) for weight in p]
        if (
            len(weights) != len(options)
            or abs(math.fsum(weights) - (1.0 if p is not None else len(options))) > 1e-6
        ):
            raise ValueError("probabilities do not sum to 1")
        count = 1 if size is None else int(np.prod(size))
        ways = draws(self._walk(), weights, count, replace=replace)
        return options[ways[0]] if size is None else options[np.array(ways).reshape(size)]

    def multinomial(self, n: int, pvals: Any, size: Any = None) -> Any:
        if size is not None:
            self._walk().refuse("multinomial(size=...) of numpy")
        weights = [float(weight) for weight in pvals]
        return np.bincount(draws(self._walk(), weights, int(n), replace=True), minlength=len(weights))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._walk().refuse(f"numpy's {name}")


class PythonSource:
    """An open `random.Random`."""

    def __init__(self, walk: Callable[[], Walk]) -> None:
        self._walk = walk

    def random(self) -> Uncertain:
        return uniform(self._walk())

    def uniform(self, a: float, b: float) -> Any:
        return uniform(self._walk()) * (b - a) + a

    def expovariate(self, lambd: float = 1.0) -> Any:
        return exponential(self._walk()) / lambd

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> Any:
        if step != 1:
            self._walk().refuse("randrange with a step")
        return whole(self._walk(), *((0, start) if stop is None else (start, stop)))

    def randint(self, a: int, b: int) -> Any:
        return whole(self._walk(), a, b + 1)

    def getrandbits(self, k: int) -> Any:
        return whole(self._walk(), 0, 1 << k)

    def choice(self, seq: Sequence[Any]) -> Any:
        return seq[self._walk().choose([1.0] * len(seq))]

    def choices(
        self, population: Sequence[Any], weights: Any = None, *, cum_weights: Any = None, k: int = 1
    ) -> list[Any]:
        if cum_weights is not None:
            weights = np.diff(np.asarray(cum_weights, dtype=float), prepend=0.0)
        known = [1.0] * len(population) if weights is None else [float(weight) for weight in weights]
        return [population[way] for way in draws(self._walk(), known, k, replace=True)]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._walk().refuse(f"random.{name}")


def draws(walk: Walk, weights: Sequence[float], count: int, *, replace: bool) -> list[int]:
    """Indices drawn in turn; without replacement, each time among those that are left."""
    left, drawn = list(weights), []
    for _ in range(count):
        drawn.append(walk.choose(left))
        if not replace:
            left[drawn[-1]] = 0.0
    return drawn


_NUMPY_GLOBALS = (
    "random", "random_sample", "ranf", "sample", "rand", "uniform", "exponential", "standard_exponential",
    "gumbel", "randint", "choice", "multinomial",
)  # fmt: skip
_PYTHON_GLOBALS = (
    "random",
    "uniform",
    "expovariate",
    "randrange",
    "randint",
    "getrandbits",
    "choice",
    "choices",
)
_MATH = {
    "log": Uncertain.log,
    "exp": Uncertain.exp,
    "log1p": Uncertain.log1p,
    "expm1": Uncertain.expm1,
    "sqrt": Uncertain.sqrt,
}


def follow_python_and_numpy(settled: Callable[[Any], Any]) -> None:
    """Put open sources in the place of Python's and numpy's. ``settled`` is told of each seeded one."""
    _follow_globals("numpy", np.random, NumpySource(_walk_now), _NUMPY_GLOBALS)
    _follow_globals("python", random, PythonSource(_walk_now), _PYTHON_GLOBALS)
    _follow_seeding("numpy", np.random)
    _follow_seeding("python", random)
    np.random.default_rng = _factory(np.random.default_rng, NumpySource, settled)
    np.random.RandomState = _class(np.random.RandomState, NumpySource, settled)  # type: ignore[misc]
    random.Random = _class(random.Random, PythonSource, settled)  # type: ignore[misc]
    np.searchsorted = _search(np.searchsorted)
    for name in ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64", "SeedSequence"):
        setattr(np.random, name, _only_seeded(getattr(np.random, name), name))
    os.urandom = random._urandom = _refused_entropy(os.urandom)  # type: ignore[attr-defined]
    for name, method in _MATH.items():
        setattr(math, name, _also_uncertain(getattr(math, name), method))


def _walk_now() -> Walk:
    if chance.walk is None:
        raise RuntimeError("a source of one call of generate was kept and used outside of it")
    return chance.walk


def _follow_globals(name: str, module: Any, source: Any, functions: Sequence[str]) -> None:
    for function in functions:
        real, followed = getattr(module, function), getattr(source, function)

        def either(*args: Any, _real: Any = real, _followed: Any = followed, **kwargs: Any) -> Any:
            return (_real if chance.open(name) is None else _followed)(*args, **kwargs)

        setattr(module, function, either)


def _follow_seeding(name: str, module: Any) -> None:
    real = module.seed

    def seed(a: Any = None, *more: Any) -> None:
        chance.seeded(name, a)
        if not isinstance(a, RandomInteger):
            real(a, *more)

    module.seed = seed


def _factory(real: Any, followed: Any, settled: Callable[[Any], Any]) -> Any:
    """Makes an open source where no seed is given or a random one is, else a real one."""

    def make(seed: Any = None) -> Any:
        return followed(_walk_now) if _is_open(seed) else settled(real(seed))

    return make


def _class(real: Any, followed: Any, settled: Callable[[Any], Any]) -> Any:
    """The same for a class that others may ask about or derive from."""

    class Source(real):  # type: ignore[misc]
        def __new__(cls, seed: Any = None, *more: Any) -> Any:
            if cls is Source and _is_open(seed):
                return followed(_walk_now)
            return settled(super().__new__(cls, seed, *more))

    Source.__name__ = Source.__qualname__ = real.__name__
    return Source


def _is_open(seed: Any) -> bool:
    if isinstance(seed, RandomInteger):
        return seed.claim()
    return chance.walk is not None and seed is None


def _search(real: Any) -> Any:
    def searchsorted(a: Any, v: Any, side: str = "left", sorter: Any = None) -> Any:
        if isinstance(v, Uncertain) and sorter is None:
            find = bisect.bisect_right if side == "right" else bisect.bisect_left
            return find(np.asarray(a).tolist(), v)
        return real(a, v, side, sorter)

    return searchsorted


def _only_seeded(real: Any, name: str) -> Any:
    def make(*args: Any, **kwargs: Any) -> Any:
        seed = args[0] if args else kwargs.get("seed", kwargs.get("entropy"))
        if chance.walk is not None and not isinstance(seed, int):
            chance.walk.refuse(f"numpy's {name} without a whole number as its seed")
        return real(*args, **kwargs)

    return make


def _refused_entropy(real: Callable[[int], bytes]) -> Callable[[int], bytes]:
    def urandom(size: int) -> bytes:
        if chance.walk is not None:
            chance.walk.refuse("randomness from the operating system")
        return real(size)

    return urandom


def _also_uncertain(real: Any, method: Callable[[Uncertain], Any]) -> Any:
    def function(x: Any, *base: float) -> Any:
        if isinstance(x, Uncertain):
            value = method(x)
            return value / real(base[0]) if base else value
        return real(x, *base)

    return function
