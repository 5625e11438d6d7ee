"""Tests that need torch, run where it is: the candidate environment, which has none of our own tools."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from isolation.bare import candidate_python
from isolation.contract import RuntimeFault

ROOT = Path(__file__).resolve().parent.parent.parent
NEED_TORCH = ("tests/pairs/test_torch_api.py",)


def test_what_needs_torch_passes_in_the_candidate_environment() -> None:
    try:
        python = candidate_python()
    except RuntimeFault as fault:
        pytest.skip(f"no environment with torch: {fault}")
    # Our own settings name plugins that are not installed there.
    options = ("-q", "-p", "no:cacheprovider", "-c", "/dev/null", f"--rootdir={ROOT}")
    done = subprocess.run(
        [python, "-m", "pytest", *options, *NEED_TORCH],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout
