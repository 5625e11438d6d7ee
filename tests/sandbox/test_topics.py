"""Topics of the discussion: what came up beside what was measured, and never a score."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from sandbox.core.scoring import suggest_research
from sandbox.core.topics import discussed
from sandbox.core.unseen import unseen_gain
from wire.challenge import Rubric, load_rubric
from wire.scorecard import Scorecard, Status

RUBRIC = load_rubric(Path(__file__).parents[2] / "challenges/speculative-decoding")
REAL = Scorecard.model_validate_json((Path(__file__).parent / "scorecard.json").read_text())
"""Of a real judgement."""


def test_there_are_the_six_topics() -> None:
    assert [topic.id for topic in RUBRIC.topics] == [
        "flops-latency",
        "draft-cost",
        "acceptance-rate",
        "kv-cache",
        "batch-pressure",
        "keeping-the-law",
    ]


def test_a_real_judgement_has_every_figure_that_a_topic_names() -> None:
    for topic, found in zip(RUBRIC.topics, discussed(RUBRIC, (), REAL), strict=True):
        assert [one.label for one in found.figures] == [one.label for one in topic.measured]
    by_label = {one.label: one for found in discussed(RUBRIC, (), REAL) for one in found.figures}
    economy = next(one for one in REAL.verdicts if one.check == "economy")
    rate = next(one for one in economy.measurements if one.name.startswith("acceptance rate"))
    assert by_label["acceptance rate"].value == rate.value


def test_a_topic_is_ticked_by_any_of_its_findings_and_by_no_other() -> None:
    for topic in RUBRIC.topics:
        for finding in topic.findings:
            found = {one.topic: one.ticked for one in discussed(RUBRIC, (finding,), None)}
            assert found[topic.id] == (finding,)
    assert not any(one.ticked or one.figures for one in discussed(RUBRIC, ("bonus-token",), None))


def test_topics_change_no_suggestion() -> None:
    bare = RUBRIC.model_copy(update={"topics": ()})
    ticks = tuple(one.id for one in RUBRIC.findings)
    assert suggest_research(bare, ticks, REAL) == suggest_research(RUBRIC, ticks, REAL)


def test_a_topic_about_a_finding_that_is_not_there_is_refused() -> None:
    rubric = RUBRIC.model_dump()
    rubric["topics"] = ({"id": "a", "title": "", "strong": "", "findings": ("no-such",)},)
    with pytest.raises(ValidationError, match="there is no finding no-such"):
        Rubric.model_validate(rubric)


def test_the_unseen_gain_is_the_judges_own_and_said_only_of_a_law_that_was_kept() -> None:
    law = next(one for one in REAL.verdicts if one.check == "law")
    gain = next(one for one in law.measurements if one.name.startswith("largest speed gain"))
    said = unseen_gain(REAL)
    assert f"{gain.value:.0f} %" in said
    assert f"{gain.n:,} sampled tokens" in said
    failed = law.model_copy(update={"status": Status.FAIL})
    assert unseen_gain(REAL.model_copy(update={"verdicts": (failed,)})) == ""
    assert unseen_gain(None) == ""
