"""scripts/engine is safe to repeat and stops only what it started."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from isolation.docker import why_not

ENGINE = Path(__file__).resolve().parents[2] / "scripts" / "engine"


def engine(*arguments: str, state: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PROBE_ENGINE_STATE": str(state)}
    return subprocess.run(
        [str(ENGINE), *arguments], env=environment, capture_output=True, text=True, check=False, timeout=90
    )


@pytest.mark.docker
def test_a_running_engine_is_used_and_left_alone(tmp_path: Path) -> None:
    if (reason := why_not()) and "No Docker engine" in reason:
        pytest.skip(f"docker: {reason}")
    for _ in range(2):
        done = engine(state=tmp_path)
        assert done.returncode == 0
        assert "one is running" in done.stdout
    assert "none that this script started" in engine("stop", state=tmp_path).stdout
    assert "No Docker engine" not in why_not()


@pytest.mark.docker
def test_status_is_good_where_an_engine_answers(tmp_path: Path) -> None:
    if (reason := why_not()) and "No Docker engine" in reason:
        pytest.skip(f"docker: {reason}")
    assert engine("status", state=tmp_path).returncode == 0


def test_status_is_bad_where_none_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    done = engine("status", state=tmp_path)
    assert done.returncode == 1
    assert "scripts/engine" in done.stderr


def test_a_stale_pid_file_is_not_believed(tmp_path: Path) -> None:
    """A pid that another program has by now must not be killed."""
    with subprocess.Popen(["sleep", "60"]) as innocent:
        (tmp_path / "dockerd.pid").write_text(str(innocent.pid))
        done = engine("stop", state=tmp_path)
        assert done.returncode == 0
        assert innocent.poll() is None
        innocent.kill()


def test_wrong_use_says_how(tmp_path: Path) -> None:
    done = engine("restart", state=tmp_path)
    assert done.returncode == 1
    assert "usage" in done.stderr
