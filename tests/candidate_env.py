"""Tests that need a torch of their own, run in the candidate environment, which has none of our own tools."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from isolation.bare import candidate_python
from isolation.contract import RuntimeFault

ROOT = Path(__file__).resolve().parents[1]


def assert_passes_there(test: str, *, timeout_s: float) -> None:
    """Every test of the file ``test`` passes in a process of its own, and none is skipped.

    Skips where there is no such environment.
    """
    try:
        python = candidate_python()
    except RuntimeFault as fault:
        pytest.skip(f"no environment with torch: {fault}")
    # Our own settings name plugins that are not installed there.
    options = ("-q", "-p", "no:cacheprovider", "-c", "/dev/null", f"--rootdir={ROOT}")
    done = subprocess.run(
        [python, "-m", "pytest", *options, test],
        cwd=ROOT, capture_output=True, text=True, timeout=timeout_s, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout
