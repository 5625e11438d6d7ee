"""The models as a submission meets them: transformers' manners, and errors that say what to do.

Needs torch, so it runs in the candidate environment: `test_candidate_env` starts it there.
"""

from __future__ import annotations

import copy
import gc
from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="runs in the candidate environment, by test_candidate_env")

from pairs.analytic import PairSpec, make_pair  # noqa: E402
from pairs.flavours import BELL  # noqa: E402
from pairs.ledger import Call  # noqa: E402
from pairs.torch_api import Cache, CausalLM, Config, LocalBackend  # noqa: E402

PAIR = make_pair(PairSpec(name="pair", seed=1, vocab_size=16, flavour=BELL))
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
        ({"input_ids": IDS, "position_ids": IDS}, ValueError, "position_ids does not say 0 to 4"),
        ({"input_ids": IDS, "cache_position": 0}, ValueError, "cache_position does not say 0 to 4"),
        ({"input_ids": IDS, "output_attentions": True}, TypeError, "output_attentions: not supported"),
        ({"input_ids": IDS, "inputs_embeds": IDS}, TypeError, "inputs_embeds: not supported"),
        ({"input_ids": IDS, "temperature": 1.0}, TypeError, "temperature: not supported"),
        ({"input_ids": IDS, "attention_mask": IDS[None, None]}, ValueError, "trees in one call"),
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


def test_arguments_of_transformers_that_change_nothing_are_taken() -> None:
    target, _ = models()
    plain = target(IDS).logits
    cache = target(IDS[:, :2]).past_key_values
    out = target(
        input_ids=IDS[:, 2:],
        past_key_values=cache,
        use_cache=True,
        return_dict=True,
        attention_mask=torch.ones(1, 5, dtype=torch.long),
        position_ids=torch.tensor([[2, 3, 4]]),
        cache_position=torch.tensor([2, 3, 4]),
        output_attentions=False,
        output_hidden_states=None,
    )
    assert torch.equal(out.logits, plain[:, 2:])
    assert out.hidden_states is None
    assert out[:1] == (out.logits,)
    assert target.generation_config.eos_token_id == target.config.eos_token_id == 0
    assert cache.get_max_cache_shape() == 32


@pytest.mark.parametrize("name", ["logits_to_keep", "num_logits_to_keep"])
def test_only_the_rows_that_are_asked_for_come_back(name: str) -> None:
    target, _ = models()
    rows = target(IDS).logits
    for keep, wanted in (
        (0, rows),
        (1, rows[:, -1:]),
        (3, rows[:, -3:]),
        (torch.tensor([0, 4]), rows[:, [0, 4]]),
    ):
        assert torch.equal(target(IDS, **{name: keep}).logits, wanted)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copied_cache_grows_on_its_own(copied: Callable[[Cache], Cache]) -> None:
    ledger: list[Call] = []
    target, _ = models(ledger)
    cache = target(IDS).past_key_values
    cache.crop(3)
    twin = copied(cache)
    one = target(torch.tensor([[9]]), past_key_values=twin).logits
    other = target(torch.tensor([[4]]), past_key_values=cache).logits
    assert twin.get_seq_length() == cache.get_seq_length() == 4
    assert torch.equal(one, target(torch.tensor([[1, 2, 3, 9]])).logits[:, -1:])
    assert torch.equal(other, target(torch.tensor([[1, 2, 3, 4]])).logits[:, -1:])
    assert [call.copied for call in ledger] == [(), (3,), (), (), ()]


def test_a_copy_of_an_empty_cache_is_an_empty_cache_and_costs_nothing() -> None:
    ledger: list[Call] = []
    target, _ = models(ledger)
    cache = target(IDS).past_key_values
    cache.reset()
    assert len(copy.deepcopy(cache)) == 0
    target(IDS, past_key_values=copy.deepcopy(cache))
    assert [call.copied for call in ledger] == [(), ()]


def test_the_keys_and_values_of_a_cache_are_not_here_and_it_says_so() -> None:
    target, _ = models()
    with pytest.raises(TypeError, match="get_seq_length"):
        target(IDS).past_key_values[0]
