"""How far the rows of one text differ by how it was fed: in calls of many widths, and filled up to one width.

    python bench/row_bits.py DIR

DIR holds a LlamaForCausalLM. Its law after each position of 8 texts is computed twelve times, the text cut
into calls in other ways each time, and held against the first. Differences are those of rounding alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from bench.batch_pressure import load
from bench.passes import Cache, Causal
from bench.static_llama import StaticLlama, Weights

TEXTS, LENGTH, WAYS = 8, 64, 12
WIDTHS = range(1, 17)
LEAST = 1e-4
"""Tokens less likely than this are left out of the ratios."""


@dataclass(frozen=True, slots=True)
class Spread:
    same_bits: float
    """Share of rows."""
    total_variation: float
    ratio: float
    """Largest |p / q - 1| of a token."""


@torch.no_grad()
def spread(weights: Weights, widths: Iterable[int]) -> Spread:
    model = Causal(StaticLlama(weights, batch=1, positions=LENGTH + 16), widths)
    rng = torch.Generator().manual_seed(4)
    same, variation, ratio, rows_seen = 0, 0.0, 0.0, 0
    for _ in range(TEXTS):
        text = torch.randint(weights.shape.vocab_size, (1, LENGTH), generator=rng).to(
            weights.embedding.device
        )
        first = _rows(model, text, rng)
        for _ in range(WAYS - 1):
            again = _rows(model, text, rng)
            same += int((first == again).all(-1).sum())
            rows_seen += LENGTH
            p, q = first.double().softmax(-1), again.double().softmax(-1)
            variation = max(variation, float((p - q).abs().sum(-1).max()) / 2)
            ratio = max(ratio, float((p / q - 1)[p >= LEAST].abs().max()))
    return Spread(same / rows_seen, variation, ratio)


def _rows(model: Causal, text: Tensor, rng: torch.Generator) -> Tensor:
    """``(LENGTH, V)``, the text fed in calls of 1 to 16 tokens by chance."""
    cache, found = Cache(), []
    while (at := cache.get_seq_length()) < LENGTH:
        fed = int(torch.randint(1, 17, (), generator=rng))
        found.append(model(text[:, at : at + fed], past_key_values=cache).logits[0])
    return torch.cat(found)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--device", default="cpu")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    print("| numbers | calls | rows with the same bits | total variation, most | ratio, most |")
    print("|---|---|---|---|---|")
    for dtype in (torch.float32, torch.bfloat16):
        weights = load(asked.folder, asked.device, dtype)
        for name, widths in (("as they come", WIDTHS), ("filled up to 16", (16,))):
            found = spread(weights, widths)
            print(
                f"| {str(dtype).removeprefix('torch.')} | {name} | {100 * found.same_bits:.1f} % "
                f"| {found.total_variation:.2g} | {found.ratio:.2g} |"
            )


if __name__ == "__main__":
    main()
