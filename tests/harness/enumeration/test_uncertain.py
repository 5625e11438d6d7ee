"""Uncertain numbers: comparisons are decided with exact chances, held against plain floats on a fine grid."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.enumeration.race import race
from harness.enumeration.uncertain import Uncertain, Uniform
from harness.enumeration.walk import Unfollowable, Walk, explore

GRID = (np.arange(20_000) + 0.5) / 20_000

NUMBERS = st.floats(-4, 4, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-3)
STEPS: dict[str, Callable[[Any, float], Any]] = {
    "add": lambda x, c: x + c,
    "from": lambda x, c: c - x,
    "times": lambda x, c: c * x,
    "over": lambda x, c: x / c if c else x,
    "at least": lambda x, c: x.at_least(c) if isinstance(x, Uncertain) else max(x, c),
    "at most": lambda x, c: x.at_most(c) if isinstance(x, Uncertain) else min(x, c),
    "exp": lambda x, c: exp(x),
    "log": lambda x, c: log(exp(x) + 1),
    "1 / positive": lambda x, c: 1 / exp(x),
    "power": lambda x, c: exp(x) ** c,
}
COMPARISONS: dict[str, Callable[[Any, float], Any]] = {
    "<": lambda x, c: x < c,
    "<=": lambda x, c: x <= c,
    ">": lambda x, c: x > c,
    ">=": lambda x, c: x >= c,
    "reflected <": lambda x, c: c < x,
}
PIPELINES = st.lists(st.tuples(st.sampled_from(sorted(STEPS)), NUMBERS), max_size=5)


def exp(x: Any) -> Any:
    """Of what was first kept from growing too large for floats."""
    if isinstance(x, Uncertain):
        return x.at_most(2.0).at_least(-2.0).exp()
    return math.exp(max(min(x, 2.0), -2.0))


def log(x: Any) -> Any:
    return x.log() if isinstance(x, Uncertain) else math.log(x)


def through(pipeline: Sequence[tuple[str, float]], x: Any) -> Any:
    for name, number in pipeline:
        x = STEPS[name](x, number)
    return x


def law(play: Callable[[Walk], Any]) -> dict[Any, float]:
    return explore(play, most_leaves=100_000).law


@given(PIPELINES, st.sampled_from(sorted(COMPARISONS)), NUMBERS)
def test_a_comparison_is_as_likely_as_its_part_of_the_interval(
    pipeline: list[tuple[str, float]], comparison: str, bound: float
) -> None:
    compare = COMPARISONS[comparison]
    got = law(lambda walk: bool(compare(through(pipeline, Uncertain(Uniform(walk))), bound)))
    share = np.mean([compare(through(pipeline, float(u)), bound) for u in GRID[::20]])
    assert got.get(True, 0.0) == pytest.approx(share, abs=2e-3)


# Apart by more than rounding: the law of an interval of one unit in the last place is none.
@given(st.lists(st.integers(10, 990).map(lambda thousandths: thousandths / 1000), min_size=1, max_size=5))
def test_a_number_used_again_stays_in_its_interval(bounds: list[float]) -> None:
    def play(walk: Walk) -> tuple[bool, ...]:
        u = Uncertain(Uniform(walk))
        return tuple(bool(u < bound) for bound in bounds)

    got = law(play)
    edges = sorted({0.0, 1.0, *bounds})
    want: dict[tuple[bool, ...], float] = {}
    for low, high in itertools.pairwise(edges):
        answer = tuple(low < bound for bound in bounds)
        want[answer] = want.get(answer, 0.0) + high - low
    assert got == pytest.approx(want)


@given(st.lists(st.floats(0.05, 1.0), min_size=2, max_size=6))
def test_an_inverse_cdf_gives_back_its_law(weights: list[float]) -> None:
    probs = np.array(weights) / sum(weights)
    edges = np.cumsum(probs)[:-1].tolist()
    got = law(lambda walk: bisect.bisect(edges, Uncertain(Uniform(walk))))
    assert [got[k] for k in range(len(probs))] == pytest.approx(probs.tolist())


def test_rounding_down_gives_whole_numbers_of_equal_weight() -> None:
    assert law(lambda walk: int(Uncertain(Uniform(walk)) * 5)) == pytest.approx(dict.fromkeys(range(5), 0.2))


RACES: dict[str, tuple[Callable[[float, Uncertain], Any], bool]] = {
    "argmax p / E": (lambda p, u: p / -u.log(), True),
    "argmin E / p": (lambda p, u: -u.log() / p if p else math.inf, False),
    "argmin E / p, the other exponential": (lambda p, u: -(1 - u).log() / p if p else math.inf, False),
    "argmax log p + Gumbel": (lambda p, u: -(-u.log()).log() + (math.log(p) if p else -math.inf), True),
    "argmax u ** (1 / p)": (lambda p, u: u ** (1 / p) if p else 0.0, True),
}


@pytest.mark.parametrize("name", RACES)
@given(
    st.lists(st.floats(0.0, 1.0).map(lambda x: x if x > 1e-4 else 0.0), min_size=2, max_size=6).filter(any)
)
def test_each_way_to_write_the_exponential_race_draws_from_its_weights(
    name: str, weights: list[float]
) -> None:
    score, largest = RACES[name]

    def play(walk: Walk) -> int:
        return race(walk, [_plain(score(p, Uncertain(Uniform(walk)))) for p in weights], largest=largest)

    got = law(play)
    for n, weight in enumerate(weights):
        assert got.get(n, 0.0) == pytest.approx(weight / sum(weights), abs=1e-9)


def _plain(score: Any) -> Any:
    """A token of weight 0 has a score that is known."""
    return score if isinstance(score, Uncertain) else float(score)


def refused(play: Callable[[Walk], Any]) -> str:
    with pytest.raises(Unfollowable) as caught:
        explore(play, most_leaves=100)
    return str(caught.value)


def test_a_race_that_is_none_is_refused() -> None:
    def noisy(walk: Walk) -> int:
        return race(walk, [Uncertain(Uniform(walk)) + p for p in (0.2, 0.3)], largest=True)

    assert "no exponential race" in refused(noisy)


def test_a_number_that_ran_a_race_is_of_no_more_use() -> None:
    def twice(walk: Walk) -> bool:
        scores = [Uncertain(Uniform(walk)) for _ in range(2)]
        race(walk, scores, largest=True)
        return bool(scores[0] < 0.5)

    def once_more(walk: Walk) -> int:
        scores = [Uncertain(Uniform(walk)) for _ in range(2)]
        race(walk, scores, largest=True)
        return race(walk, scores, largest=True)

    assert "after a race" in refused(twice)
    assert "used before" in refused(once_more)


@pytest.mark.parametrize(
    "use",
    [
        lambda u, v: u < v,
        lambda u, v: u + v,
        lambda u, v: u * u,
        lambda u, v: math.sin(u),
        lambda u, v: bool(u),
        lambda u, v: [1, 2][u],
        lambda u, v: u == 0.5,
        lambda u, v: u % 2,
        lambda u, v: round(u),
        lambda u, v: u.hex(),
        lambda u, v: (u - 0.5) ** 2,
        lambda u, v: 1 / (u - 0.5),
        lambda u, v: np.asarray(u, dtype=float),
    ],
)
def test_what_is_not_followed_is_refused_and_not_guessed(use: Callable[[Any, Any], Any]) -> None:
    refused(lambda walk: bool(use(Uncertain(Uniform(walk)), Uncertain(Uniform(walk)))))


def test_numpy_scalars_and_arrays_mix_with_uncertain_numbers() -> None:
    p, q = np.float32(0.25), np.array([0.5, 0.8])
    assert law(lambda walk: bool(Uncertain(Uniform(walk)) * np.float64(0.5) < p)) == {True: 0.5, False: 0.5}
    assert law(lambda walk: bool(p > Uncertain(Uniform(walk)) * np.float64(0.5))) == {True: 0.5, False: 0.5}
    assert law(lambda walk: bool(np.float64(0.5) * Uncertain(Uniform(walk)) < p)) == {True: 0.5, False: 0.5}
    got = law(lambda walk: tuple((Uncertain(Uniform(walk)) * q < 0.4).tolist()))
    assert got == pytest.approx({(True, True): 0.5, (True, False): 0.3, (False, False): 0.2})
