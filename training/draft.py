"""Distil the draft: one layer that imitates the target, on the corpus and on the target's own text.

What counts is the acceptance rate, the mean of sum(min(target, draft)): one minus the total variation
distance. From far away the Kullback-Leibler divergence is the better guide, so it leads in the first half; in
the second the distance itself is added (Zhou et al. 2023, arXiv:2310.08461, compare such losses).
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from transformers import DynamicCache, LlamaForCausalLM

from training.batches import Tokens, held_out_windows, load, windows
from training.optimiser import Optimiser
from training.target import config

STEPS = 1200
ROWS, LENGTH = 16, 256
OWN_ROWS = 8
"""Rows of a batch that the target wrote itself: that is what a draft meets when it works."""
REFRESH_EVERY = 40
POOL = 24
"""Parts of the target's text that are kept, the newest; each has `PART` rows."""
PART = 32
PROMPT = 16
REPORT_EVERY = 100
SEED = 21

DRAFT = config(layers=1, width=192, heads=6, inner=512)


def distil(corpus: Path, teacher: LlamaForCausalLM, out: Path) -> None:
    torch.manual_seed(SEED)
    model = LlamaForCausalLM(DRAFT).train()
    tokens, held_out = load(corpus, "train"), held_out_windows(load(corpus, "held_out"))
    optimiser = Optimiser(model, STEPS)
    rng = np.random.default_rng(SEED)
    own: list[Tensor] = []
    out.mkdir(parents=True, exist_ok=True)
    began = time.process_time()
    for step in range(STEPS):
        if step % REFRESH_EVERY == 0:
            own = [*own[1 - POOL :], written(teacher, tokens, rng)]
        rows = torch.cat([windows(tokens, rng, ROWS - OWN_ROWS, LENGTH - 1), drawn(own, rng)])
        with torch.no_grad():
            wanted = teacher(rows, use_cache=False).logits.log_softmax(-1)
        divergence, distance = distances(wanted, model(rows, use_cache=False).logits.log_softmax(-1))
        (divergence if step < STEPS / 2 else divergence / 2 + distance).backward()
        optimiser.step()
        if (step + 1) % REPORT_EVERY == 0 or step + 1 == STEPS:
            report(out, teacher, model.eval(), held_out, step + 1, time.process_time() - began)
            model.train()
    model.half().save_pretrained(out)


def distances(wanted: Tensor, given: Tensor) -> tuple[Tensor, Tensor]:
    """Mean divergence and mean total variation distance of log-probabilities ``(..., V)``."""
    probs = wanted.exp()
    divergence = (probs * (wanted - given)).sum(-1).mean()
    return divergence, (probs - given.exp()).abs().sum(-1).mean() / 2


@torch.inference_mode()
def written(teacher: LlamaForCausalLM, tokens: Tokens, rng: np.random.Generator) -> Tensor:
    """``(PART, LENGTH)`` of the teacher's text at temperature 1, each row begun by a piece of the corpus."""
    text = windows(tokens, rng, PART, PROMPT - 1)
    cache, fresh = DynamicCache(config=teacher.config), text
    while text.shape[1] < LENGTH:
        logits = teacher(fresh, past_key_values=cache, use_cache=True, logits_to_keep=1).logits[:, -1]
        fresh = torch.multinomial(logits.softmax(-1), 1)
        text = torch.cat([text, fresh], 1)
    return text.clone()


def drawn(own: list[Tensor], rng: np.random.Generator) -> Tensor:
    part = own[rng.integers(len(own))]
    return part[torch.from_numpy(rng.permutation(PART)[:OWN_ROWS])]


@torch.inference_mode()
def acceptance(teacher: LlamaForCausalLM, model: LlamaForCausalLM, rows: Tensor) -> float:
    """Mean over positions of sum(min(target, draft)), at temperature 1."""
    shares = [
        torch.minimum(*(m(part, use_cache=False).logits.softmax(-1) for m in (teacher, model))).sum(-1).mean()
        for part in rows[:, :-1].split(16)
    ]
    return torch.stack(shares).mean().item()


def report(
    out: Path, teacher: LlamaForCausalLM, model: LlamaForCausalLM, held_out: Tensor, step: int, cpu: float
) -> None:
    """A line of the log, and the weights so far."""
    line = {
        "step": step,
        "tokens": step * ROWS * LENGTH,
        "cpu_s": round(cpu),
        "acceptance": round(acceptance(teacher, model, held_out), 4),
    }
    with (out / "log.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")
    print(json.dumps(line), flush=True)
    model.save_pretrained(out / "so-far")


if __name__ == "__main__":
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    loaded = LlamaForCausalLM.from_pretrained(arguments.target, dtype=torch.float32).eval()
    distil(arguments.corpus, loaded, arguments.out)
