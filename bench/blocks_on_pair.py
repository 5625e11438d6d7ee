"""What block verification would bring on a real pair, at the settings of an interview.

    python bench/blocks_on_pair.py --target DIR --draft DIR

At every fourth place of texts that the target writes itself the draft writes a block, once. What stands of it
on average is then known for each way to verify (see `block_verification`): all are compared on the same
drafts, shorter blocks are beginnings of longer ones, and the luck of the coins is left out.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path

import torch
from torch import Generator, Tensor

from bench.batch_pressure import read_weights
from bench.block_verification import Standing, Way, table
from bench.passes import Causal
from harness.reference import plain
from harness.reference.speculative import Cached
from pairs.real.static_llama import StaticLlama, Weights

GAMMAS = (2, 4, 8)
TEXTS, PROMPT, NEW, STEP = 16, 16, 64, 4


@dataclass(frozen=True, slots=True)
class Setting:
    temperature: float
    top_p: float


SETTINGS = (Setting(1.0, 1.0), Setting(0.7, 0.95))


def on_pair(target: Weights, draft: Weights, setting: Setting, texts: int = TEXTS) -> dict[int, Standing]:
    """For each of `GAMMAS` the mean over places, and over the blocks that were drawn there."""
    device, longest = target.embedding.device, max(GAMMAS)
    generator = Generator(device).manual_seed(1)
    models = [
        Causal(StaticLlama(weights, batch=1, positions=PROMPT + NEW + longest + 20), {1, longest + 1, 16})
        for weights in (target, draft)
    ]
    total, places = [Standing(0.0, 0.0, 0.0)] * longest, 0
    for _ in range(texts):
        start = torch.zeros(1, 1, dtype=torch.int64, device=device)
        text = plain.generate(
            *models, start, max_new_tokens=PROMPT + NEW, temperature=setting.temperature, top_p=setting.top_p,
            generator=generator,
        )[0]  # fmt: skip
        readers = [Cached(model, setting.temperature, setting.top_p) for model in models]
        for place in range(PROMPT, len(text), STEP):
            block = _block(*readers, text[:place], longest, generator)
            total = [before + more for before, more in zip(total, accumulate(block), strict=True)]
            places += 1
    return {gamma: total[gamma - 1] * (1 / places) for gamma in GAMMAS}


@torch.no_grad()
def _block(target: Cached, draft: Cached, text: Tensor, gamma: int, generator: Generator) -> list[Standing]:
    """Given the drafts, how probable it is that each of them stands."""
    longer, rows = text, []
    for _ in range(gamma):
        rows.append(draft.feed(longer)[-1])
        longer = torch.cat([longer, torch.multinomial(rows[-1], 1, generator=generator)])
    target_rows = target.feed(longer)[-1 - gamma :]
    # As long as the text at most: the next place is fed from there.
    target.crop(len(text))
    draft.crop(len(text))
    way, stand = Way(), []
    for n, x in enumerate(longer[len(text) :].tolist()):
        way = way.grown(x, float(target_rows[n, x]), float(rows[n][x]))
        stand.append(Standing(way.token, way.block, min(1.0, way.ratios)))
    return stand


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--target", type=Path, required=True)
    parser.add_argument("--draft", type=Path, required=True)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    target, draft = (read_weights(folder, "cpu", torch.float32) for folder in (asked.target, asked.draft))
    for setting in SETTINGS:
        found = on_pair(target, draft, setting)
        print(f"temperature {setting.temperature:g}, top-p {setting.top_p:g}\n")
        print(table([{"gamma": gamma} | asdict(stand) for gamma, stand in found.items()]) + "\n")


if __name__ == "__main__":
    main()
