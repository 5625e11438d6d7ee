"""Bands from verdicts."""

from __future__ import annotations

from harness.core.intervals import exact
from harness.scoring import RETURNED, SHARE, SPEEDUP, TOKENS_A_CALL, WITHOUT_CACHE, suggest
from wire.scorecard import CheckName, Status, Verdict


def verdicts(
    speedup: float = 2.0,
    share: float = 1.0,
    calls: float = 2.5,
    anew: float = 0.0,
    returned: int = 60,
    **status: Status,
) -> list[Verdict]:
    measured = {
        "contract": (exact(RETURNED, float(returned), "runs", n=60),),
        "cache": (exact(WITHOUT_CACHE, anew, "of calls"),),
        "speed": (exact(SPEEDUP, speedup, "x"), exact(SHARE, share, "x")),
        "economy": (exact(TOKENS_A_CALL, calls, "tokens"),),
    }
    names: tuple[CheckName, ...] = (
        "contract", "greedy", "law", "independence", "edges", "provenance", "economy", "cache", "speed",
    )  # fmt: skip
    return [
        Verdict(
            check=name,
            status=status.get(name, Status.PASS),
            summary=f"about {name}",
            measurements=measured.get(name, ()),
        )
        for name in names
    ]


def band(**given) -> int:
    return suggest(verdicts(**given)).suggested


def test_all_kept_at_the_reference_s_speed_is_five() -> None:
    assert band() == 5


def test_less_speed_or_a_wasted_cache_is_four() -> None:
    assert band(share=0.8) == 4
    assert band(cache=Status.FAIL) == 4


def test_a_right_law_with_little_gain_or_a_broken_edge_is_three() -> None:
    assert band(speedup=1.1, share=0.5) == 3
    assert band(edges=Status.FAIL) == 3


def test_a_right_law_without_a_cache_is_three_however_short_the_texts_are() -> None:
    assert band(share=0.8, cache=Status.FAIL, anew=1.0) == 3
    assert band(share=0.8, cache=Status.FAIL, anew=0.3) == 4


def test_a_law_seen_only_in_the_few_runs_that_came_back_is_two() -> None:
    assert band(contract=Status.FAIL, returned=23) == 2
    assert band(contract=Status.FAIL, returned=40) == 3


def test_a_speed_that_was_not_measured_is_not_called_slow() -> None:
    unmeasured = [verdict for verdict in verdicts() if verdict.check != "speed"]
    score = suggest(unmeasured)
    assert score.suggested == 3
    assert "not measured" in score.because[0]


def test_a_broken_law_with_verified_blocks_is_two_and_without_is_one() -> None:
    assert band(law=Status.FAIL) == 2
    assert band(law=Status.FAIL, calls=1.0) == 1


def test_nothing_that_runs_is_zero() -> None:
    assert band(contract=Status.FAIL, law=Status.NOT_RUN, greedy=Status.NOT_RUN) == 0


def test_what_failed_comes_first_among_the_evidence() -> None:
    because = suggest(verdicts(law=Status.FAIL)).because
    assert because[1] == "law: about law"
