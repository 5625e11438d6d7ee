"""What a call costs in each engine, in turns; and how equal rows are that are asked for in other blocks.

    OMP_NUM_THREADS=1 .venv/bin/python bench/real_engines.py pairs/weights/target [pairs/weights/draft ...]

`torch` is the GPU's code on the CPU, each call of just the width that it needs: the same steps as the lean
engine's, started by torch instead of numpy. Times are CPU milliseconds of this thread, medians.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from pairs.context import Model, rows_along
from pairs.real.folder import read_json, read_weights
from pairs.real.pair import load_model
from pairs.real.shape import shape_of
from pairs.real.static_llama import StaticLlama, named_weights

CONTEXT = 128
SIZES = (1, 2, 3, 5, 9)
TEXT = 256

Feed = Callable[[Sequence[int]], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--ways", type=int, default=20, help="to cut a text into calls")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    for folder in asked.folders:
        lean, other = load_model(folder, engine="lean"), load_model(folder, engine="transformers")
        rng = np.random.default_rng(0)
        text = rng.integers(0, lean.vocab_size, TEXT).tolist()
        print(
            f"\n| {folder} | "
            + " | ".join(f"n = {n}" for n in SIZES)
            + " |\n"
            + "|---" * (len(SIZES) + 1)
            + "|"
        )
        engines = {"lean": fed(lean, text), "torch": by_torch(folder, text), "transformers": fed(other, text)}
        for name, found in times(engines, text, asked.rounds).items():
            print(f"| {name} | " + " | ".join(f"{found[n]:.2f}" for n in SIZES) + " |")
        for name, model in (("lean", lean), ("transformers", other)):
            share, largest = equality(model, text, rng, asked.ways)
            print(
                f"{name}: {share:.1%} of rows equal to the bit over {asked.ways} ways to cut the text;"
                f" largest difference {largest:.1e}"
            )
        print(f"lean to transformers: {np.abs(rows_along(lean, text) - rows_along(other, text)).max():.1e}")


def times(engines: dict[str, Feed], text: list[int], rounds: int) -> dict[str, dict[int, float]]:
    taken = {(name, n): list[float]() for name in engines for n in SIZES}
    for _ in range(rounds):
        for n in SIZES:
            for name, feed in engines.items():
                begun = time.thread_time()
                feed(text[CONTEXT : CONTEXT + n])
                taken[name, n].append(1000 * (time.thread_time() - begun))
    return {name: {n: statistics.median(taken[name, n]) for n in SIZES} for name in engines}


def fed(model: Model, text: list[int]) -> Feed:
    """Feeds tokens after the first `CONTEXT` of the text, and takes them back."""
    context = model.open()
    context.extend(text[:CONTEXT])

    def feed(tokens: Sequence[int]) -> None:
        context.extend(tokens)
        context.crop(CONTEXT)

    return feed


def by_torch(folder: Path, text: list[int]) -> Feed:
    tensors = {name: torch.from_numpy(each) for name, each in read_weights(folder).items()}
    shape = shape_of(read_json(folder, "config.json"))
    weights = named_weights(shape, tensors, device="cpu", dtype=torch.float32)
    llama = StaticLlama(weights, batch=1, positions=CONTEXT + max(SIZES))
    llama.forward(torch.tensor([text[:CONTEXT]]), torch.tensor([0]))

    def feed(tokens: Sequence[int]) -> None:
        with torch.inference_mode():
            llama.forward(torch.tensor([tokens]), torch.tensor([CONTEXT]))

    return feed


def equality(model: Model, text: list[int], rng: np.random.Generator, ways: int) -> tuple[float, float]:
    """Share of rows that come out the same to the bit in random partitions, and the largest difference."""
    whole, same, largest = rows_along(model, text), 0, 0.0
    for _ in range(ways):
        context, parts = model.open(), []
        while context.length < len(text):
            parts.append(context.extend(text[context.length : context.length + int(rng.integers(1, 12))]))
        rows = np.concatenate(parts)
        same += int((rows == whole).all(axis=1).sum())
        largest = max(largest, float(np.abs(rows - whole).max()))
    return same / (ways * len(text)), largest


if __name__ == "__main__":
    main()
