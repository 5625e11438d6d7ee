"""The zoo, end to end: each submission is run by the judge and must get the verdict that its header names.

The default run takes a sample, with a specimen for each kind of check; PROBE_LONG=1 takes all, at the budget
that the header names. `python -m tests.zoo` prints the same as a table.
"""

from __future__ import annotations

import os

import pytest

from isolation.bare import BareRuntime
from isolation.contract import RuntimeFault
from tests.zoo.run import judged
from tests.zoo.zoo import Specimen, specimens

SEED = 20_260

SAMPLE = {
    "textbook",
    "greedy_draft",
    "accept_always",
    "stale_draft_cache",
    "no_gamma_zero",
    "seeds_itself",
    "past_eos",
    "import_error",
}
"""At least one for each kind of check; each takes the judge seconds."""

LONG = os.environ.get("PROBE_LONG") == "1"


@pytest.fixture(scope="module")
def runtime() -> BareRuntime:
    try:
        return BareRuntime()
    except RuntimeFault as fault:
        pytest.skip(f"no environment with torch: {fault}")


def chosen(*kinds: str) -> list[Specimen]:
    return [each for kind in kinds for each in specimens(kind) if LONG or each.name in SAMPLE]


@pytest.mark.slow
@pytest.mark.parametrize("specimen", chosen("honest"), ids=lambda each: each.name)
def test_right_code_passes_all_but_economy(specimen: Specimen, runtime: BareRuntime) -> None:
    outcome = judged(specimen, runtime, seed=SEED, budget=specimen.budget)
    assert outcome.right, outcome
    assert outcome.band >= 3


@pytest.mark.slow
@pytest.mark.parametrize("specimen", chosen("wrong", "cheat"), ids=lambda each: each.name)
def test_wrong_code_is_caught_by_the_check_named(specimen: Specimen, runtime: BareRuntime) -> None:
    outcome = judged(specimen, runtime, seed=SEED, budget=specimen.budget)
    assert outcome.right, outcome


def test_every_header_can_be_read() -> None:
    assert len(specimens("honest")) >= 15
    assert len(specimens("wrong")) >= 50


def test_honest_code_is_caught_by_nothing_and_wrong_code_by_something() -> None:
    assert all((each.caught_by is None) == (each.kind == "honest") for each in specimens())


def test_the_sample_is_in_the_zoo() -> None:
    assert {each.name for each in specimens()} >= SAMPLE
