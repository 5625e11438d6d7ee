"""The explorer: every outcome of a random program, with its exact probability, and never a wrong law."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.enumeration.walk import TooManyLeaves, Unfollowable, Unrepeatable, Walk, explore

Tree = int | tuple[tuple[int, "Tree"], ...]
"""A leaf's name, or ways with whole weights."""

LEAVES = st.integers(0, 3)
TREES: st.SearchStrategy[Tree] = st.recursive(
    LEAVES,
    lambda below: (
        st.lists(st.tuples(st.integers(0, 5), below), min_size=1, max_size=4)
        .filter(lambda ways: any(weight for weight, _ in ways))
        .map(tuple)
    ),
    max_leaves=30,
)


def law_of(tree: Tree) -> dict[int, Fraction]:
    if isinstance(tree, int):
        return {tree: Fraction(1)}
    total = sum(weight for weight, _ in tree)
    law: dict[int, Fraction] = {}
    for weight, below in tree:
        for leaf, mass in law_of(below).items():
            law[leaf] = law.get(leaf, Fraction(0)) + Fraction(weight, total) * mass
    return {leaf: mass for leaf, mass in law.items() if mass}


def climb(tree: Tree, walk: Walk) -> int:
    while not isinstance(tree, int):
        tree = tree[walk.choose([weight for weight, _ in tree])][1]
    return tree


@given(TREES)
def test_the_law_is_exact_and_all_of_it_is_there(tree: Tree) -> None:
    explored = explore(lambda walk: climb(tree, walk), most_leaves=10_000)
    want = law_of(tree)
    assert explored.law.keys() == want.keys()
    for leaf, mass in want.items():
        assert explored.law[leaf] == pytest.approx(float(mass), abs=1e-12)
    assert explored.skipped == 0.0


def test_ways_too_unlikely_to_take_are_added_up() -> None:
    explored = explore(lambda walk: walk.choose((1.0, 1e-13)), most_leaves=10)
    assert explored.law.keys() == {0}
    assert explored.skipped == pytest.approx(1e-13)
    assert math.fsum(explored.law.values()) + explored.skipped == pytest.approx(1.0, abs=1e-15)


def test_below_the_least_mass_the_likeliest_way_is_taken_and_all_mass_is_counted_once() -> None:
    def halves(walk: Walk) -> tuple[int, ...]:
        return tuple(walk.choose((1.0, 1.5)) for _ in range(2 if walk.choose((1.0, 1.6e-12)) else 0))

    explored = explore(halves, most_leaves=10)
    assert explored.law.keys() == {(), (1, 1)}
    assert math.fsum(explored.law.values()) + explored.skipped == pytest.approx(1.0, abs=1e-15)


def test_a_way_of_weight_0_is_never_taken() -> None:
    assert explore(lambda walk: walk.choose((0.0, 1.0, 0.0)), most_leaves=10).law == {1: 1.0}


@pytest.mark.parametrize("weights", [(), (0.0, 0.0), (1.0, -0.5), (math.nan, 1.0), (math.inf, 1.0)])
def test_impossible_weights_are_an_error(weights: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="no weights"):
        explore(lambda walk: walk.choose(weights), most_leaves=10)


def test_the_budget_of_leaves_says_how_far_it_got() -> None:
    with pytest.raises(TooManyLeaves) as caught:
        explore(lambda walk: (walk.choose((1, 1)), walk.choose((1, 1))), most_leaves=3)
    assert caught.value.explored == 0.75


def test_a_program_that_remembers_the_last_call_is_found_out() -> None:
    seen: list[int] = []

    def remembers(walk: Walk) -> int:
        if not seen:
            seen.append(walk.choose((1, 1)))
        return seen[0]

    with pytest.raises(Unrepeatable):
        explore(remembers, most_leaves=10)


def test_a_program_whose_chances_change_is_found_out() -> None:
    calls: list[None] = []

    def drifts(walk: Walk) -> int:
        calls.append(None)
        return walk.choose((1, len(calls)))

    with pytest.raises(Unrepeatable):
        explore(drifts, most_leaves=10)


def test_what_cannot_be_followed_stays_so_when_the_program_swallows_it() -> None:
    def swallows(walk: Walk) -> int:
        try:
            refuse(walk)
        except BaseException:
            return 0

    def refuse(walk: Walk) -> NoReturn:
        walk.refuse("dice")

    with pytest.raises(Unfollowable, match="dice"):
        explore(swallows, most_leaves=10)
