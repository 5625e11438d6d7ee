"""Two folders become a pair, or a sentence that says what to do."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pairs.ledger import Call
from pairs.real.errors import PairError
from pairs.real.llama import LlamaModel
from pairs.real.pair import load_model, load_pair
from tests.pairs.folders import write_llama, write_tokenizer

Folders = tuple[Path, Path]


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    target = write_tokenizer(write_llama(tmp_path / "target", seed=1))
    draft = write_tokenizer(write_llama(tmp_path / "draft", seed=2, num_hidden_layers=1))
    return target, draft


def test_a_pair_has_what_whoever_drives_it_needs(folders: Folders) -> None:
    pair = load_pair(*folders)
    assert (pair.name, pair.vocab_size, pair.eos_token_id) == ("target", 300, 0)
    assert isinstance(pair.target, LlamaModel)
    ids = pair.tokenizer.encode("def load(path):")
    assert pair.target.open().extend(ids).shape == pair.draft.open().extend(ids).shape == (len(ids), 300)


def test_of_several_ends_of_a_text_the_first_counts(folders: Folders) -> None:
    edit(folders[0], eos_token_id=[7, 8])
    assert load_pair(*folders).eos_token_id == 7
    edit(folders[0], eos_token_id=None)
    assert load_pair(*folders).eos_token_id is None


def test_what_the_lean_engine_does_not_read_goes_to_transformers(tmp_path: Path) -> None:
    rope = {"rope_type": "linear", "factor": 2.0, "rope_theta": 10000.0}
    model = load_model(write_llama(tmp_path, rope_parameters=rope))
    assert not isinstance(model, LlamaModel)
    assert model.open().extend([1, 2]).shape == (2, 300)


def edit(folder: Path, **changes: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | changes))


def no_folder(target: Path, draft: Path) -> None:
    shutil.rmtree(draft)


def no_config(target: Path, draft: Path) -> None:
    (target / "config.json").unlink()


def broken_config(target: Path, draft: Path) -> None:
    (target / "config.json").write_text("{")


def config_of_another_kind(target: Path, draft: Path) -> None:
    (target / "config.json").write_text("[]")


def no_weights(target: Path, draft: Path) -> None:
    (target / "model.safetensors").unlink()


def broken_weights(target: Path, draft: Path) -> None:
    (target / "model.safetensors").write_bytes(b"half of a download")


def no_tokenizer(target: Path, draft: Path) -> None:
    (draft / "tokenizer.json").unlink()


def broken_tokenizer(target: Path, draft: Path) -> None:
    for folder in (target, draft):
        (folder / "tokenizer.json").write_text('{"model": {"type": "unheard of"}}')


def other_tokenizer(target: Path, draft: Path) -> None:
    write_tokenizer(draft, words=["abcabcabc"] * 9)


def fewer_logits(target: Path, draft: Path) -> None:
    write_llama(draft, vocab_size=304)


def more_tokens_than_logits(target: Path, draft: Path) -> None:
    write_llama(target, vocab_size=280)
    write_llama(draft, vocab_size=280)


def short_context(target: Path, draft: Path) -> None:
    write_llama(target, max_position_embeddings=128)


def unknown_architecture(target: Path, draft: Path) -> None:
    edit(target, architectures=["NewForCausalLM"], model_type="unheard_of")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (no_folder, "draft is no folder. Name one with"),
        (no_config, "has no config.json. Name a folder that holds a model"),
        (broken_config, "cannot be read as JSON"),
        (config_of_another_kind, "holds no JSON object"),
        (no_weights, r"has no \*.safetensors. Save the model with save_pretrained"),
        (broken_weights, "cannot be read: .*Copy it again"),
        (no_tokenizer, "has no tokenizer.json"),
        (broken_tokenizer, "is no tokenizer"),
        (other_tokenizer, "take a draft with the target's tokenizer"),
        (fewer_logits, "The target gives 300 logits and the draft 304"),
        (more_tokens_than_logits, "The tokenizer has 300 ids and the models know 280"),
        (short_context, "holds 128 positions; an interview needs 256"),
        (unknown_architecture, "is not read by transformers"),
    ],
)
def test_folders_that_are_no_pair_say_what_to_do(
    folders: Folders, spoil: Callable[[Path, Path], None], says: str
) -> None:
    spoil(*folders)
    with pytest.raises(PairError, match=says):
        load_pair(*folders)


def test_a_candidates_code_sees_the_cache_that_every_pair_has(folders: Folders) -> None:
    torch = pytest.importorskip("torch")
    from pairs.torch_api import causal_lms

    pair, ledger = load_pair(*folders), list[Call]()
    target, draft = causal_lms(pair, ledger)
    assert (target.config.vocab_size, target.config.max_position_embeddings) == (300, 320)
    out = target(torch.tensor([[1, 2, 3, 4]]))
    out.past_key_values.crop(2)
    again = target(torch.tensor([[5, 6]]), past_key_values=out.past_key_values)
    fresh = target(torch.tensor([[1, 2, 5, 6]]))
    assert torch.allclose(again.logits, fresh.logits[:, 2:], atol=1e-5)
    twin = copy.deepcopy(again.past_key_values)
    draft(torch.tensor([[1]]))
    assert twin.get_seq_length() == 4
    assert [(call.model, call.path) for call in ledger] == [
        ("target", (1, 2, 3, 4)),
        ("target", (1, 2, 5, 6)),
        ("target", (1, 2, 5, 6)),
        ("draft", (1,)),
    ]
