"""Two folders as a pair: read, checked against each other, ready to be driven."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pairs.context import Model
from pairs.real.errors import PairError
from pairs.real.folder import read_json, read_weights
from pairs.real.packing import packed
from pairs.real.shape import shape_of
from pairs.real.tokenizer import PairTokenizer, check_same_tokenizer, load_tokenizer

Engine = Literal["auto", "lean", "transformers"]

FEWEST_POSITIONS = 256
"""A prompt, a text worth timing and a block of drafts."""


@dataclass(frozen=True, slots=True)
class RealPair:
    """A target and a draft that share a tokenizer."""

    name: str
    vocab_size: int
    eos_token_id: int | None
    target: Model
    draft: Model
    tokenizer: PairTokenizer


def load_pair(
    target_dir: Path | str, draft_dir: Path | str, device: str = "cpu", engine: Engine = "auto"
) -> RealPair:
    """Read a pair from two folders as `save_pretrained` writes them. Nothing is fetched from elsewhere.

    Args:
        device: "cpu", or what torch calls a GPU.
        engine: "auto" takes a lean engine of ours where it reads the model, else `transformers`.

    Raises:
        PairError: something is missing, broken, or does not fit; the text says what to do.
    """
    target_dir, draft_dir = Path(target_dir), Path(draft_dir)
    for folder in (target_dir, draft_dir):
        if not folder.is_dir():
            raise PairError(f"{folder} is no folder. Name one with config.json, weights and tokenizer.json.")
    check_same_tokenizer(target_dir, draft_dir)
    tokenizer = load_tokenizer(target_dir)
    target, draft = (load_model(folder, device, engine) for folder in (target_dir, draft_dir))
    if target.vocab_size != draft.vocab_size:
        raise PairError(
            f"The target gives {target.vocab_size} logits and the draft {draft.vocab_size}. Resize the"
            " draft's embedding to the target's and save it again."
        )
    if tokenizer.vocab_size > target.vocab_size:
        raise PairError(
            f"The tokenizer has {tokenizer.vocab_size} ids and the models know {target.vocab_size}. Copy the"
            " tokenizer that the models were trained with into both folders."
        )
    return RealPair(
        name=target_dir.resolve().name,
        vocab_size=target.vocab_size,
        eos_token_id=_eos(target_dir),
        target=target,
        draft=draft,
        tokenizer=tokenizer,
    )


def load_model(folder: Path, device: str = "cpu", engine: Engine = "auto") -> Model:
    """One model of a pair. Raises PairError as `load_pair` does."""
    model = None if engine == "transformers" else _lean(folder, device, must=engine == "lean")
    if model is None:
        model = _imported("modules", folder).load_modules(folder, device)
    if model.max_positions < FEWEST_POSITIONS:
        raise PairError(
            f"{folder} holds {model.max_positions} positions; an interview needs {FEWEST_POSITIONS}. Take a"
            " model with a longer context."
        )
    return model


def _lean(folder: Path, device: str, *, must: bool) -> Model | None:
    """None where another engine has to be asked."""
    config = read_json(folder, "config.json")
    try:
        shape = shape_of(config)
    except PairError as error:
        if must:
            raise PairError(f"{folder} is not for the lean engine: {error}. Take `transformers`.") from None
        return None
    if device != "cpu":
        model: Model = _imported("gpu", folder).load_gpu(folder, device)
        return model
    try:
        return packed(shape, read_weights(folder))
    except PairError as error:
        raise PairError(f"{folder}: {error}") from None


def _imported(engine: str, folder: Path) -> Any:
    """An engine that needs torch, which takes seconds to import."""
    try:
        return importlib.import_module(f"pairs.real.{engine}")
    except ImportError as error:
        raise PairError(
            f"{folder} needs {error.name}, which is not installed: pip install 'probe[models]'."
        ) from None


def _eos(folder: Path) -> int | None:
    eos = read_json(folder, "config.json").get("eos_token_id")
    return int(eos[0] if isinstance(eos, list) else eos) if eos not in (None, []) else None
