"""Load a real pair to be timed on. Imported late: most judgements need none."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import pairs
from harness.wall.play import RealPair
from harness.wall.prompts import snippets
from pairs.context import Model, rows_along

SHIPPED = Path(str(pairs.__file__)).parent / "weights"
TRIED, BLOCKS, MARGIN = 4, (1, 5, 2, 9, 3), 10.0
LONGEST_PROMPT = 48
"""Tokens. Longer ones would time the reading of prompts, which both sides do alike."""


def shipped() -> tuple[Path, Path] | None:
    """The folders of our own pair; None where the weights were left out."""
    folders = SHIPPED / "target", SHIPPED / "draft"
    return folders if all((folder / "config.json").is_file() for folder in folders) else None


def load(target: Path, draft: Path, *, device: str = "cpu") -> RealPair:
    """Raises `pairs.real.errors.PairError`; its text says what to do."""
    from pairs.real.pair import load_pair

    pair = load_pair(target, draft, device=device)
    prompts = [tuple(pair.tokenizer.encode(text)[:LONGEST_PROMPT]) for text in snippets()]
    return RealPair(
        models=pair,
        prompts=prompts,
        weights_sha256=_weights_sha256(target, draft),
        logit_slack=logit_slack(pair.target, prompts[:TRIED]),
    )


def logit_slack(model: Model, texts: Sequence[Sequence[int]]) -> float:
    """A bound for `harness.core.rounding`: `MARGIN` times what other blocks did to these texts' logits.

    0 where they did nothing: our engine's rows are bitwise equal however they are asked for.
    """
    return MARGIN * max(_largest_difference(model, text) for text in texts)


def _largest_difference(model: Model, text: Sequence[int]) -> float:
    """Between one pass over a text and passes over 1, 2, ... positions, with positions taken back between."""
    whole, context, largest = rows_along(model, text), model.open(), 0.0
    for block in BLOCKS * len(text):
        start = context.length
        fed = text[start : start + block]
        if not fed:
            break
        rows = context.extend(fed)
        largest = max(largest, float(np.abs(rows - whole[start : start + len(fed)]).max()))
        if block > 2:
            context.crop(context.length - 2)
    return largest


def _weights_sha256(*folders: Path) -> str:
    """Of all weight files, each file's hash in order."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.glob("*.safetensors")):
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
