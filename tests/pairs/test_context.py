"""What a context promises, for every kind of model: rows hang on the kept tokens and on nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pairs.analytic import PairSpec, make_pair
from pairs.context import Context, Model, Rows, rows_along
from pairs.flavours import BELL
from pairs.real.gpu import load_gpu
from pairs.real.pair import load_model
from tests.pairs.folders import write_llama

V = 16
LONGEST = 24


@dataclass(frozen=True)
class Engine:
    """A kind of model, and how far its rows may move when they are asked for in other blocks."""

    name: str
    make: Callable[[Path], Model]
    tolerance: float


def analytic(folder: Path) -> Model:
    return make_pair(PairSpec(name="small", seed=1, vocab_size=V, flavour=BELL, acceptance=0.7)).target


def lean(folder: Path) -> Model:
    return load_model(folder, engine="lean")


def gpu(folder: Path) -> Model:
    """On a CPU, where it does the same without a captured graph."""
    return load_gpu(folder, "cpu")


def cuda(folder: Path) -> Model:
    return load_gpu(folder, "cuda")


def transformers(folder: Path) -> Model:
    return load_model(folder, engine="transformers")


ENGINES = [
    Engine("analytic", analytic, 0.0),
    Engine("lean", lean, 1e-5),
    Engine("gpu", gpu, 1e-4),
    Engine("transformers", transformers, 1e-4),
    pytest.param(
        Engine("cuda", cuda, 1e-4),
        marks=[
            pytest.mark.gpu,
            pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no NVIDIA GPU"),
        ],
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_llama(tmp_path_factory.mktemp("llama"), vocab_size=V)


@pytest.fixture(params=ENGINES, ids=lambda each: each.name, scope="module")
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.param


@pytest.fixture(scope="module")
def model(engine: Engine, folder: Path) -> Model:
    return engine.make(folder)


@pytest.fixture(scope="module")
def engines(folder: Path) -> list[Model]:
    return [lean(folder), gpu(folder), transformers(folder)]


tokens = st.lists(st.integers(0, V - 1), min_size=1, max_size=6)
share = st.floats(0.0, 1.0)
"""Of what a context holds: how much a crop or a fork keeps."""
steps = st.lists(
    st.one_of(
        st.tuples(st.just("extend"), st.integers(0, 3), tokens),
        st.tuples(st.just("crop"), st.integers(0, 3), share),
        st.tuples(st.just("fork"), st.integers(0, 3), share),
    ),
    max_size=12,
)


Steps = list[tuple[str, int, list[int] | float]]


def played(models: list[Model], steps: Steps) -> Iterator[tuple[list[int], int, list[Rows]]]:
    """The same steps on several models; after each extension the text, how much is new, the rows of each."""
    contexts: list[tuple[list[int], list[Context]]] = [([], [model.open() for model in models])]
    for step, which, what in steps:
        text, held = contexts[which % len(contexts)]
        if isinstance(what, list):
            if len(text) + len(what) > LONGEST:
                continue
            text.extend(what)
            yield text, len(what), [context.extend(what) for context in held]
        elif step == "crop":
            del text[round(what * len(text)) :]
            for context in held:
                context.crop(len(text))
        else:
            keep = round(what * len(text))
            contexts.append((text[:keep], [context.fork(keep) for context in held]))
        assert all(context.length == len(text) for text, held in contexts for context in held)


@given(steps=steps)
@settings(max_examples=60)
def test_rows_hang_on_the_kept_tokens_only_through_extensions_crops_and_forks(
    model: Model, engine: Engine, steps: Steps
) -> None:
    for text, new, (rows,) in played([model], steps):
        np.testing.assert_allclose(rows, rows_along(model, text)[-new:], rtol=0, atol=engine.tolerance)


@given(steps=steps)
@settings(max_examples=60)
def test_our_engines_give_what_transformers_gives(engines: list[Model], steps: Steps) -> None:
    for _, _, (*ours, theirs) in played(engines, steps):
        for rows in ours:
            np.testing.assert_allclose(rows, theirs, rtol=0, atol=1e-4)


def test_rows_are_fresh_float32_and_contiguous(model: Model) -> None:
    context = model.open()
    rows = context.extend([1, 2, 3])
    assert rows.shape == (3, V)
    assert rows.dtype == np.dtype("<f4")
    assert rows.flags.c_contiguous
    assert rows.flags.writeable
    kept = rows.copy()
    rows[:] = 0.0
    context.crop(0)
    assert np.array_equal(context.extend([1, 2, 3]), kept)


def test_tokens_come_in_any_kind_of_sequence(model: Model) -> None:
    rows = rows_along(model, [1, 2, 3])
    for tokens in ((1, 2, 3), range(1, 4)):
        assert np.array_equal(rows_along(model, tokens), rows)


def test_a_fork_and_its_source_do_not_write_over_each_other(model: Model) -> None:
    source = model.open()
    source.extend([1, 2, 3])
    fork = source.fork(2)
    one, other = source.extend([4, 5]), fork.extend([6, 7])
    assert source.length == 5
    assert fork.length == 4
    assert np.abs(one - rows_along(model, [1, 2, 3, 4, 5])[-2:]).max() < 1e-4
    assert np.abs(other - rows_along(model, [1, 2, 6, 7])[-2:]).max() < 1e-4


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda context: context.extend([]), "feed at least one"),
        (lambda context: context.extend([0, V]), f"ids go from 0 to {V - 1}"),
        (lambda context: context.extend([0, -1]), "token id -1"),
        (lambda context: context.extend([0] * 5000), "crop, or feed less"),
        (lambda context: context.crop(4), "4 positions of a context of 3"),
        (lambda context: context.crop(-1), "-1 positions"),
        (lambda context: context.fork(4), "4 positions of a context of 3"),
        (lambda context: context.fork(-1), "-1 positions"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    model: Model, wrong: Callable[[Context], object], says: str
) -> None:
    context = model.open()
    context.extend([1, 2, 3])
    with pytest.raises(ValueError, match=says):
        wrong(context)
    assert context.length == 3
    assert np.abs(context.extend([4]) - rows_along(model, [1, 2, 3, 4])[-1:]).max() < 1e-4


def test_a_context_holds_as_many_positions_as_its_model_says(model: Model) -> None:
    context = model.open()
    context.extend([n % V for n in range(model.max_positions)])
    assert context.length == model.max_positions
    with pytest.raises(ValueError, match="more than the"):
        context.extend([0])
