"""The embedded runtime for somebody who is not root: user namespaces and per-process limits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from isolation import probe_inside
from isolation.candidate_env import locate

pytestmark = pytest.mark.embedded
ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534


@pytest.fixture(scope="module")
def environment() -> Iterator[Path]:
    """One that a plain user can reach: the project's own may rest on an interpreter in root's home."""
    with tempfile.TemporaryDirectory(prefix="probe-plain-") as folder:
        Path(folder).chmod(0o755)
        made = subprocess.run(
            ["/usr/bin/python3", "-m", "venv", "--without-pip", f"{folder}/env"],
            capture_output=True,
            check=False,
        )
        yield Path(folder, "env") if made.returncode == 0 else locate().prefix


@pytest.fixture(scope="module")
def report(environment: Path) -> Any:
    prefix = str(environment)
    command = [sys.executable, "-m", "tests.isolation.plain_user"]
    if os.geteuid() == 0:
        drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        command = [*drop, "/usr/bin/python3", "-m", "tests.isolation.plain_user"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PROBE_CANDIDATE_ENV": prefix, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    reasons = ("Permission denied", "No module named", "Creating new namespace failed", "can't open file")
    if done.returncode and any(reason in done.stderr for reason in reasons):
        pytest.skip(f"plain user: this machine does not let one start a jail here: {done.stderr[-200:]}")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_probe_of_admission_finds_what_is_said_not_to_be_promised_and_nothing_else(report: Any) -> None:
    assert report["ended"] == {"ending": "exited", "code": 0}, report["tried"]
    assert [each["tried"] for each in report["tried"]] == list(probe_inside.NAMES)
    worked = {each["tried"] for each in report["tried"] if each["outcome"] not in {"refused", "absent"}}
    assert "use more memory than the limit, by several processes" in worked
    assert worked <= set(report["unpromised"])


def test_what_is_weaker_is_said(report: Any) -> None:
    said = " ".join(report["caveats"])
    assert "per process only" in said
    assert "CPU is not limited" in said
    assert "as the user who started" in said


def test_limits_hold_for_each_process(report: Any) -> None:
    assert "MemoryError" in report["memory"]
    assert 30 < report["forks"] < 64


def test_a_deadline_kills_the_whole_tree(report: Any) -> None:
    assert report["deadline"] == {"ending": "timed_out", "left": 0}


def test_nothing_is_left(report: Any) -> None:
    assert report["owned"] == []
