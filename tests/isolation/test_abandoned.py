"""Contestants whose judge was killed do not stay for ever, and those that have one are left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from isolation.docker import is_abandoned, why_not
from tests.isolation.conftest import Starter

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


def contestant(*, created: timedelta, ended: timedelta | None = None) -> dict[str, Any]:
    """What the engine says of one that was created, and ended, that long ago."""

    def engine_time(ago: timedelta) -> str:
        return (NOW - ago).strftime("%Y-%m-%dT%H:%M:%S") + ".123456789Z"

    state = {"Status": "running", "FinishedAt": "0001-01-01T00:00:00Z"}
    if ended is not None:
        state = {"Status": "exited", "FinishedAt": engine_time(ended)}
    return {"Created": engine_time(created), "State": state}


def test_one_that_runs_is_left_to_its_judge() -> None:
    assert not is_abandoned(contestant(created=timedelta(minutes=50)), NOW)


def test_one_that_outlives_every_judgement_is_abandoned() -> None:
    assert is_abandoned(contestant(created=timedelta(hours=3)), NOW)


def test_one_that_has_just_ended_is_left_for_its_judge_to_ask_about() -> None:
    assert not is_abandoned(contestant(created=timedelta(minutes=5), ended=timedelta(seconds=20)), NOW)


def test_one_that_ended_and_was_never_removed_is_abandoned() -> None:
    assert is_abandoned(contestant(created=timedelta(minutes=5), ended=timedelta(minutes=3)), NOW)


@pytest.mark.docker
def test_a_new_runtime_sweeps_what_is_abandoned(start: Starter, monkeypatch: pytest.MonkeyPatch) -> None:
    import isolation.docker

    if reason := why_not():
        pytest.skip(f"docker: {reason}")
    runtime = isolation.docker.DockerRuntime()
    ended = start(runtime, "pass", name="test-abandoned")
    tried = start(runtime, "pass", name="session-probe-abandoned", kind="session")
    session = start(runtime, "pass", name="test-kept-abandoned", kind="session")
    monkeypatch.setattr(
        isolation.docker, "is_abandoned", lambda attributes, _: attributes["Name"].endswith("abandoned")
    )
    after = isolation.docker.DockerRuntime().owned()
    assert ended.name not in after
    assert tried.name not in after
    assert session.name in after
