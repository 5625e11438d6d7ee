"""From the costs of calls to where speculation stops paying, and the file that the what-if page reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

torch = pytest.importorskip("torch", reason="needs the extra `models`")
pytest.importorskip("safetensors", reason="needs the extra `models`")

from bench import batch_pressure as bp  # noqa: E402
from bench.static_llama import random_weights, sized  # noqa: E402
from pairs.prices import COMPUTE_BOUND, MEMORY_BOUND  # noqa: E402
from wire.batch_pressure import BatchPressure  # noqa: E402

SHAPE = sized(
    vocab_size=16, width=16, layers=2, heads=2, groups=1,
    head_width=8, hidden=24,
)  # fmt: skip


def test_a_round_costs_gamma_drafts_and_one_verification() -> None:
    found = bp.pressure(
        {(1, 1): 10.0, (1, 3): 12.0, (8, 1): 20.0, (8, 3): 60.0},
        {(1, 1): 1.0, (8, 1): 2.0},
        {2: 2.8},
        kind="measured", name="made up", what="made up", context=128,
    )  # fmt: skip
    assert found.batches == (1, 8)
    assert found.plain_tokens_per_s == (1 / 10, 8 / 20)
    assert found.curves[0].tokens_per_s == (2.8 / 14, 8 * 2.8 / 64)
    assert found.curves[0].speedup == pytest.approx((2.0, 0.875))
    assert bp.last_that_pays(found, 2) == 1


def test_where_memory_is_what_costs_a_batch_of_64_still_gains_and_where_arithmetic_is_none_does() -> None:
    memory, compute = bp.priced(MEMORY_BOUND), bp.priced(COMPUTE_BOUND)
    assert [bp.last_that_pays(memory, gamma) for gamma in bp.GAMMAS] == [64, 64, 64, 32]
    assert [bp.last_that_pays(compute, gamma) for gamma in bp.GAMMAS] == [None] * 4
    for curve in (*memory.curves, *compute.curves):
        assert list(curve.speedup) == sorted(curve.speedup, reverse=True)


def test_a_random_pair_is_measured_on_this_processor_by_the_code_that_measures_a_gpu() -> None:
    weights = random_weights(SHAPE, device="cpu", dtype=torch.float32)
    costs = bp.call_costs(weights, (1, 3), batches=(1, 2), calls=1)
    assert set(costs) == {(1, 1), (1, 3), (2, 1), (2, 3)}
    assert min(costs.values()) > 0


def test_a_draft_that_is_the_target_itself_gives_a_full_round_each_time() -> None:
    weights = random_weights(SHAPE, device="cpu", dtype=torch.float32)
    # 12 new tokens in rounds of 3, exactly: every draft stands, or one falls by rounding.
    assert bp.tokens_per_round(weights, weights, 2, texts=1, new=12) == pytest.approx(3.0)


def test_the_file_holds_what_was_found_and_nothing_that_cannot_be() -> None:
    whole = BatchPressure(version=1, results=(bp.priced(MEMORY_BOUND),))
    assert BatchPressure.model_validate_json(whole.model_dump_json()) == whole
    broken = json.loads(whole.model_dump_json())
    broken["results"][0]["curves"][0]["speedup"].pop()
    with pytest.raises(ValidationError, match="one value for each batch"):
        BatchPressure.model_validate_json(json.dumps(broken))


def test_a_folder_with_only_a_config_is_a_model_for_time(tmp_path: Path) -> None:
    config = {
        "architectures": ["LlamaForCausalLM"], "vocab_size": 16, "hidden_size": 16, "num_hidden_layers": 2,
        "num_attention_heads": 2, "num_key_value_heads": 1, "intermediate_size": 24,
        "max_position_embeddings": 64,
    }  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(config))
    weights = bp.load(tmp_path, "cpu", torch.float32)
    assert len(weights.layers) == 2
    assert weights.embedding.shape == (16, 16)
