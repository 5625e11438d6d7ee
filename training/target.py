"""Train the target: a genuine `LlamaForCausalLM`, deep and narrow.

Deep, because what a call costs outside a GPU goes with its layers, and the depth ratio of target to draft is
what speculation lives on. Trained from scratch at that depth, so that each layer works (`training.card`).
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional
from transformers import LlamaConfig, LlamaForCausalLM

from training.batches import held_out_windows, load, loss, windows
from training.optimiser import Optimiser

STEPS = 1800
TOKENS_A_STEP = 4096
SHORT, LONG = 256, 512
LONG_FROM = 0.85
"""The last part of the steps sees long windows, so that all positions of the model's context are trained."""
REPORT_EVERY = 100
SEED = 20


def config(layers: int, width: int, heads: int, inner: int) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=512,
        hidden_size=width,
        intermediate_size=inner,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=2,
        max_position_embeddings=LONG,
        tie_word_embeddings=True,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
        bos_token_id=0,
        eos_token_id=0,
    )


TARGET = config(layers=16, width=128, heads=4, inner=384)


def train(corpus: Path, out: Path) -> None:
    torch.manual_seed(SEED)
    model = LlamaForCausalLM(TARGET).train()
    tokens, held_out = load(corpus, "train"), held_out_windows(load(corpus, "held_out"))
    optimiser = Optimiser(model, STEPS)
    rng = np.random.default_rng(SEED)
    out.mkdir(parents=True, exist_ok=True)
    began = time.process_time()
    for step in range(STEPS):
        length = SHORT if step < LONG_FROM * STEPS else LONG
        rows = windows(tokens, rng, TOKENS_A_STEP // length, length)
        logits = model(rows[:, :-1], use_cache=False).logits
        functional.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten()).backward()
        optimiser.step()
        if (step + 1) % REPORT_EVERY == 0 or step + 1 == STEPS:
            report(out, model.eval(), held_out, step + 1, time.process_time() - began)
            model.train()
    model.half().save_pretrained(out)


def report(out: Path, model: LlamaForCausalLM, held_out: torch.Tensor, step: int, cpu: float) -> None:
    """A line of the log, and the weights so far."""
    line = {
        "step": step,
        "tokens": step * TOKENS_A_STEP,
        "cpu_s": round(cpu),
        "nats": round(loss(model, held_out), 4),
    }
    with (out / "log.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")
    print(json.dumps(line), flush=True)
    model.save_pretrained(out / "so-far")


if __name__ == "__main__":
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    train(arguments.corpus, arguments.out)
