"""Ways to draw a token, each followed exactly; and ways that cannot be followed, each refused.

`test_enumeration` runs this in a process of its own: torch's random numbers are put in the hands of the
enumeration.
"""

from __future__ import annotations

import bisect
import math
import os
import random
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from harness.enumeration import inside
from harness.enumeration.codec import Law
from harness.enumeration.law import Comparison, compare, target_law
from harness.enumeration.sources import follow_python_and_numpy
from harness.enumeration.task import Task
from harness.enumeration.tiny import tiny_pair
from harness.enumeration.torch_sources import RealGenerator, follow_torch
from harness.enumeration.walk import TooManyLeaves, Unfollowable, Unrepeatable, explore

TASK = Task(vocab_size=8, max_new_tokens=4, num_speculative_tokens=0)
WEIGHTS = (0.5, 0.3, 0.2, 0.0)
PROBS = torch.tensor(WEIGHTS, dtype=torch.float64)
CDF = PROBS.cumsum(0)

Draw = Callable[[torch.Generator], Any]


@pytest.fixture(scope="module", autouse=True)
def kept() -> inside.Kept:
    kept = inside.Kept()
    follow_python_and_numpy(kept.keep)
    follow_torch()
    return kept


def law_of(draw: Draw) -> dict[Any, float]:
    """Law of the ids that ``draw(generator)`` gives: a number or several."""

    def generate(target: object, draft: object, input_ids: Any, **settings: Any) -> Any:
        drawn = draw(settings["generator"])
        tokens = drawn.reshape(-1).tolist() if isinstance(drawn, torch.Tensor) else drawn
        new = list(tokens) if isinstance(tokens, list | tuple) else [int(tokens)]
        return torch.cat([input_ids, torch.tensor([new], dtype=torch.int64)], dim=1)

    player = inside.Player(generate, TASK, Path("/nowhere"), inside.Kept())
    return explore(player, most_leaves=10_000).law


def gumbel(generator: torch.Generator) -> Any:
    u = torch.rand(4, generator=generator)
    return (torch.log(PROBS) - torch.log(-torch.log(u))).argmax(dim=-1)


def in_place_race(generator: torch.Generator) -> Any:
    q = torch.empty_like(PROBS).exponential_(1, generator=generator)
    return torch.argmax(PROBS.div(q), dim=-1, keepdim=True)


def in_place_noise(generator: torch.Generator) -> Any:
    u = torch.empty(1, 4).uniform_(0, 1, generator=generator)
    u.log_().neg_()
    return (u / PROBS).argmin(-1)


def first_edge_above(generator: torch.Generator) -> Any:
    u = torch.rand(1, generator=generator)
    return int((u < CDF).nonzero()[0])


def numpy_race(generator: torch.Generator) -> Any:
    """Numpy finds the largest by comparing them with each other, which is not followed."""
    return int(np.argmin(np.random.default_rng().exponential(size=4) / np.array([0.5, 0.3, 0.2, 1e-9])))


def rng_with_a_random_seed(generator: torch.Generator) -> Any:
    rng = np.random.default_rng(inside.as_number(int, torch.randint(2**62, (), generator=generator)))
    return rng.choice(4, p=WEIGHTS)


