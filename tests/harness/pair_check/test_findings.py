"""When a pair is good for an interview, and what is said where it is not."""

from __future__ import annotations

from typing import Any

import pytest

from harness.pair_check.findings import Findings, best_expected, judged
from harness.pair_check.formula import Costs, Estimate

COSTS = Costs(draft=0.15, target={1: 1.0, 9: 1.4}, target_ms=2.0)


def about(value: float, half: float = 0.05) -> Estimate:
    return Estimate(value=value, low=value - half, high=value + half)


def findings(**changes: Any) -> Findings:
    usual: dict[str, Any] = {
        "name": "pair",
        "engine": "LlamaModel",
        "texts": 20,
        "acceptance": {1.0: about(0.75), 0.0: about(0.6)},
        "costs": COSTS,
        "measured": {2: about(1.3), 3: about(1.4), 4: about(1.35)},
        "rounds": 20,
    }
    return Findings(**usual | changes)


def test_a_good_pair_is_called_so_with_its_figures() -> None:
    verdict = judged(findings())
    assert verdict.good
    assert "1.40 times as fast as plain decoding at gamma 3, at least 1.35 times" in verdict.sentence
    assert "25% of the draft tokens are rejected" in verdict.sentence


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"acceptance": {1.0: about(0.3)}}, "only 30% of the draft tokens are accepted, want 50%; distil"),
        ({"acceptance": {1.0: about(0.97)}}, "handles rejections wrongly looks right; take a smaller draft"),
        ({"measured": {3: about(1.18)}}, "may be as low as 1.13, want 1.15; a call of the draft costs 0.15"),
        ({"measured": {3: about(1.4, 0.2)}}, "too noisy to tell the speed-up, 1.20 to 1.60; run it again"),
    ],
)
def test_what_speaks_against_a_pair_is_said(changes: dict[str, Any], says: str) -> None:
    verdict = judged(findings(**changes))
    assert not verdict.good
    assert verdict.sentence.startswith("Not good for an interview: ")
    assert says in verdict.sentence


def test_the_formula_prefers_longer_blocks_for_better_and_cheaper_drafts() -> None:
    assert best_expected(0.3, COSTS) < best_expected(0.75, COSTS) < best_expected(0.95, COSTS)
    dear = Costs(draft=0.5, target=COSTS.target, target_ms=2.0)
    assert best_expected(0.75, dear) < best_expected(0.75, COSTS)
