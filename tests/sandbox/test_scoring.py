"""How evidence becomes a suggestion."""

from __future__ import annotations

import pytest

from sandbox.adapters.memory import MemoryJudge
from sandbox.core.scoring import suggest_engineering, suggest_research
from wire.challenge import Finding, Level, Rubric
from wire.scorecard import Scorecard


def finding(id: str, level: int, *, red_flag: bool = False) -> Finding:
    return Finding(id=id, level=level, text=f"says {id}", listen_for="", red_flag=red_flag)


RUBRIC = Rubric(
    axis="engineering",
    levels=tuple(Level(score=score, title="", descriptors=()) for score in range(6)),
    findings=(
        finding("low", 1),
        finding("middle", 3),
        finding("high", 5),
        finding("higher", 5),
        finding("flag", 2, red_flag=True),
    ),
    follow_ups=(),
)


@pytest.mark.parametrize(
    ("ticks", "score"),
    [
        (["low"], 0),
        (["high"], 4),
        (["low", "middle"], 1),
        (["middle", "high"], 3),
        (["high", "higher"], 5),
        (["high", "higher", "flag"], 2),
        (["low", "middle", "flag"], 1),
        (["flag"], 0),
    ],
)
def test_two_ticked_lines_carry_a_level_and_red_flags_cap_it(ticks: list[str], score: int) -> None:
    assert suggest_engineering(RUBRIC, ticks).score == score


def test_nothing_ticked_suggests_nothing_and_says_so() -> None:
    suggestion = suggest_engineering(RUBRIC, [])
    assert suggestion.score is None
    assert suggestion.because == ("Nothing is ticked yet.",)


def test_the_evidence_is_named_strongest_first() -> None:
    because = suggest_engineering(RUBRIC, ["low", "high", "flag"]).because
    assert because == ("Red flag, at most 2: says flag", "Level 5: says high", "Level 1: says low")


async def test_research_is_what_the_judge_measured_and_never_more() -> None:
    scorecard = await MemoryJudge().judge(
        {"specdec.py": "x"}, challenge="a", seed=1, budget="full", on_progress=lambda _: None
    )
    assert isinstance(scorecard, Scorecard)
    assert suggest_research(RUBRIC, ["high", "higher"], scorecard).score == 3
    assert suggest_research(RUBRIC, ["flag"], scorecard).score == 2
    assert suggest_research(RUBRIC, ["high"], None).score is None
