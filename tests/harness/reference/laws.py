"""The reference samplers' own code, enumerated: the target's law, and drafts stand as often as claimed.

`test_reference` runs this in a process of its own: torch's random numbers are put in the enumeration's hands.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from types import ModuleType

import pytest
import torch

from bench.block_verification import of_pair
from harness import reference
from harness.enumeration import inside
from harness.enumeration.codec import Law
from harness.enumeration.law import compare, target_law
from harness.enumeration.sources import chance, follow_python_and_numpy
from harness.enumeration.task import Task
from harness.enumeration.tiny import tiny_pair
from harness.enumeration.torch_sources import Following, follow_torch
from harness.enumeration.walk import Walk, explore
from harness.reference import block, speculative
from pairs.torch_api import CausalLM, Config, LocalBackend

FOLDER = Path(reference.__file__).parent
WARPS = ((1.0, 1.0), (0.6, 1.0), (1.0, 0.8), (1.5, 0.9))
SETTINGS = [
    *itertools.product(["plain.py"], [0], WARPS),
    *itertools.product(["speculative.py", "block.py"], [0, 1, 2], WARPS),
]


@pytest.fixture(scope="module", autouse=True)
def _followed() -> None:
    follow_python_and_numpy(inside.Kept().keep)
    follow_torch()
    inside.follow_imports(FOLDER)


def law(entry: str, task: Task) -> Law:
    kept = inside.Kept()
    play = inside.Player(inside.load(FOLDER, entry), task, FOLDER, kept)
    return inside.report(explore(play, most_leaves=task.most_leaves))


@pytest.mark.parametrize(("entry", "gamma", "warp"), SETTINGS)
def test_the_joint_law_of_the_text_is_the_target_s_to_rounding(
    entry: str, gamma: int, warp: tuple[float, float]
) -> None:
    temperature, top_p = warp
    task = Task(
        pair_seed=gamma + 2,
        num_speculative_tokens=gamma,
        max_new_tokens=3,
        temperature=temperature,
        top_p=top_p,
    )
    found = law(entry, task)
    assert found.skipped < 1e-9
    assert compare(found, target_law(tiny_pair(task), task), task.max_new_tokens).distance < 1e-7


@pytest.mark.parametrize("acceptance", [0.5, 0.8])
@pytest.mark.parametrize("gamma", [1, 2, 3])
def test_as_many_drafts_stand_as_the_sums_say(acceptance: float, gamma: int) -> None:
    task = Task(pair_seed=gamma, acceptance=acceptance, num_speculative_tokens=gamma)
    expected = of_pair(tiny_pair(task), task)
    assert mean_standing(speculative, task) == pytest.approx(expected.token, abs=1e-6)
    assert mean_standing(block, task) == pytest.approx(expected.block, abs=1e-6)


def mean_standing(sampler: ModuleType, task: Task) -> float:
    """Of one round, by playing it down every branch."""
    pair, prompt = tiny_pair(task), torch.tensor(task.prompt)
    gamma, config = task.num_speculative_tokens, Config(vocab_size=task.vocab_size)

    def play(walk: Walk) -> int:
        models = [
            sampler.Cached(CausalLM(LocalBackend(getattr(pair, role), role, []), config), 1.0, 1.0)
            for role in ("target", "draft")
        ]
        generator = inside.Generator().open_up()
        chance.walk, chance.settled = walk, set()
        try:
            with Following():
                new = sampler.speculate(*models, prompt, gamma, generator)
        finally:
            chance.walk = None
        return len(new) - 1

    explored = explore(play, most_leaves=50_000)
    return sum(stand * mass for stand, mass in explored.law.items())
