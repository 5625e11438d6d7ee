"""What candidates' code calls the models by, tried where that code runs."""

from __future__ import annotations

from tests.candidate_env import assert_passes_there


def test_what_needs_torch_passes_in_the_candidate_environment() -> None:
    assert_passes_there("tests/pairs/test_torch_api.py", timeout_s=240)
