"""Where a token stands in its block, from ledgers written out by hand."""

from __future__ import annotations

from harness.core.blocks import Stratum, place, rejections_skipped, target_calls_astray
from pairs.ledger import Call

PROMPT = (1, 2)


def target(*path: int, fed: int) -> Call:
    return Call(model="target", path=path, fed=fed)


def strata(calls: list[Call], *tokens: int) -> list[Stratum]:
    return [Stratum(value) for value in place(calls, PROMPT, tokens).stratum]


def test_a_block_that_stands_ends_in_a_bonus() -> None:
    calls = [target(1, 2, 3, 4, fed=4), target(1, 2, 3, 4, 5, 6, fed=2)]
    assert strata(calls, 3, 4, 5, 6) == [
        Stratum.AFTER_FULL,
        Stratum.MIDDLE,
        Stratum.BONUS,
        Stratum.AFTER_FULL,
    ]


def test_the_token_after_a_correction_is_known_to_follow_a_rejection() -> None:
    calls = [target(1, 2, 3, 4, fed=4), target(1, 2, 3, 9, 5, fed=2)]
    assert strata(calls, 3, 9, 5) == [Stratum.AFTER_FULL, Stratum.MIDDLE, Stratum.AFTER_REJECTION]


def test_the_draft_at_a_position_does_not_move_its_token() -> None:
    """The stratum may not tell whether the draft stood: that would flag right samplers."""
    stood = strata([target(1, 2, 3, 4, fed=4)], 3, 4)
    fell = strata([target(1, 2, 3, 7, fed=4)], 3, 4)
    assert stood == fell


def test_feeding_the_whole_text_again_changes_nothing() -> None:
    cached = [target(1, 2, 3, fed=3), target(1, 2, 3, 4, 5, fed=2)]
    uncached = [target(1, 2, 3, fed=3), target(1, 2, 3, 4, 5, fed=5)]
    assert strata(cached, 3, 4, 5) == strata(uncached, 3, 4, 5)


def test_of_two_calls_that_score_a_prefix_the_first_counts() -> None:
    calls = [target(1, 2, 7, fed=3), target(1, 2, 3, fed=1), target(1, 2, 3, 4, fed=1)]
    assert place(calls, PROMPT, (3, 4)).call.tolist() == [0, 1]


def test_a_token_whose_prefix_was_never_scored_is_uncovered() -> None:
    placed = place([target(1, 2, fed=2)], PROMPT, (3, 4))
    assert placed.uncovered.tolist() == [1]


def test_a_cached_position_gives_no_row() -> None:
    """The path agrees, but the row after (1, 2) was not returned by this call."""
    assert place([target(1, 2, 3, fed=1)], PROMPT, (3,)).uncovered.tolist() == [0]


def test_the_row_read_from_a_stale_cache_is_found() -> None:
    calls = [target(1, 2, 7, fed=3), target(1, 2, 7, 3, 4, fed=2)]
    placed = place(calls, PROMPT, (3, 4))
    assert placed.received[1] == (1, 2, 7, 3)
    assert placed.drafted.tolist() == [7, 4]


def test_the_row_of_a_rejected_draft_is_found() -> None:
    calls = [target(1, 2, 3, 4, fed=4), target(1, 2, 3, 9, 5, fed=2)]
    assert place(calls, PROMPT, (3, 9, 5)).received == (None, None, (1, 2, 3, 4))


def test_calls_that_hold_another_text_are_astray() -> None:
    """Text fed again over the cache agrees as far as the text goes, and then holds it twice."""
    twice = [target(1, 2, fed=2), target(1, 2, 1, 2, 3, fed=3), target(1, 2, 1, 2, 3, 1, 2, 3, 4, fed=4)]
    assert target_calls_astray(twice, (1, 2, 3, 4)) == [False, False, True]
    cropped = [target(1, 2, 7, fed=3), target(1, 2, 3, 8, fed=2)]
    assert target_calls_astray(cropped, (1, 2, 3, 4)) == [False, False]


def test_a_draft_that_goes_out_in_place_of_the_rejected_one_is_seen() -> None:
    """Of 7, 4, 5 the second fell: 5 went out at its place in one text, a correction in the other."""
    calls = [target(1, 2, fed=2), target(1, 2, 7, 4, 5, fed=4), target(1, 2, 3, fed=1)]
    assert rejections_skipped(calls[1:], (1, 2, 7, 5)) == [True]
    assert rejections_skipped(calls[1:], (1, 2, 7, 3)) == [False]


def test_a_correction_that_equals_the_rejected_draft_is_read_by_the_block_that_followed() -> None:
    """3 was drafted, rejected and drawn again; 4 was thrown away, 5 was tested."""
    calls = [target(1, 2, 3, 4, fed=4), target(1, 2, 3, 5, fed=2)]
    assert place(calls, PROMPT, (3, 5)).drafted.tolist() == [3, 5]


def test_the_index_in_the_block_counts_from_its_call() -> None:
    calls = [target(1, 2, 3, 4, fed=4), target(1, 2, 3, 4, 5, 6, fed=2)]
    assert place(calls, PROMPT, (3, 4, 5, 6)).index.tolist() == [0, 1, 2, 0]


def test_tokens_that_no_call_scored_have_no_block_to_count_in() -> None:
    assert place([], PROMPT, (3, 4)).index.tolist() == [0, 0]
