"""A model's folder as `transformers` saves it: config.json and safetensors. Weights come as numpy arrays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, deserialize

from pairs.real.errors import PairError

Weights = dict[str, NDArray[np.float32]]

FLOATS = {"F32": "<f4", "F16": "<f2"}


def read_json(folder: Path, name: str) -> dict[str, Any]:
    """Raises PairError: there is no such file, or it holds no JSON object."""
    path = folder / name
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PairError(
            f"{folder} has no {name}. Name a folder that holds a model as save_pretrained writes it:"
            " config.json, model.safetensors, tokenizer.json."
        ) from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise PairError(f"{path} cannot be read as JSON: {error}. Save the model again.") from None
    if not isinstance(value, dict):
        raise PairError(f"{path} holds no JSON object. Save the model again.")
    return value


def read_weights(folder: Path) -> Weights:
    """Every tensor of the folder's safetensors files, as float32 by name. fp16 and bf16 widen exactly.

    Raises:
        PairError: no such file, a broken one, or a number format other than fp32, fp16 and bf16.
    """
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise PairError(
            f"{folder} has no *.safetensors. Save the model with save_pretrained, which writes them; pickled"
            " and quantized weights are not read."
        )
    weights: Weights = {}
    for path in files:
        try:
            tensors = deserialize(path.read_bytes())  # type: ignore[no-untyped-call,unused-ignore]
        except (OSError, SafetensorError) as error:
            raise PairError(f"{path} cannot be read: {error}. Copy it again.") from None
        for name, tensor in tensors:
            weights[name] = _widened(f"{name} in {path}", tensor)
    return weights


def _widened(what: str, tensor: dict[str, Any]) -> NDArray[np.float32]:
    kind, shape = tensor["dtype"], tensor["shape"]
    if kind == "BF16":
        # The upper half of a float32.
        halves = np.frombuffer(tensor["data"], dtype="<u2").astype(np.uint32)
        return (halves << np.uint32(16)).view(np.float32).reshape(shape)
    if kind not in FLOATS:
        raise PairError(f"{what} is {kind}; save the model in float32, float16 or bfloat16.")
    return np.frombuffer(tensor["data"], dtype=FLOATS[kind]).astype(np.float32).reshape(shape)
