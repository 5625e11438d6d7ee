"""One seed gives one judgement, however the submission is held."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.battery import LAW_SETTINGS, Battery, make_battery
from harness.checks.law import Law
from harness.judge import judge
from isolation.contract import Runtime
from tests.isolation.conftest import runtime_by_name
from tests.zoo.zoo import specimens
from wire.scorecard import Score, Verdict

ROOT = Path(__file__).resolve().parents[2]
WRONG = next(one for one in specimens("wrong") if one.name == "correct_from_target")
SEED = 7

pytestmark = [pytest.mark.docker, pytest.mark.embedded]


def law_on(runtime: Runtime) -> Verdict:
    """The verdict on the law alone, from one pair: the whole battery would say the same more slowly."""
    pairs = make_battery(SEED).pairs
    scorecard = judge(
        WRONG.files,
        challenge_folder=ROOT / "challenges" / "speculative-decoding",
        seed=SEED,
        budget="quick",
        runtime=runtime,
        on_progress=lambda _: None,
        battery=Battery(pairs=pairs, checks=(Law(pairs, settings=LAW_SETTINGS[:1]),)),
        scorer=lambda _: Score(axis="research", suggested=0, because=()),
    )
    (verdict,) = scorecard.verdicts
    return verdict


def test_docker_and_embedded_agree_to_the_last_figure(tmp_path: Path) -> None:
    docker = law_on(runtime_by_name("docker", tmp_path))
    embedded = law_on(runtime_by_name("embedded", tmp_path / "state"))
    assert docker.status == "fail"
    assert docker == embedded
