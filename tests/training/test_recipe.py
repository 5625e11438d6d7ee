"""The recipe of the small pair, at a size that trains in seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import LlamaForCausalLM

from training import card, draft, target
from training.batches import held_out_windows, loss, windows
from training.corpus import END, learn_tokenizer, sources
from training.optimiser import Optimiser, orthogonalised, schedule


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text with a plain pattern in it."""
    folder = tmp_path_factory.mktemp("corpus")
    pattern = np.tile(np.arange(7, 23, dtype=np.uint16), 400)
    np.save(folder / "train.npy", pattern)
    np.save(folder / "held_out.npy", pattern[:2000])
    return folder


def small(layers: int = 2) -> LlamaForCausalLM:
    torch.manual_seed(1)
    return LlamaForCausalLM(target.config(layers=layers, width=32, heads=4, inner=64)).eval()


def rows(corpus: Path) -> torch.Tensor:
    return held_out_windows(np.load(corpus / "held_out.npy"))[:8, :64]


@given(st.integers(1, 4), st.integers(2, 12), st.integers(2, 12))
def test_muon_steps_along_a_matrix_whose_singular_values_are_about_one(
    count: int, height: int, width: int
) -> None:
    stack = torch.randn(count, height, width, generator=torch.Generator().manual_seed(height * width))
    values = torch.linalg.svdvals(orthogonalised(stack))
    assert values.shape[0] == count
    assert values.max() < 1.3
    # A singular value that is nearly 0 has no direction to be kept.
    large = torch.linalg.svdvals(stack) > 0.1 * torch.linalg.matrix_norm(stack)[:, None]
    assert values[large].min() > 0.6


def test_the_rate_rises_stays_and_falls() -> None:
    assert schedule(0.0, 0) == pytest.approx(0.05)
    assert schedule(0.3, 500) == 1.0
    assert schedule(0.7, 900) == pytest.approx(0.5)
    assert schedule(1.0, 1800) == pytest.approx(0.02)


def test_a_model_learns_a_plain_pattern(corpus: Path) -> None:
    model = small().train()
    optimiser = Optimiser(model, 80)
    rng, tokens = np.random.default_rng(1), np.load(corpus / "train.npy")
    before = loss(model.eval(), rows(corpus))
    for _ in range(80):
        batch = windows(tokens, rng, 8, 32)
        logits = model(batch[:, :-1]).logits
        torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten()).backward()
        optimiser.step()
    assert loss(model.eval(), rows(corpus)) < before / 2


def test_the_card_counts_what_each_layer_earns_and_leaves_the_model_as_it_was(corpus: Path) -> None:
    model = small(3)
    whole = loss(model, rows(corpus))
    with torch.no_grad():
        model.model.layers[1].self_attn.o_proj.weight.zero_()
        model.model.layers[1].mlp.down_proj.weight.zero_()
    idle = loss(model, rows(corpus))
    costs = card.ablation(model, rows(corpus))
    assert len(costs) == 3
    assert costs[1] == 0.0, "a layer that adds nothing earns nothing"
    assert costs[0] != 0.0
    assert loss(model, rows(corpus)) == idle != whole


def test_a_draft_that_is_the_target_is_always_accepted(corpus: Path) -> None:
    model = small()
    for temperature in (1.0, 0.5, 0.0):
        assert card.acceptance(model, model, rows(corpus), temperature) == pytest.approx(1.0, abs=1e-4)


def test_the_distance_that_a_draft_is_trained_on_is_what_is_not_accepted() -> None:
    wanted, given = (torch.randn(5, 9).log_softmax(-1) for _ in range(2))
    _, distance = draft.distances(wanted, given)
    accepted = torch.minimum(wanted.exp(), given.exp()).sum(-1).mean()
    assert distance.item() == pytest.approx(1 - accepted.item(), abs=1e-6)


def test_the_targets_text_begins_as_the_corpus_does(corpus: Path) -> None:
    tokens = np.load(corpus / "train.npy")
    text = draft.written(small(), tokens, np.random.default_rng(3))
    assert text.shape == (draft.PART, draft.LENGTH)
    steps = (text[:, 1 : draft.PROMPT] - text[:, : draft.PROMPT - 1]) % 16
    assert bool((steps == 1).all())


def test_the_corpus_leaves_out_tests_tables_and_what_is_short(tmp_path: Path) -> None:
    taken = {"asyncio/tasks.py": "a" * 600, "json.py": "\tb" * 300}
    left_out = {
        "test/test_json.py": "c" * 600,
        "this.py": "d" * 600,
        "short.py": "e",
        "encodings/x.py": "f" * 600,
    }
    for name, text in (taken | left_out).items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert list(sources(tmp_path)) == ["a" * 600, "    b" * 300]


def test_any_text_has_tokens_and_comes_back() -> None:
    tokenizer = learn_tokenizer(["def f(x):\n    return x\n"] * 20)
    text = "def ñ(): return '日本'\n"
    assert tokenizer.decode(tokenizer.encode(text).ids) == text
    assert tokenizer.token_to_id(END) == 0
