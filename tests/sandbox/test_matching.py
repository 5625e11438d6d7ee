"""Review comments beside the findings that they may support: plain terms, nothing scored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.core.events import Comment
from sandbox.core.matching import MOST_FOR_A_FINDING, supported
from sandbox.settings import PROJECT
from wire.challenge import Rubric, load_rubric

RUBRIC = load_rubric(PROJECT / "challenges" / "filter-llm-serving")


def findings(text: str, rubric: Rubric = RUBRIC) -> set[str]:
    return {one.finding for one in supported(rubric, [Comment(line=3, text=text)], "")}


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("This never moves to a GPU, so it runs on the CPU.", "cpu"),
        ("70B in bf16 is 140 GB; it doesn't fit on an 80 GB card.", "does-not-fit"),
        ("Flask's dev server is not made for production, use vLLM.", "flask"),
        ("No batching: the second caller waits.", "no-batching"),
        ("What happens under overload? I'd return 429.", "no-backpressure"),
        ("Tokens should be streamed", "no-streaming"),
        ("debug=True is remote code execution", "debug-mode"),
        ("No timeouts, no health checks.", "no-operations"),
        ("I would put Kubernetes autoscaling around it", "orchestration"),
        ("speculative decoding would cut latency", "acceleration"),
    ],
)
def test_a_comment_stands_beside_the_finding_that_it_is_about(text: str, finding: str) -> None:
    assert finding in findings(text)


@pytest.mark.parametrize("text", ["", "Looks good to me.", "Nice naming.", "I like the structure here."])
def test_a_comment_about_nothing_supports_nothing(text: str) -> None:
    assert findings(text) == set()


def test_terms_are_whole_words() -> None:
    assert "cpu" not in findings("occupuncture")
    assert "orchestration" not in findings("an array of trays")


def test_the_words_that_matched_are_shown_with_what_stands_around_them() -> None:
    text = "First. The model is loaded on the CPU, which is slow. Last."
    [place] = next(one.places for one in supported(RUBRIC, [], text) if one.finding == "cpu")
    assert (place.line, place.match) == (None, "CPU")
    assert place.before + place.match + place.after in text


def test_red_flags_are_never_suggested() -> None:
    flags = {finding.id for finding in RUBRIC.findings if finding.red_flag}
    everything = " ".join(term for finding in RUBRIC.findings for term in finding.terms)
    assert not findings(everything) & flags


def test_every_level_of_the_review_can_be_suggested() -> None:
    assert {finding.level for finding in RUBRIC.findings if finding.terms} == {1, 2, 3, 4, 5}
    assert all(finding.terms for finding in RUBRIC.findings if not finding.red_flag)


@given(st.lists(st.text(max_size=200), max_size=20), st.text(max_size=500))
def test_any_review_is_matched_within_bounds(texts: list[str], summary: str) -> None:
    comments = [Comment(line=at + 1, text=text) for at, text in enumerate(texts)]
    for one in supported(RUBRIC, comments, summary):
        assert 1 <= len(one.places) <= MOST_FOR_A_FINDING
