"""The lean engine reads what a Llama folder says, and what it cannot compute it refuses by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from pairs.context import rows_along
from pairs.real.errors import PairError
from pairs.real.pair import load_model
from tests.pairs.folders import write_llama

TEXT = [int(n) for n in np.random.default_rng(0).integers(0, 300, 300)]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"tie_word_embeddings": False},
        {"num_key_value_heads": 4},
        {"num_key_value_heads": 1, "head_dim": 16},
        {"num_hidden_layers": 1, "rms_norm_eps": 0.1},
        {"rope_parameters": {"rope_theta": 500.0, "rope_type": "default"}},
        {"dtype": "float16"},
    ],
    ids=str,
)
def test_its_rows_are_those_of_transformers(tmp_path: Path, changes: dict[str, Any]) -> None:
    folder = write_llama(tmp_path, **changes)
    lean, other = (rows_along(load_model(folder, engine=name), TEXT) for name in ("lean", "transformers"))
    np.testing.assert_allclose(lean, other, rtol=0, atol=1e-4)


def test_older_configs_say_the_base_of_the_rotation_elsewhere(tmp_path: Path) -> None:
    new = write_llama(tmp_path / "new", rope_parameters={"rope_theta": 500.0, "rope_type": "default"})
    old = write_llama(tmp_path / "old", rope_parameters=None, rope_theta=500.0)
    rows, again = (rows_along(load_model(folder), TEXT[:20]) for folder in (new, old))
    assert np.array_equal(rows, again)


def test_bfloat16_widens_to_what_it_stands_for(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file as load
    from safetensors.torch import save_file as save

    folder = write_llama(tmp_path / "bf16")
    tensors = {name: each.to(torch.bfloat16) for name, each in load(folder / "model.safetensors").items()}
    save(tensors, folder / "model.safetensors")
    wide = write_llama(tmp_path / "fp32")
    save({name: each.float() for name, each in tensors.items()}, wide / "model.safetensors")
    assert np.array_equal(*(rows_along(load_model(each), TEXT[:20]) for each in (folder, wide)))


def test_weights_in_several_files_are_one_model(tmp_path: Path) -> None:
    whole = write_llama(tmp_path / "whole")
    parts = write_llama(tmp_path / "parts")
    tensors = load_file(parts / "model.safetensors")
    (parts / "model.safetensors").unlink()
    for n, names in enumerate((sorted(tensors)[:7], sorted(tensors)[7:])):
        save_file({name: tensors[name] for name in names}, parts / f"model-{n}-of-2.safetensors")
    assert np.array_equal(*(rows_along(load_model(each), TEXT[:20]) for each in (whole, parts)))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"architectures": ["GPT2LMHeadModel"]}, "it is GPT2LMHeadModel, no Llama"),
        ({"architectures": None}, "of no named architecture"),
        ({"attention_bias": True}, "its config sets attention_bias"),
        ({"hidden_act": "gelu"}, "its activation is gelu, not silu"),
        ({"rope_parameters": {"rope_type": "llama3", "rope_theta": 1e4}}, "of the type llama3"),
        ({"num_hidden_layers": "many"}, "lacks a size, or one is no number"),
        (
            {"intermediate_size": 64},
            r"gate_proj.weight has shape \(48, 32\), and config.json says \(64, 32\)",
        ),
    ],
)
def test_a_variant_that_it_does_not_compute_is_refused_by_name(
    tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    folder = write_llama(tmp_path)
    write_config(folder, changes)
    with pytest.raises(PairError, match=says):
        load_model(folder, engine="lean")


def write_config(folder: Path, changes: dict[str, Any]) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | changes))


def test_a_missing_tensor_is_named(tmp_path: Path) -> None:
    folder = write_llama(tmp_path, without="model.layers.1.mlp.down_proj.weight")
    with pytest.raises(PairError, match=r"the weights lack model\.layers\.1\.mlp\.down_proj\.weight"):
        load_model(folder)


def test_another_number_format_is_refused(tmp_path: Path) -> None:
    folder = write_llama(tmp_path, dtype="float64")
    with pytest.raises(PairError, match="is F64; save the model in float32"):
        load_model(folder)
