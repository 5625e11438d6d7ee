"""Fixed shapes: the reference samplers drive them, and a row has one value however it is asked for."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `models`")

from bench.passes import Causal, Pass, times  # noqa: E402
from bench.static_llama import StaticLlama, random_weights, sized  # noqa: E402
from harness.reference import block, plain, speculative  # noqa: E402

SHAPE = sized(
    vocab_size=48, width=64, layers=3, heads=4, groups=2,
    head_width=16, hidden=96,
)  # fmt: skip
TEXT = torch.randint(48, (1, 40), generator=torch.Generator().manual_seed(3))


def model(dtype: torch.dtype, widths: set[int], seed: int = 0) -> Causal:
    weights = random_weights(SHAPE, device="cpu", dtype=dtype, seed=seed)
    # Random weights of the usual size hardly tell one token from another.
    for layer in weights.layers:
        layer.qkv.mul_(12), layer.gate_up.mul_(8), layer.down.mul_(8)
    return Causal(StaticLlama(weights, batch=1, positions=64), widths)


@torch.no_grad()
def rows(causal: Causal, *lengths: int) -> torch.Tensor:
    """Of `TEXT`, fed in calls of these lengths; a negative one crops that many positions."""
    cache, found, at = None, [], 0
    for length in lengths:
        if length < 0:
            cache.crop(length)
            at += length
            continue
        out = causal(TEXT[:, at : at + length], past_key_values=cache)
        cache, at = out.past_key_values, at + length
        found.append((at - length, out.logits[0]))
    whole = torch.full((at, SHAPE.vocab_size), float("nan"))
    for start, logits in found:
        whole[start : start + len(logits)] = logits
    return whole


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_with_one_width_every_row_is_bitwise_the_same_however_the_text_is_fed(dtype: torch.dtype) -> None:
    causal = model(dtype, {8})
    once = rows(causal, 8, 8, 8, 8, 8)
    for lengths in [
        (1,) * 40,
        (40,),
        (3, 5, 1, 7, 8, 2, 6, 8),
        (8, 8, -3, 3, 8, -8, 1, 7, 16),
        (5, 8, 8, 8, 8, 3),
    ]:
        assert torch.equal(rows(causal, *lengths), once), lengths


def test_rows_say_different_things_of_different_texts() -> None:
    once = rows(model(torch.bfloat16, {8}), 40)
    assert len({tuple(row.tolist()) for row in once}) == 40


def test_many_widths_agree_to_rounding() -> None:
    fixed, many = (
        rows(model(torch.float32, {8}), 40),
        rows(model(torch.float32, {1, 2, 5, 8}), 1, 2, 5, 8, 24),
    )
    assert torch.allclose(fixed, many, atol=1e-4)


@pytest.mark.parametrize("sampler", [plain, speculative, block])
def test_each_reference_sampler_runs_on_it_and_drafts_that_are_the_target_s_own_stand(
    sampler: object,
) -> None:
    target, draft = model(torch.float32, {5}), model(torch.float32, {5})
    generator = torch.Generator().manual_seed(1)
    text = sampler.generate(target, draft, TEXT[:, :6], max_new_tokens=20, generator=generator)  # type: ignore[attr-defined]
    assert text.shape == (1, 26)
    assert target.calls == (20 if sampler is plain else 4)


def test_greedy_text_is_the_same_with_and_without_drafts() -> None:
    def greedy(sampler: object) -> torch.Tensor:
        models = model(torch.float32, {5}), model(torch.float32, {1}, seed=9)
        return sampler.generate(*models, TEXT[:, :6], max_new_tokens=20, temperature=0.0)  # type: ignore[attr-defined]

    assert torch.equal(greedy(plain), greedy(speculative))
    assert torch.equal(greedy(plain), greedy(block))


def test_a_pass_can_answer_with_given_rows_of_which_the_last_token_chooses_one() -> None:
    given = torch.randn(4, 48)
    weights = random_weights(SHAPE, device="cpu", dtype=torch.float32)
    causal = Causal(StaticLlama(weights, batch=1, positions=64), {3}, given)
    assert torch.equal(causal(torch.tensor([[0, 5, 7, 3]])).logits[0], given[[0, 1, 3, 3]])


def test_a_full_cache_is_an_error_that_says_so() -> None:
    with pytest.raises(ValueError, match="64 positions"):
        model(torch.float32, {8})(torch.zeros(1, 65, dtype=torch.int64))


def test_calls_are_timed_in_turn() -> None:
    weights = random_weights(SHAPE, device="cpu", dtype=torch.float32)
    step = Pass(StaticLlama(weights, batch=2, positions=8), 1)
    order: list[str] = []
    found = times(
        {"a": lambda: (order.append("a"), step()), "b": lambda: order.append("b")}, device="cpu", rounds=3
    )
    assert order == ["a", "b"] * 4
    assert found["a"] > 0
