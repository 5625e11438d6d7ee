"""The benches' own forward pass: transformers' logits, whatever is fed when."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `models`")
transformers = pytest.importorskip("transformers", reason="needs the extra `models`")

from bench.static_llama import StaticLlama, named_weights, numbers_read  # noqa: E402
from pairs.real.shape import Shape  # noqa: E402

SHAPE = Shape(
    vocab_size=64,
    width=32,
    layers=3,
    heads=4,
    groups=2,
    head_width=8,
    hidden=48,
    max_positions=64,
    eps=1e-6,
    rope_base=500.0,
    tied=False,
)
BATCH = 3


@pytest.fixture(scope="module")
def theirs() -> Any:
    torch.manual_seed(1)
    config = transformers.LlamaConfig(
        vocab_size=64, hidden_size=32, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
        intermediate_size=48, max_position_embeddings=64, rope_theta=500.0, initializer_range=0.3,
    )  # fmt: skip
    return transformers.LlamaForCausalLM(config).eval()


@pytest.fixture
def ours(theirs: Any) -> StaticLlama:
    weights = named_weights(SHAPE, theirs.state_dict(), device="cpu", dtype=torch.float32)
    return StaticLlama(weights, batch=BATCH, positions=32)


@torch.no_grad()
def test_logits_are_those_of_transformers_over_ragged_calls_and_crops(theirs: Any, ours: StaticLlama) -> None:
    rng = torch.Generator().manual_seed(2)
    texts = [torch.zeros(0, dtype=torch.int64) for _ in range(BATCH)]
    for kept, n in [((0, 0, 0), 7), ((7, 7, 7), 1), ((8, 3, 6), 5), ((9, 8, 11), 1), ((2, 9, 12), 4)]:
        fed = torch.randint(64, (BATCH, n), generator=rng)
        texts = [torch.cat([text[:keep], new]) for text, keep, new in zip(texts, kept, fed, strict=True)]
        logits = ours.forward(fed, torch.tensor(kept))
        for sequence, text in enumerate(texts):
            assert torch.allclose(logits[sequence], theirs(text[None]).logits[0, -n:], atol=1e-4)


def test_what_a_call_reads_is_counted(theirs: Any) -> None:
    layers = sum(p.numel() for p in theirs.model.layers.parameters() if p.dim() == 2)
    assert numbers_read(SHAPE) == layers + theirs.lm_head.weight.numel()
