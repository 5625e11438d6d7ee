"""What the law's check costs a token, by vocabulary: the models' rows and the bets apart.

    python bench/law_cost.py [--tokens N]

Rows are random but for their shape: peaked like language, target and draft alike. The text is drawn from the
target. CPU microseconds a token, median of the runs after the first.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.checks.law import Law
from harness.core.trial import Ended, Trial, TrialRun
from pairs.context import Context, Rows
from pairs.ledger import Call

VOCABULARIES = (512, 2_048, 8_192, 49_152)
GAMMA = 4


@dataclass(frozen=True, slots=True)
class RandomModel:
    """Rows that hang on the last token alone, made once."""

    rows: Rows
    max_positions: int = 4_096

    @property
    def vocab_size(self) -> int:
        return self.rows.shape[1]

    def open(self) -> Context:
        return RandomContext(self)


@dataclass(slots=True)
class RandomContext:
    model: RandomModel
    length: int = 0

    def extend(self, tokens: Sequence[int]) -> Rows:
        self.length += len(tokens)
        return self.model.rows[[token % len(self.model.rows) for token in tokens]]

    def crop(self, length: int) -> None:
        self.length = length

    def fork(self, length: int) -> Context:
        return RandomContext(self.model, length)


@dataclass(frozen=True, slots=True)
class RandomPair:
    target: RandomModel
    draft: RandomModel
    name: str = "random"
    eos_token_id: None = None

    @property
    def vocab_size(self) -> int:
        return self.target.vocab_size


def make(vocab_size: int) -> RandomPair:
    rng = np.random.default_rng(0)
    target = (2.5 * rng.normal(size=(64, vocab_size))).astype(np.float32)
    draft = target + (0.7 * rng.normal(size=target.shape)).astype(np.float32)
    return RandomPair(RandomModel(target), RandomModel(draft))


def text(pair: RandomPair, count: int, seed: int) -> TrialRun:
    """Drawn from the target; the ledger says that every block had a draft turned down at its third place."""
    rng, path, calls = np.random.default_rng(seed), [1, 2, 3, 4], list[Call]()
    prompt = tuple(path)
    for _ in range(count):
        row = pair.target.rows[path[-1] % 64].astype(np.float64)
        law = np.exp(row - row.max())
        path.append(int(rng.choice(len(law), p=law / law.sum())))
    for start in range(len(prompt), len(path), GAMMA - 1):
        drafts = [*path[start : start + GAMMA - 2], *rng.integers(0, pair.vocab_size, 2).tolist()]
        calls.append(Call(model="target", path=(*path[:start], *drafts), fed=GAMMA + 1))
    trial = Trial(
        purpose="law", pair=pair.name, prompt=prompt, max_new_tokens=count, num_speculative_tokens=GAMMA,
        temperature=1.0, seed=seed,
    )  # fmt: skip
    return TrialRun(trial=trial, ended=Ended.RETURNED, tokens=tuple(path[len(prompt) :]), calls=tuple(calls))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tokens", type=int, default=64, help="in a text")
    parser.add_argument("--texts", type=int, default=5)
    arguments = parser.parse_args()
    print(f"{'V':>7} {'us a token':>11} {'memory, MiB':>12}")
    for vocab_size in VOCABULARIES:
        pair = make(vocab_size)
        runs = [text(pair, arguments.tokens, seed) for seed in range(arguments.texts)]
        law, spent = Law({pair.name: pair}, settings=()), list[float]()
        for n in range(1, len(runs) + 1):
            began = time.process_time()
            law.evidence(runs[:n])
            spent.append((time.process_time() - began) / arguments.tokens * 1e6)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{vocab_size:>7} {statistics.median(spent[1:]):>11.0f} {peak:>12.0f}", flush=True)


if __name__ == "__main__":
    main()
