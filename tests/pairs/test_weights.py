"""The small pair is what its card says."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from pairs.context import rows_along
from pairs.real.pair import RealPair, load_pair

WEIGHTS = Path(__file__).resolve().parents[2] / "pairs/weights"
CARD = json.loads((WEIGHTS / "card.json").read_text())

TEXT = '''def read_config(path):
    """Return the settings in a file."""
    with open(path) as file:
        return json.load(file)
'''


@pytest.fixture(scope="module")
def pair() -> RealPair:
    return load_pair(WEIGHTS / "target", WEIGHTS / "draft")


@pytest.mark.parametrize("role", ["target", "draft"])
def test_the_files_are_those_of_the_card(role: str) -> None:
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (WEIGHTS / role).iterdir()}
    assert found == CARD["sha256"][role]


def test_every_layer_of_the_target_earns_its_place() -> None:
    lost = CARD["target"]["nats_lost_without_layer"]
    assert len(lost) == CARD["target"]["layers"]
    assert min(lost) > 0.02


def test_text_comes_back_from_its_tokens(pair: RealPair) -> None:
    tokens = pair.tokenizer.encode(TEXT)
    assert "".join(pair.tokenizer.pieces(tokens)) == TEXT


def test_both_have_learnt_to_read_code_and_the_target_better(pair: RealPair) -> None:
    tokens = [0, *pair.tokenizer.encode(TEXT)]
    losses = {}
    for role, model in (("target", pair.target), ("draft", pair.draft)):
        rows = rows_along(model, tokens[:-1]).astype(np.float64)
        log_probs = rows - np.logaddexp.reduce(rows, axis=1, keepdims=True)
        losses[role] = -log_probs[np.arange(len(rows)), tokens[1:]].mean()
    assert losses["target"] < losses["draft"] < np.log(pair.vocab_size) / 2