ONE_TOKEN: dict[str, Draw] = {
    "multinomial": lambda g: torch.multinomial(PROBS, 1, generator=g),
    "multinomial, global generator": lambda g: torch.multinomial(PROBS[None], num_samples=1),
    "Categorical": lambda g: torch.distributions.Categorical(PROBS).sample(),
    "exponential race, in place": in_place_race,
    "exponential race from uniforms, in place": in_place_noise,
    "Gumbel": gumbel,
    "searchsorted": lambda g: torch.searchsorted(CDF, torch.rand((1,), generator=g)),
    "bucketize": lambda g: torch.bucketize(torch.rand((), generator=g), CDF, right=True),
    "sum of edges below": lambda g: (torch.rand((), generator=g) > CDF).sum(),
    "first edge above": first_edge_above,
    "bisect of an item": lambda g: bisect.bisect(CDF.tolist(), torch.rand((), generator=g).item()),
    "uniform of torch.distributions": lambda g: (torch.distributions.Uniform(0, 1).sample() > CDF).sum(),
    "numpy, unseeded": lambda g: np.random.default_rng().choice(4, p=np.array(WEIGHTS)),
    "numpy, seeded by the generator": rng_with_a_random_seed,
    "numpy, global": lambda g: np.random.choice(4, p=WEIGHTS),
    "numpy, inverse": lambda g: np.searchsorted(np.cumsum(WEIGHTS), np.random.rand() * 1.0, side="right"),
    "random.choices": lambda g: random.choices(range(4), WEIGHTS)[0],
    "random.random": lambda g: bisect.bisect(CDF.tolist(), random.random()),
    "Python's number times a tensor": lambda g: (random.random() * torch.ones(4) > CDF).sum(),
    "an item above a tensor": lambda g: (torch.rand((), generator=g).item() > CDF).sum(),
    "two coins": lambda g: 0 if torch.rand(()) < 0.5 else 1 + int(torch.bernoulli(torch.tensor(0.4))),
    "logarithm of a uniform": lambda g: 0 if math.log(random.random()) < math.log(0.5) else (
        2 if 1 - 2 * torch.rand(1, generator=g) > 0.2 else 1
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ONE_TOKEN)
def test_each_way_to_draw_a_token_has_its_exact_law(name: str) -> None:
    law = law_of(ONE_TOKEN[name])
    assert law == pytest.approx({(0,): 0.5, (1,): 0.3, (2,): 0.2}, abs=2e-7)


def test_without_replacement_the_second_is_drawn_from_what_is_left() -> None:
    law = law_of(lambda g: torch.multinomial(PROBS, 2, generator=g))
    assert law[(0, 1)] == pytest.approx(0.5 * 0.3 / 0.5)
    assert law[(2, 0)] == pytest.approx(0.2 * 0.5 / 0.8)
    assert (0, 0) not in law


def test_a_vector_of_uniforms_is_independent_and_one_used_twice_is_not() -> None:
    bar = torch.tensor([0.5, 0.4])
    separate = law_of(lambda g: (torch.rand(2, generator=g) < bar).long())
    assert separate == pytest.approx({(1, 1): 0.2, (1, 0): 0.3, (0, 1): 0.2, (0, 0): 0.3})
    shared = law_of(lambda g: (torch.rand((), generator=g).expand(2) < bar).long())
    assert shared == pytest.approx({(1, 1): 0.4, (1, 0): 0.1, (0, 0): 0.5})


def test_whole_numbers_and_orders() -> None:
    assert law_of(lambda g: torch.randint(1, 4, (1,), generator=g)) == pytest.approx(
        {(n,): 1 / 3 for n in (1, 2, 3)}
    )
    assert law_of(lambda g: int(torch.rand((), generator=g) * 4)) == pytest.approx(
        {(n,): 0.25 for n in range(4)}
    )
    assert len(law_of(lambda g: torch.randperm(3))) == 6


def test_a_source_seeded_with_a_number_gives_its_real_numbers() -> None:
    real = int(torch.multinomial(PROBS, 1, generator=torch.Generator().manual_seed(7)))
    assert law_of(lambda g: torch.multinomial(PROBS, 1, generator=torch.Generator().manual_seed(7))) == {
        (real,): 1.0
    }
    assert law_of(lambda g: torch.multinomial(PROBS, 1, generator=g.manual_seed(7))) == {(real,): 1.0}

    def globally(g: torch.Generator) -> Any:
        torch.manual_seed(7)
        return torch.multinomial(PROBS, 1)

    assert law_of(globally) == {(real,): 1.0}
    assert len(law_of(lambda g: np.random.default_rng(3).integers(0, 4))) == 1
    assert len(law_of(lambda g: random.Random(3).randrange(4))) == 1


def test_an_error_in_one_branch_is_an_outcome_of_its_own() -> None:
    def fails(g: torch.Generator) -> Any:
        return 0 if torch.rand((), generator=g) < 0.9 else [][0]

    law = law_of(fails)
    assert law[(0,)] == pytest.approx(0.9)
    assert law["IndexError: list index out of range"] == pytest.approx(0.1)


def two_from_one_seed(g: torch.Generator) -> Any:
    seed = inside.as_number(int, torch.randint(2**62, (), generator=g))
    return [np.random.default_rng(seed).integers(0, 4), np.random.default_rng(seed).integers(0, 4)]


def part_of_a_tensor(g: torch.Generator) -> Any:
    u = torch.zeros(4)
    u[0].uniform_(generator=g)
    return (u < 0.5).long()


def tensor_of_two_names(g: torch.Generator) -> Any:
    u = torch.zeros(4)
    same = u.view(2, 2)
    u.uniform_(generator=g)
    return (same < 0.5).long()


def unseen_draw(g: torch.Generator) -> Any:
    """Moves a generator of its own, past everything that is watched."""
    mine = torch.Generator().manual_seed(inside.as_number(int, torch.randint(2**62, (), generator=g)))
    RealGenerator.seed(mine)
    return 0


def swallowed(g: torch.Generator) -> Any:
    try:
        return int(torch.randn(()) > 0)
    except BaseException:
        return 0


REFUSED: dict[str, tuple[Draw, str]] = {
    "normal": (lambda g: int(torch.randn((), generator=g) > 0), "randn"),
    "swallowed": (swallowed, "randn"),
    "gumbel_softmax": (
        lambda g: torch.nn.functional.gumbel_softmax(PROBS.log(), hard=True).argmax(),
        "gumbel",
    ),
    "two uniforms": (lambda g: int(torch.rand(()) < torch.rand(())), "two random numbers"),
    "sort": (lambda g: torch.rand(4, generator=g).sort().indices, "sort"),
    "softmax of noise": (lambda g: torch.rand(4).softmax(-1).argmax(), "softmax"),
    "shuffle": (lambda g: random.shuffle([1, 2, 3]) or 0, "random numbers|python"),
    "numpy shuffle": (lambda g: int(np.random.permutation(4)[0]), "numpy"),
    "dropout": (lambda g: int(torch.nn.functional.dropout(torch.ones(1)) > 0), "torch"),
    "random weights": (lambda g: torch.multinomial(torch.rand(4), 1), "multinomial with probabilities"),
    "state": (lambda g: torch.Generator().set_state(g.get_state()) and 0, "state of the generator"),
    "global state": (lambda g: torch.get_rng_state() is None, "state of torch"),
    "one seed for two": (two_from_one_seed, "two sources"),
    "started again": (
        lambda g: int(torch.rand((), generator=g.manual_seed(g.initial_seed())) < 1),
        "two sources",
    ),
    "part of a tensor": (part_of_a_tensor, "part of a tensor"),
    "tensor of two names": (tensor_of_two_names, "another name"),
    "into another": (lambda g: torch.rand(2, out=torch.empty(2)) is None, "out="),
    "unseen draw": (unseen_draw, "draws from a generator"),
    "of no number's kind": (lambda g: [0] * torch.rand(()).item(), "index|not foreseen"),
    "operating system": (lambda g: os.urandom(1)[0] % 4, "operating system"),
    "unseeded bits": (lambda g: np.random.Generator(np.random.PCG64()).integers(4), "PCG64"),
    "race in numpy": (numpy_race, "two random numbers"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_followed_is_refused_by_name(name: str) -> None:
    draw, why = REFUSED[name]
    with pytest.raises(Unfollowable, match=why):
        law_of(draw)


def test_an_answer_kept_from_an_earlier_call_is_found_out() -> None:
    kept: list[int] = []

    def remembers(g: torch.Generator) -> Any:
        if not kept:
            kept.append(int(torch.multinomial(PROBS, 1, generator=g)))
        return kept[0]

    with pytest.raises(Unrepeatable):
        law_of(remembers)


def test_outside_of_a_run_numbers_are_real() -> None:
    drawn = Counter(torch.multinomial(PROBS, 2_000, replacement=True, generator=torch.Generator()).tolist())
    assert drawn[3] == 0
    assert 900 < drawn[0] < 1_100
    assert isinstance(random.random(), float)
    assert isinstance(np.random.default_rng(0).random(), float)


# --- The zoo: whole submissions.

ZOO = Path(__file__).resolve().parents[2] / "zoo"
ENDLESS = "thinned_correction"
"""Draws until a draw is kept, so its tree has no end."""
TWO_RACES = "shared_gumbel"
"""Decides two races with the same noise; the second hangs on the first in a way that no interval holds."""
NOT_FOLLOWED = {
    "half_precision",  # draws in half precision, by an operation that is not followed
    "models_in_threads",  # draws in two threads, in an order that is the scheduler's
    "three_drafts",  # more leaves than a test waits for
}
RIGHT = sorted({path.stem for path in (ZOO / "honest").glob("*.py")} - {ENDLESS, TWO_RACES} - NOT_FOLLOWED)
SHORT = Task(num_speculative_tokens=2, max_new_tokens=3)
ONE_DRAFT = Task(num_speculative_tokens=1, max_new_tokens=2)
WARPED = Task(num_speculative_tokens=2, max_new_tokens=3, temperature=0.7, top_p=0.9)
WRONG: dict[str, tuple[Task, int]] = {
    # With one draft a block the first token is a draft or its correction, the second may be a bonus.
    "accept_always": (ONE_DRAFT, 1),
    "bonus_from_draft": (ONE_DRAFT, 2),
    "correct_from_target": (ONE_DRAFT, 1),
    "lenient": (ONE_DRAFT, 1),
    "padded_ratio": (ONE_DRAFT, 1),
    "residual_of_one_token": (ONE_DRAFT, 1),
    # The first test of a round is as it should be, whatever is done with its number later.
    "one_uniform_a_round": (SHORT, 2),
    "seeds_itself": (SHORT, 1),
    "no_top_p": (WARPED, 1),
    # The bonus alone, so not before a whole block was accepted.
    "bonus_unwarped": (WARPED, 3),
    "top_p_unscaled": (WARPED, 1),
}


def compared(path: Path, task: Task, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Law, Comparison]:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "speculation", raising=False)
    (folder / "specdec.py").write_text(path.read_text())
    (folder / "speculation.py").write_text((ZOO / "parts" / "speculation.py").read_text())
    inside.follow_imports(folder)
    player = inside.Player(inside.load(folder, "specdec.py"), task, folder, inside.Kept())
    law = inside.report(explore(player, most_leaves=5_000))
    return law, compare(law, target_law(tiny_pair(task), task), task.max_new_tokens)


@pytest.mark.parametrize(
    ("name", "task"),
    [(name, SHORT) for name in RIGHT]
    + [(name, WARPED) for name in ("textbook", "greedy_draft", "block_verification", "numpy_only")],
)
def test_a_right_submission_has_exactly_the_target_s_law(
    name: str, task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    law, comparison = compared(ZOO / "honest" / f"{name}.py", task, tmp_path, monkeypatch)
    assert comparison.agrees
    assert comparison.first is None
    assert law.skipped < 1e-9
    assert law.broken == 0.0


def test_a_loop_without_an_end_is_cut_off_and_not_guessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TooManyLeaves) as caught:
        compared(ZOO / "honest" / f"{ENDLESS}.py", SHORT, tmp_path, monkeypatch)
    assert caught.value.explored < 1.0


def test_noise_that_decides_twice_is_refused_and_not_guessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Unfollowable, match="used before"):
        compared(ZOO / "honest" / f"{TWO_RACES}.py", SHORT, tmp_path, monkeypatch)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_one_has_not_and_the_place_is_right(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, position = WRONG[name]
    _, comparison = compared(ZOO / "wrong" / f"{name}.py", task, tmp_path, monkeypatch)
    assert comparison.distance > 1e-3
    assert comparison.first is not None
    assert len(comparison.first.prefix) + 1 == position
