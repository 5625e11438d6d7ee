"""The models as a submission meets them: transformers' manners, and errors that say what to do.

Needs torch, so it runs in the candidate environment: `test_candidate_env` starts it there.
"""

from __future__ import annotations

import copy
import gc
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="runs in the candidate environment, by test_candidate_env")

from pairs.analytic import PairSpec, make_pair  # noqa: E402
from pairs.ledger import Call  # noqa: E402
from pairs.torch_api import CausalLM, Config, LocalBackend  # noqa: E402

PAIR = make_pair(PairSpec(name="pair", seed=1, vocab_size=16, flavour="bell"))
IDS = torch.tensor([[1, 2, 3, 4, 5]])


def models(ledger: list[Call] | None = None) -> tuple[CausalLM, CausalLM]:
    calls: list[Call] = [] if ledger is None else ledger
    config = Config(vocab_size=16, eos_token_id=0, max_position_embeddings=32)
    return (
        CausalLM(LocalBackend(PAIR.target, "target", calls), config),
        CausalLM(LocalBackend(PAIR.draft, "draft", calls), config),
    )


def test_a_row_for_each_position_and_each_is_the_models_own() -> None:
    target, draft = models()
    for model, law in ((target, PAIR.target), (draft, PAIR.draft)):
        logits = model(IDS).logits
        assert logits.shape == (1, 5, 16)
        assert logits.dtype == torch.float32
        for row, state in zip(logits[0], law.states(IDS[0].tolist()), strict=True):
            assert row.numpy().tobytes() == law.logits(state).tobytes()


def test_rows_are_bitwise_equal_alone_in_blocks_and_after_a_crop() -> None:
    target, _ = models()
    whole = target(IDS).logits
    out = target(IDS[:, :1])
    cache, pieces = out.past_key_values, [out.logits]
    for start, end in ((1, 3), (3, 5)):
        target(IDS[:, :2] + 7, past_key_values=cache)  # drafts that are rejected
        cache.crop(start)
        pieces.append(target(IDS[:, start:end], past_key_values=cache).logits)
    assert torch.equal(torch.cat(pieces, 1), whole)


def test_the_cache_grows_in_place_and_comes_back() -> None:
    target, _ = models()
    cache = target(IDS).past_key_values
    assert target(IDS[:, :2], past_key_values=cache).past_key_values is cache
    assert cache.get_seq_length() == len(cache) == 7


def test_without_a_cache_each_call_starts_afresh() -> None:
    target, _ = models()
    first, second = target(IDS), target(IDS)
    assert first.past_key_values is not second.past_key_values
    assert second.past_key_values.get_seq_length() == 5


def test_use_cache_false_gives_none() -> None:
    target, _ = models()
    assert target(IDS, use_cache=False).past_key_values is None


def test_cache_is_the_new_name_of_past_key_values() -> None:
    target, _ = models()
    cache = target(IDS).past_key_values
    target(IDS[:, :1], cache=cache)
    assert cache.get_seq_length() == 6


@pytest.mark.parametrize(("crop", "left"), [(3, 3), (5, 5), (9, 5), (0, 0), (-1, 4), (-5, 0)])
def test_crop_keeps_a_positive_number_and_takes_off_a_negative_one(crop: int, left: int) -> None:
    target, _ = models()
    cache = target(IDS).past_key_values
    cache.crop(crop)
    assert cache.get_seq_length() == left


def test_crop_cannot_take_off_more_than_there_is() -> None:
    target, _ = models()
    with pytest.raises(ValueError, match="takes off more than the 5 positions"):
        target(IDS).past_key_values.crop(-6)


def test_logits_are_fresh_and_yours_to_write_to() -> None:
    target, _ = models()
    before = target(IDS).logits.clone()
    target(IDS).logits.zero_()
    assert torch.equal(target(IDS).logits, before)


def test_an_output_can_be_read_in_three_ways() -> None:
    target, _ = models()
    out = target(IDS)
    logits, cache = out
    assert logits is out.logits is out["logits"] is out[0]
    assert cache is out.past_key_values is out["past_key_values"] is out[1]
    with pytest.raises(KeyError, match="hidden_states"):
        out["hidden_states"]


def test_a_model_has_what_code_for_transformers_looks_at() -> None:
    target, _ = models()
    assert target.eval() is target
    assert target.to("cpu") is target
    assert next(target.parameters()).device == target.device == torch.device("cpu")
    assert (target.config.vocab_size, target.config.eos_token_id) == (16, 0)
    assert torch.equal(target.forward(IDS).logits, target(input_ids=IDS, attention_mask=None).logits)


def test_the_ledger_sees_every_call_with_its_path() -> None:
    ledger: list[Call] = []
    target, draft = models(ledger)
    cache = target(IDS).past_key_values
    cache.crop(2)
    target(torch.tensor([[9, 8]]), past_key_values=cache)
    draft(IDS[:, :1])
    assert ledger == [
        Call(model="target", path=(1, 2, 3, 4, 5), fed=5),
        Call(model="target", path=(1, 2, 9, 8), fed=2),
        Call(model="draft", path=(1,), fed=1),
    ]


def test_a_cache_that_nobody_holds_is_released() -> None:
    released: list[int] = []

    class Watched(LocalBackend):
        def release(self, handle: int) -> None:
            released.append(handle)
            super().release(handle)

    target = CausalLM(Watched(PAIR.target, "target", []), Config(vocab_size=16))
    for _ in range(3):
        target(IDS)
    gc.collect()
    assert released == [0, 1, 2]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"input_ids": [1, 2]}, TypeError, "input_ids is a list; want a torch.Tensor"),
        ({"input_ids": IDS[0]}, ValueError, r"shape \(5,\); want \(1, n\): try input_ids.view"),
        ({"input_ids": IDS.repeat(2, 1)}, ValueError, "only one sequence at a time"),
        ({"input_ids": IDS[:, :0]}, ValueError, "input_ids is empty"),
        ({"input_ids": IDS.float()}, ValueError, r"dtype torch.float32; want torch.int64"),
        ({"input_ids": IDS + 12}, ValueError, "input_ids holds 16; ids go from 0 to 15"),
        ({"input_ids": -IDS}, ValueError, "input_ids holds -1"),
        ({"input_ids": IDS.repeat(1, 7)}, ValueError, "max_position_embeddings = 32"),
        ({"input_ids": IDS, "past_key_values": ((1,),)}, TypeError, "past_key_values is a tuple"),
        ({"input_ids": IDS, "position_ids": IDS}, TypeError, "position_ids: not supported"),
        ({"input_ids": IDS, "attention_mask": IDS * 0}, ValueError, "hides a position"),
        ({"input_ids": IDS, "attention_mask": IDS[:, :2]}, ValueError, r"ones of shape \(1, 5\)"),
    ],
)
def test_what_cannot_be_says_what_to_do(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    target, _ = models()
    with pytest.raises(error, match=message):
        target(**arguments)


def test_the_other_models_cache_is_refused() -> None:
    target, draft = models()
    with pytest.raises(ValueError, match="belongs to the other model"):
        target(IDS, past_key_values=draft(IDS).past_key_values)


def test_a_cache_cannot_be_copied_in_silence() -> None:
    target, _ = models()
    with pytest.raises(TypeError, match="cannot be copied"):
        copy.deepcopy(target(IDS).past_key_values)
