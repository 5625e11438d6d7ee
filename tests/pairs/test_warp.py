"""The one rule for temperature and top-p."""

from __future__ import annotations

import numpy as np
import pytest

from pairs.warp import boundary, warp

LOGITS = np.log(np.array([0.1, 0.4, 0.2, 0.3]))


def test_temperature_one_is_softmax() -> None:
    assert warp(LOGITS, temperature=1.0) == pytest.approx([0.1, 0.4, 0.2, 0.3])


def test_temperature_sharpens_below_one() -> None:
    assert warp(LOGITS, temperature=0.5) == pytest.approx(np.array([1, 16, 4, 9]) / 30)


def test_temperature_zero_is_the_argmax() -> None:
    assert warp(LOGITS, temperature=0.0, top_p=0.1).tolist() == [0, 1, 0, 0]


def test_top_p_keeps_the_token_that_crosses() -> None:
    assert warp(LOGITS, temperature=1.0, top_p=0.75) == pytest.approx([0, 4 / 9, 2 / 9, 3 / 9])


def test_top_p_stops_where_the_mass_is_reached() -> None:
    assert warp(LOGITS, temperature=1.0, top_p=0.65) == pytest.approx([0, 4 / 7, 0, 3 / 7])


def test_top_p_keeps_at_least_one_token() -> None:
    assert warp(LOGITS, temperature=1.0, top_p=1e-9).tolist() == [0, 1, 0, 0]


def test_a_block_of_rows_is_warped_row_by_row() -> None:
    rows = np.random.default_rng(0).normal(size=(3, 5, 32)).astype(np.float32)
    for temperature, top_p in ((0.0, 1.0), (1.0, 1.0), (0.7, 0.9)):
        block = warp(rows, temperature=temperature, top_p=top_p)
        assert block.sum(axis=-1) == pytest.approx(np.ones((3, 5)))
        assert block[1, 2] == pytest.approx(warp(rows[1, 2], temperature=temperature, top_p=top_p))


def test_the_boundary_is_the_token_that_rounding_could_drop() -> None:
    logits = np.log(np.array([0.5, 0.25, 0.15, 0.1]))
    assert boundary(logits, temperature=1.0, top_p=0.75).tolist() == [False, False, True, False]
    assert not boundary(logits, temperature=1.0, top_p=0.8).any()
    assert not boundary(logits, temperature=1.0, top_p=1.0).any()


@pytest.mark.parametrize(("temperature", "top_p"), [(-1.0, 1.0), (1.0, 0.0), (1.0, 1.1)])
def test_settings_that_cannot_be_are_refused(temperature: float, top_p: float) -> None:
    with pytest.raises(ValueError, match="want"):
        warp(LOGITS, temperature=temperature, top_p=top_p)


@pytest.mark.parametrize("slack", [1e-6, 1e-3, 0.1])
def test_no_rounding_of_logits_moves_the_edge_past_the_boundary(slack: float) -> None:
    """Tokens in or out of the kept set by rounding are all named, those that change places too."""
    rng = np.random.default_rng(1)
    changed = 0
    for _ in range(300):
        temperature, top_p = float(rng.uniform(0.5, 1.5)), float(rng.uniform(0.05, 0.99))
        logits = np.round(rng.normal(0, 2, 24) / slack) * slack if slack > 0.01 else rng.normal(0, 2, 24)
        near = boundary(logits, temperature=temperature, top_p=top_p, logit_slack=slack)
        kept = warp(logits, temperature=temperature, top_p=top_p) > 0
        moved = logits + rng.uniform(-slack, slack, 24)
        differs = (warp(moved, temperature=temperature, top_p=top_p) > 0) != kept
        assert not (differs & ~near).any()
        changed += int(differs.any())
    assert changed > 0 or slack < 0.1


def test_two_tokens_that_may_change_places_are_both_near() -> None:
    logits = np.log(np.array([0.5, 0.2 + 1e-7, 0.2 - 1e-7, 0.1]))
    near = boundary(logits, temperature=1.0, top_p=0.6, logit_slack=1e-5)
    assert near.tolist() == [False, True, True, False]
