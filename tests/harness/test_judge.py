"""One submission in, one scorecard out: with real processes and a small battery."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from harness.battery import Battery
from harness.judge import judge
from harness.runner.contestant import Deadlines
from harness.runner.snapshot import BadSnapshot
from isolation.bare import BareRuntime
from pairs.analytic import Pair
from tests.harness.conftest import REFERENCE
from tests.harness.made_up import CountingCheck, score
from wire.scorecard import Progress, Scorecard, Status

RIGHT = REFERENCE.read_text()


def judged(
    text: str, challenge: Path, pair: Pair, runtime: BareRuntime, seen: list[Progress] | None = None
) -> Scorecard:
    progress: list[Progress] = [] if seen is None else seen
    checks = [CountingCheck("contract", 3, enough=3), CountingCheck("law", 8), CountingCheck("speed", 0)]
    return judge(
        {"specdec.py": text},
        challenge_folder=challenge,
        seed=42,
        budget="quick",
        runtime=runtime,
        on_progress=progress.append,
        battery=Battery(pairs={"small": pair}, checks=checks),
        scorer=score,
        deadlines=Deadlines(import_s=3.0, trial_s=2.0),
    )


def test_a_right_submission_gets_every_verdict(challenge: Path, pair: Pair, runtime: BareRuntime) -> None:
    seen: list[Progress] = []
    card = judged(RIGHT, challenge, pair, runtime, seen)
    assert [(verdict.check, verdict.status) for verdict in card.verdicts] == [
        ("contract", Status.PASS),
        ("law", Status.PASS),
        ("speed", Status.PASS),
    ]
    assert (card.challenge, card.challenge_version, card.budget, card.runtime) == (
        "small",
        3,
        "quick",
        "none",
    )
    assert [(line.done, line.of) for line in seen] == [(n, 11) for n in range(1, 12)]
    assert Scorecard.model_validate_json(card.model_dump_json()) == card


def test_the_seed_is_committed_to(challenge: Path, pair: Pair, runtime: BareRuntime) -> None:
    card = judged("def generate(): pass\n", challenge, pair, runtime)
    assert card.seed == 42
    assert card.seed_commitment == hashlib.sha256(b"42").hexdigest()


def test_what_cannot_be_imported_fails_the_contract_and_the_rest_is_not_run(
    challenge: Path, pair: Pair, runtime: BareRuntime
) -> None:
    card = judged("import torch\nfoo\n", challenge, pair, runtime)
    contract, law, speed = card.verdicts
    assert contract.status is Status.FAIL
    assert (
        contract.summary == "specdec.py could not be imported: NameError: name 'foo' is not defined (line 2)."
    )
    assert law.status is speed.status is Status.NOT_RUN
    assert "contract" in law.summary


def test_what_cannot_be_a_submission_is_refused_before_anything_is_started(
    challenge: Path, pair: Pair, runtime: BareRuntime
) -> None:
    with pytest.raises(BadSnapshot, match="utf-7"):
        judged("# coding: utf-7\n", challenge, pair, runtime)
