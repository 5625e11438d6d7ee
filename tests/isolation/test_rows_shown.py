"""Large rows reach a contestant through memory that it can only read, on each runtime (J17, J18)."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.core.trial import Ended, Trial
from harness.oracle.session import SHARED_FROM
from harness.runner.contestant import Contestant
from harness.trap_pairs import DISJOINT
from pairs.analytic import PairSpec, make_pair

from .conftest import HOLDING, runtime_by_name

VOCAB = SHARED_FROM // 4
ATTACKS = """
import contextlib, ctypes, mmap, os
import torch
from harness.runner import trial_process

LIBC = ctypes.CDLL(None, use_errno=True)
STOLEN = []

class Mmap:
    PROT_READ = mmap.PROT_READ
    def mmap(self, descriptor, *arguments, **keywords):
        STOLEN.append(os.dup(descriptor))
        return mmap.mmap(descriptor, *arguments, **keywords)

trial_process.mmap = Mmap()

def attempts():
    for flags in (os.O_RDONLY, os.O_RDWR):
        with contextlib.suppress(OSError):
            handle = os.open(f"/proc/self/fd/{STOLEN[0]}", flags)
            yield lambda: os.ftruncate(handle, 0)
            yield lambda: os.pwrite(handle, bytes(4096), 0)
            yield lambda: mmap.mmap(handle, 0)

def generate(target, draft, input_ids, **settings):
    first = target(input_ids).logits.argmax(-1)
    worked = 0
    for attempt in attempts():
        with contextlib.suppress(OSError):
            attempt()
            worked += 1
    again = target(input_ids).logits.argmax(-1)
    return torch.cat([input_ids, first, again, torch.tensor([[len(STOLEN), worked]])], dim=1)
"""


@pytest.mark.parametrize("name", [*HOLDING, "none"])
def test_rows_arrive_and_the_memory_cannot_be_shrunk_or_written(name: str, tmp_path: Path) -> None:
    runtime = runtime_by_name(name, tmp_path / "state")
    pair = make_pair(PairSpec(name="large", seed=2, vocab_size=VOCAB, flavour=DISJOINT))
    prompt = (1, 2, 3)
    with Contestant({"specdec.py": ATTACKS}, {"large": pair}, runtime) as contestant:
        for seed in (1, 2):
            run = contestant.play(
                Trial(
                    purpose="contract",
                    pair="large",
                    prompt=prompt,
                    max_new_tokens=8,
                    num_speculative_tokens=4,
                    temperature=1.0,
                    seed=seed,
                )
            )
            assert run.ended is Ended.RETURNED, run.note
            greedy = tuple(int(pair.target.logits(state).argmax()) for state in pair.target.states(prompt))
            assert run.tokens == (*greedy, *greedy, 1, 0)
