"""What the model card says, measured on the trained pair: loss, what each layer earns, acceptance, hashes.

    python -m training.card OUT/corpus OUT/target OUT/draft pairs/weights

copies the weights there, with the notice of the corpus, and writes ``card.json`` beside them. Speed is not
measured here: `probe pair check` does that, on whatever machine it is asked on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import shutil
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
import transformers
from torch import Tensor
from transformers import LlamaForCausalLM

from training.batches import held_out_windows, load, loss

TEMPERATURES = (1.0, 0.7, 0.4, 0.0)
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")


@contextmanager
def without(model: LlamaForCausalLM, layer: int) -> Iterator[None]:
    """The model with one layer taken out: what it adds to the residual stream is nothing."""
    outputs = (model.model.layers[layer].self_attn.o_proj, model.model.layers[layer].mlp.down_proj)
    kept = [output.weight.detach().clone() for output in outputs]
    with torch.no_grad():
        for output in outputs:
            output.weight.zero_()
        yield
        for output, weight in zip(outputs, kept, strict=True):
            output.weight.copy_(weight)


def ablation(model: LlamaForCausalLM, rows: Tensor) -> list[float]:
    """Nats a token that the model loses without each of its layers."""
    whole = loss(model, rows)
    costs = []
    for layer in range(model.config.num_hidden_layers):
        with without(model, layer):
            costs.append(round(loss(model, rows) - whole, 4))
    return costs


@torch.inference_mode()
def acceptance(target: LlamaForCausalLM, draft: LlamaForCausalLM, rows: Tensor, temperature: float) -> float:
    """Mean over held-out positions of sum(min(target, draft)), both at ``temperature``."""
    shares = []
    for part in rows[:, :-1].split(16):
        laws = [law(model(part, use_cache=False).logits, temperature) for model in (target, draft)]
        shares.append(torch.minimum(*laws).sum(-1).flatten())
    return round(torch.cat(shares).mean().item(), 4)


def law(logits: Tensor, temperature: float) -> Tensor:
    if temperature == 0.0:
        return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    return (logits / temperature).softmax(-1)


def card(corpus: Path, target_folder: Path, draft_folder: Path) -> dict[str, object]:
    target, draft = (
        LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        for folder in (target_folder, draft_folder)
    )
    rows = held_out_windows(load(corpus, "held_out"))
    return {
        "corpus": json.loads((corpus / "corpus.json").read_text()),
        "target": facts(target, rows) | {"nats_lost_without_layer": ablation(target, rows)},
        "draft": facts(draft, rows),
        "acceptance_by_temperature": {str(t): acceptance(target, draft, rows, t) for t in TEMPERATURES},
        "made_with": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        },
    }


def facts(model: LlamaForCausalLM, rows: Tensor) -> dict[str, object]:
    config = model.config
    return {
        "layers": config.num_hidden_layers,
        "width": config.hidden_size,
        "parameters": model.num_parameters(),
        "held_out_nats": round(loss(model, rows), 4),
    }


def ship(corpus: Path, folder: Path, to: Path) -> dict[str, str]:
    """Copy a model and the tokenizer; return the sha256 of each file."""
    to.mkdir(parents=True, exist_ok=True)
    files = [
        folder / "config.json",
        folder / "model.safetensors",
        *(corpus / name for name in TOKENIZER_FILES),
    ]
    for file in files:
        shutil.copyfile(file, to / file.name)
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


if __name__ == "__main__":
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("corpus", "target", "draft", "out"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    made = card(given.corpus, given.target, given.draft)
    made["sha256"] = {
        role: ship(given.corpus, folder, given.out / role)
        for role, folder in (("target", given.target), ("draft", given.draft))
    }
    made["log"] = {
        role: [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
        for role, folder in (("target", given.target), ("draft", given.draft))
    }
    notice = Path(sysconfig.get_paths()["stdlib"]) / "LICENSE.txt"
    shutil.copyfile(notice, given.out / "LICENSE.corpus")
    (given.out / "card.json").write_text(json.dumps(made, indent=1) + "\n")
    print(
        json.dumps({name: made[name] for name in ("target", "draft", "acceptance_by_temperature")}, indent=1)
    )
