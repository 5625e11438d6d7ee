"""Block verification on a real pair's own drafts: the same comparison, on blocks that were drawn."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `models`")

from bench.blocks_on_pair import Setting, on_pair  # noqa: E402
from pairs.real.shape import Shape  # noqa: E402
from pairs.real.static_llama import random_weights  # noqa: E402

SHAPE = Shape(
    vocab_size=16, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1,
    head_dim=8, intermediate_size=24,
)  # fmt: skip


def test_longer_blocks_hold_shorter_ones_and_no_way_to_verify_loses_to_a_simpler_one() -> None:
    target, draft = (random_weights(SHAPE, device="cpu", dtype=torch.float32, seed=seed) for seed in (1, 2))
    for weights in (target, draft):
        weights.head.mul_(30)
    found = on_pair(target, draft, Setting(1.0, 0.95), texts=1)
    assert list(found) == [2, 4, 8]
    for stand in found.values():
        assert 0 < stand.token <= stand.block + 1e-9
        assert stand.block <= stand.ceiling + 1e-9
    assert found[2].token <= found[4].token <= found[8].token


def test_the_target_as_its_own_draft_loses_nothing() -> None:
    weights = random_weights(SHAPE, device="cpu", dtype=torch.float32)
    found = on_pair(weights, weights, Setting(1.0, 1.0), texts=1)
    assert [stand.token for stand in found.values()] == pytest.approx([2.0, 4.0, 8.0], abs=1e-4)
