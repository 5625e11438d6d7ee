"""What a context promises, for every kind of model: rows hang on the kept tokens and on nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairs.analytic import PairSpec, make_pair
from pairs.context import Context, Model, rows_along
from pairs.flavours import BELL

V = 16
LONGEST = 24


@dataclass(frozen=True)
class Engine:
    """A kind of model, and how far its rows may move when they are asked for in other blocks."""

    name: str
    make: Callable[[], Model]
    tolerance: float


def analytic() -> Model:
    return make_pair(PairSpec(name="small", seed=1, vocab_size=V, flavour=BELL, acceptance=0.7)).target


ENGINES = [Engine("analytic", analytic, 0.0)]


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.name, scope="module")
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.param


@pytest.fixture(scope="module")
def model(engine: Engine) -> Model:
    return engine.make()


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


@given(steps=steps)
@settings(max_examples=60)
def test_rows_hang_on_the_kept_tokens_only_through_extensions_crops_and_forks(
    model: Model, engine: Engine, steps: list[tuple[str, int, list[int] | float]]
) -> None:
    contexts: list[tuple[Context, list[int]]] = [(model.open(), [])]
    for step, which, what in steps:
        context, text = contexts[which % len(contexts)]
        if isinstance(what, list):
            if len(text) + len(what) > LONGEST:
                continue
            rows = context.extend(what)
            text.extend(what)
            expected = rows_along(model, text)[-len(what) :]
            np.testing.assert_allclose(rows, expected, rtol=0, atol=engine.tolerance)
        elif step == "crop":
            keep = round(what * len(text))
            context.crop(keep)
            del text[keep:]
        else:
            keep = round(what * len(text))
            contexts.append((context.fork(keep), text[:keep]))
        assert [context.length for context, _ in contexts] == [len(text) for _, text in contexts]


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
