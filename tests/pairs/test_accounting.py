"""What a ledger is worth: prices that cannot be dodged, and counts that mean what they are called."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairs.accounting import Account, account
from pairs.ledger import Call
from pairs.prices import COMPUTE_BOUND, MEMORY_BOUND, PriceList, plain_decoding_price, price, total_price

LISTS = st.sampled_from([MEMORY_BOUND, COMPUTE_BOUND])
MODELS = st.sampled_from(["target", "draft"])
PROMPT = (9, 9, 9)


def call(*path: int, fed: int, model: Literal["target", "draft"] = "target") -> Call:
    return Call(model=model, path=path, fed=fed)


def read(tokens: tuple[int, ...], *calls: Call) -> Account:
    return account(calls, PROMPT, tokens)


@given(
    model=MODELS,
    cached=st.integers(0, 200),
    first=st.integers(0, 50),
    second=st.integers(0, 50),
    prices=LISTS,
)
def test_splitting_a_call_is_never_cheaper(
    model: Literal["target", "draft"], cached: int, first: int, second: int, prices: PriceList
) -> None:
    path = (0,) * (cached + first + second)
    whole = call(*path, fed=first + second, model=model)
    parts = (call(*path[: cached + first], fed=first, model=model), call(*path, fed=second, model=model))
    assert total_price(parts, prices) > price(whole, prices)


@given(model=MODELS, cached=st.integers(0, 200), prices=LISTS)
def test_a_call_that_feeds_nothing_still_costs(
    model: Literal["target", "draft"], cached: int, prices: PriceList
) -> None:
    assert price(call(*(0,) * cached, fed=0, model=model), prices) > 0


@given(model=MODELS, copied=st.lists(st.integers(1, 200), max_size=4).map(tuple), prices=LISTS)
def test_each_copied_cache_has_its_price_and_is_no_call(
    model: Literal["target", "draft"], copied: tuple[int, ...], prices: PriceList
) -> None:
    plain = call(*(0,) * 9, fed=1, model=model)
    each, a_token = (
        (prices.target_copy, prices.target_copied)
        if model == "target"
        else (prices.draft_copy, prices.draft_copied)
    )
    with_copies = replace(plain, copied=copied)
    assert price(with_copies, prices) == price(plain, prices) + len(copied) * each + sum(copied) * a_token
    one, other = read((1, 2), plain), read((1, 2), with_copies)
    assert replace(other, virtual_time=0) == replace(one, virtual_time=0)


@given(prompt_len=st.integers(1, 50), new_tokens=st.integers(1, 50), prices=LISTS)
def test_plain_decoding_costs_what_its_calls_cost(
    prompt_len: int, new_tokens: int, prices: PriceList
) -> None:
    text = tuple(range(prompt_len + new_tokens))
    calls = [call(*text[:prompt_len], fed=prompt_len)]
    calls += [call(*text[: prompt_len + n], fed=1) for n in range(1, new_tokens)]
    assert plain_decoding_price(prompt_len, new_tokens, prices) == total_price(calls, prices)


def test_sixteen_positions_cost_little_more_than_one_only_where_memory_binds() -> None:
    def ratio(prices: PriceList) -> float:
        return price(call(*range(16), fed=16), prices) / price(call(0, fed=1), prices)

    assert ratio(MEMORY_BOUND) < 1.2
    assert ratio(COMPUTE_BOUND) > 10


def test_plain_decoding_drafts_nothing() -> None:
    result = read((1, 2, 3), call(9, 9, 9, fed=3), call(9, 9, 9, 1, fed=1), call(9, 9, 9, 1, 2, fed=1))
    assert (result.drafted, result.tested, result.accepted) == (0, 0, 0)
    assert result.acceptance_rate is None
    assert result.speedup == 1.0
    assert result.tokens_per_target_call == 1.0


def test_the_prompt_and_the_first_block_may_share_a_call() -> None:
    result = read((1, 2, 3), call(9, 9, 9, 1, 2, fed=5))
    assert (result.drafted, result.tested, result.accepted) == (2, 2, 2)


def test_drafts_after_the_first_rejection_are_not_tested() -> None:
    result = read((1, 5), call(9, 9, 9, 1, 2, 3, 4, fed=7))
    assert (result.drafted, result.tested, result.accepted) == (4, 2, 1)
    assert result.acceptance_rate == 0.5
    assert result.draft_utilisation == 0.25


def test_the_correction_that_is_fed_with_the_next_block_is_no_draft() -> None:
    result = read((5, 6, 7, 8), call(9, 9, 9, 1, 2, fed=5), call(9, 9, 9, 5, 6, 7, fed=3))
    assert (result.drafted, result.tested, result.accepted) == (4, 3, 2)


def test_the_bonus_that_is_fed_with_the_next_block_is_no_draft() -> None:
    result = read((1, 2, 3, 4, 5), call(9, 9, 9, 1, 2, fed=5), call(9, 9, 9, 1, 2, 3, 4, fed=2))
    assert (result.drafted, result.tested, result.accepted) == (3, 3, 3)


def test_a_prefill_that_stops_short_of_the_prompt_settles_nothing() -> None:
    result = read((1, 2, 3), call(9, 9, fed=2), call(9, 9, 9, 1, 2, fed=3))
    assert (result.drafted, result.accepted) == (2, 2)


def test_without_a_cache_settled_text_is_fed_again_and_is_no_draft() -> None:
    result = read((1, 2, 3, 4), call(9, 9, 9, 1, fed=4), call(9, 9, 9, 1, 2, 3, fed=6))
    assert (result.drafted, result.accepted) == (2, 2)


def test_a_block_that_runs_over_the_end_was_not_rejected_there() -> None:
    result = read((1, 2), call(9, 9, 9, 1, 2, 3, fed=6))
    assert (result.drafted, result.tested, result.accepted) == (3, 2, 2)
    assert result.acceptance_rate == 1.0


def test_accounts_add_up() -> None:
    one = read((1, 5), call(9, 9, 9, 1, 2, 3, 4, fed=7), call(9, fed=1, model="draft"))
    both = one + one
    assert both.tested == 4
    assert both.draft_calls == 2
    assert both.speedup == pytest.approx(one.speedup)


def test_nothing_returned_and_nothing_called_is_no_division_by_zero() -> None:
    assert read(()).speedup == 0.0
    assert read(()).tokens_per_target_call == 0.0
