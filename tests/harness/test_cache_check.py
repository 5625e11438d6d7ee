"""What the cache check blames, and what it leaves alone: right methods whose drafts stand less often."""

from __future__ import annotations

from harness.checks.cache import calls_astray, refed_positions
from pairs.ledger import Call

TEXT = (1, 2, 3, 4, 5, 6)


def draft(*path: int, fed: int = 1) -> Call:
    return Call(model="draft", path=path, fed=fed)


def target(*path: int, fed: int = 1) -> Call:
    return Call(model="target", path=path, fed=fed)


def test_drafts_over_the_text_and_rejected_drafts_are_in_order() -> None:
    calls = [draft(1, 2), draft(1, 2, 9), target(1, 2, 9, 9), draft(1, 2, 3), target(1, 2, 3, 4)]
    assert not any(calls_astray(calls, TEXT))


def test_a_rejected_token_that_stays_in_the_draft_s_cache_is_seen() -> None:
    calls = [draft(1, 2), target(1, 2, 9), draft(1, 2, 9, 3), target(1, 2, 3, 4)]
    assert calls_astray(calls, TEXT) == [False, True]


def test_a_token_that_never_reaches_the_draft_s_cache_is_seen() -> None:
    calls = [draft(1, 2), target(1, 2, 3), draft(1, 2, 4), target(1, 2, 3, 4, 5)]
    assert calls_astray(calls, TEXT) == [False, True]


def test_drafts_that_the_target_never_saw_are_in_order() -> None:
    """As where a method stops drafting because it is unsure."""
    assert not any(calls_astray([draft(1, 2, 8), target(1, 2)], TEXT))


def test_guesses_of_another_kind_that_the_draft_is_asked_about_are_in_order() -> None:
    """As where a look-up table drafts for the draft."""
    calls = [
        draft(1, 2, 8, 8, fed=3),
        draft(1, 2, 9),
        target(1, 2, 9),
        draft(1, 2, 3, 7, fed=2),
        target(1, 2, 3),
    ]
    assert not any(calls_astray(calls, TEXT))


def test_a_bonus_token_that_is_thrown_away_leaves_its_place_open() -> None:
    calls = [draft(1, 2), target(1, 2, 3), draft(1, 2, 3), draft(1, 2, 3, 9), target(1, 2, 3, 9)]
    assert not any(calls_astray(calls, TEXT))


def test_several_chains_are_in_order_whenever_the_target_is_asked() -> None:
    calls = [draft(1, 2, 8), draft(1, 2, 7), target(1, 2, 8, 8), target(1, 2, 7, 7)]
    assert not any(calls_astray(calls, TEXT))


def test_feeding_the_last_token_again_is_one_position_and_a_whole_prefix_is_many() -> None:
    assert refed_positions([draft(1, 2, 3, fed=3), draft(1, 2, 3, 4, fed=2)], "draft") == [0, 1]
    assert refed_positions([draft(1, 2, 3, fed=3), draft(1, 2, 3, 4, fed=4)], "draft") == [0, 3]
