"""Where there is a CUDA GPU: the reference pays there, and rows in bfloat16 are the same however asked for.

`tests/bench/test_gpu.py` and `test_passes.py` hold the same code on a processor.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `models`")

from bench import batch_pressure, gpu  # noqa: E402
from bench.passes import Cache, Causal, Pass  # noqa: E402
from bench.static_llama import StaticLlama, random_weights, sized  # noqa: E402
from harness.reference import block, plain, speculative  # noqa: E402

WIDTH = 16
SMALLER = sized(
    vocab_size=4096, width=1024, layers=4, heads=8, groups=2,
    head_width=128, hidden=2048,
)  # fmt: skip
H100_BYTES = 70 << 30
"""Only cards of that class have as much memory, and the bandwidth that the goal was set for."""


def why_no_gpu() -> str:
    return "" if torch.cuda.is_available() else "gpu: torch sees no CUDA GPU here"


def why_not_h100() -> str:
    if reason := why_no_gpu():
        return reason
    card = torch.cuda.get_device_properties(0)
    large = card.major >= 9 and card.total_memory >= H100_BYTES
    return "" if large else f"gpu: {card.name} is not of the H100 class"


pytestmark = [pytest.mark.gpu, pytest.mark.skipif(bool(why_no_gpu()), reason=why_no_gpu() or "-")]


@pytest.fixture(autouse=True)
def _no_gradients() -> object:
    with torch.no_grad():
        yield


def model(widths: set[int], dtype: torch.dtype = torch.bfloat16, seed: int = 0) -> Causal:
    weights = random_weights(SMALLER, device="cuda", dtype=dtype, seed=seed)
    for layer in weights.layers:  # at the usual size of random weights all tokens look alike
        layer.qkv.mul_(4)
        layer.down.mul_(4)
    return Causal(StaticLlama(weights, batch=1, positions=256), widths)


@pytest.mark.skipif(bool(why_not_h100()), reason=why_not_h100() or "-")
def test_the_reference_is_twice_as_fast_as_plain_decoding_and_as_fast_as_expected() -> None:
    found = gpu.measure(gpu.LARGE, "cuda", acceptance=0.85, gammas=[3, 4, 5])
    print(gpu.table(found))
    best = max(found, key=lambda one: one.speedup)
    assert best.speedup >= 2.0
    assert best.share_of_expected == pytest.approx(1.0, abs=0.1)


def test_in_bfloat16_a_row_has_the_same_bits_however_its_text_was_fed() -> None:
    causal = model({WIDTH})
    text = torch.randint(4096, (1, 96), device="cuda", generator=torch.Generator("cuda").manual_seed(3))

    def rows(*lengths: int) -> torch.Tensor:
        cache, found = Cache(), []
        for length in lengths:
            at = cache.get_seq_length()
            found.append(causal(text[:, at : at + length], past_key_values=cache).logits[0])
        return torch.cat(found)

    once = rows(96)
    for lengths in [(1,) * 96, (5,) * 19 + (1,), (16, 3, 16, 16, 7, 16, 16, 6), (95, 1)]:
        assert torch.equal(rows(*lengths), once), lengths


def test_greedy_texts_are_equal_in_bfloat16_when_all_calls_have_one_width() -> None:
    prompt = torch.randint(4096, (1, 20), device="cuda")
    target, draft = model({WIDTH}), model({1, 2, WIDTH}, seed=9)
    texts = [
        sampler.generate(target, draft, prompt, max_new_tokens=100, temperature=0.0)
        for sampler in (plain, speculative, block)
    ]
    assert torch.equal(texts[0], texts[1])
    assert torch.equal(texts[0], texts[2])


def test_a_graph_gives_what_the_call_gives() -> None:
    weights = random_weights(SMALLER, device="cuda", dtype=torch.float32)
    llama = StaticLlama(weights, batch=3, positions=64)
    step = Pass(llama, 5)
    generator = torch.Generator("cuda").manual_seed(1)
    for start in (0, 5, 2):
        tokens = torch.randint(4096, (3, 5), device="cuda", generator=generator)
        step.tokens.copy_(tokens)
        step.start.fill_(start)
        replayed = step().clone()
        expected = llama.forward(tokens, torch.full((3,), start, device="cuda"))
        assert torch.allclose(replayed, expected, atol=1e-4)


def test_speculation_is_worth_less_the_larger_the_batch() -> None:
    shape = replace(SMALLER, layers=16, width=2048, hidden=8192)
    target = random_weights(shape, device="cuda", dtype=torch.bfloat16)
    draft = random_weights(replace(shape, layers=1), device="cuda", dtype=torch.bfloat16)
    tokens = {4: batch_pressure.expected_tokens(0.8, 4)}
    found = batch_pressure.measured(target, draft, tokens, name="random", what="random weights")
    print(batch_pressure.table(found))
    assert found.curves[0].speedup[0] > found.curves[0].speedup[-1]
