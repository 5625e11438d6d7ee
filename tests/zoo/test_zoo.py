"""The zoo, end to end: each submission is run by the judge and must get the verdict that its header names.

Honest code is judged whole. Of the wrong ones the default run takes those below; `probe zoo` runs all.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.core.diagnosis import TABLE
from harness.judge import judge
from isolation.bare import BareRuntime
from isolation.contract import RuntimeFault
from tests.zoo.zoo import Specimen, specimens
from wire.scorecard import Scorecard, Status

SEED = 20_260

SAMPLE = {
    "textbook",
    "block_verification",
    "accept_always",
    "correct_from_target",
    "stale_target_cache",
    "stale_draft_cache",
    "no_gamma_zero",
    "seeds_itself",
    "past_eos",
    "import_error",
}
"""At least one for each kind of check; each takes the judge seconds."""

COSTS_ONLY = {"economy", "cache", "speed"}
"""Checks that right and slow code may fail."""


@pytest.fixture(scope="module")
def runtime() -> BareRuntime:
    try:
        return BareRuntime()
    except RuntimeFault as fault:
        pytest.skip(f"no environment with torch: {fault}")


@pytest.fixture
def challenge(tmp_path: Path) -> Path:
    (tmp_path / "challenge.toml").write_text(
        'slug = "zoo"\nversion = 1\ntitle = "Zoo"\nkind = "implement"\naxis = "research"\n'
        'minutes = 45\nentry = "specdec.py"\n'
    )
    return tmp_path


def judged(specimen: Specimen, challenge: Path, runtime: BareRuntime) -> Scorecard:
    return judge(
        specimen.files,
        challenge_folder=challenge,
        seed=SEED,
        budget="quick",
        runtime=runtime,
        on_progress=lambda progress: None,
    )


def sample(*kinds: str) -> list[Specimen]:
    return [each for kind in kinds for each in specimens(kind) if each.name in SAMPLE]


@pytest.mark.slow
@pytest.mark.parametrize("specimen", sample("honest"), ids=lambda each: each.name)
def test_right_code_passes_all_but_economy(specimen: Specimen, challenge: Path, runtime: BareRuntime) -> None:
    card = judged(specimen, challenge, runtime)
    failed = {verdict.check: verdict.summary for verdict in card.verdicts if verdict.status is Status.FAIL}
    assert not failed.keys() - COSTS_ONLY, failed
    assert card.score.suggested >= 3


@pytest.mark.slow
@pytest.mark.parametrize("specimen", sample("wrong", "cheat"), ids=lambda each: each.name)
def test_wrong_code_is_caught_by_the_check_named(
    specimen: Specimen, challenge: Path, runtime: BareRuntime
) -> None:
    card = judged(specimen, challenge, runtime)
    verdict = next(verdict for verdict in card.verdicts if verdict.check == specimen.caught_by)
    assert verdict.status is Status.FAIL
    if specimen.diagnosis:
        assert TABLE[specimen.diagnosis].interviewer in verdict.diagnosis


def test_every_header_can_be_read() -> None:
    assert len(specimens("honest")) >= 10
    assert len(specimens("wrong")) >= 20


def test_honest_code_is_caught_by_nothing_and_wrong_code_by_something() -> None:
    assert all((each.caught_by is None) == (each.kind == "honest") for each in specimens())


def test_the_sample_is_in_the_zoo() -> None:
    assert {each.name for each in specimens()} >= SAMPLE
