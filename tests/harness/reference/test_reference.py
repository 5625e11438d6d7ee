"""The reference samplers: short enough to teach from, alike but for the idea, and right for the judge."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.block_verification import Row, standing
from harness import reference
from harness.cli import DEFAULT_CHALLENGE
from harness.judge import judge
from isolation.bare import BareRuntime
from tests.candidate_env import assert_passes_there
from wire.scorecard import Status

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(reference.__file__).parent
SAMPLERS = ("plain.py", "speculative.py", "block.py")
COSTS_ONLY = {"economy", "cache", "speed"}


def definitions(name: str) -> dict[str, str]:
    """Source of each function, class and method."""
    source = (FOLDER / name).read_text()
    return {
        node.name: ast.get_source_segment(source, node) or ""
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }


def test_the_textbook_fits_on_two_pages() -> None:
    assert len((FOLDER / "speculative.py").read_text().splitlines()) < 100


def test_block_verification_differs_from_the_textbook_in_how_it_verifies_and_nowhere_else() -> None:
    textbook, block = definitions("speculative.py"), definitions("block.py")
    assert {name for name in textbook | block if textbook.get(name) != block.get(name)} == {"verify"}


def test_plain_decoding_reads_the_model_and_warps_its_law_as_the_textbook_does() -> None:
    textbook, plain = definitions("speculative.py"), definitions("plain.py")
    assert {name for name in plain if textbook.get(name) == plain[name]} >= {"feed", "warp"}


def test_what_needs_torch_passes_in_the_candidate_environment() -> None:
    assert_passes_there("tests/harness/reference/laws.py", timeout_s=280)


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLERS)
def test_the_judge_finds_nothing_wrong(name: str, runtime: BareRuntime) -> None:
    card = judge(
        {"specdec.py": (FOLDER / name).read_text()},
        challenge_folder=DEFAULT_CHALLENGE,
        seed=7,
        budget="quick",
        runtime=runtime,
        on_progress=lambda progress: None,
    )
    failed = {verdict.check for verdict in card.verdicts if verdict.status is not Status.PASS}
    # Plain decoding is right, and slow by design.
    assert failed <= (COSTS_ONLY if name == "plain.py" else set())


def test_the_sums_give_what_the_paper_works_out_by_hand() -> None:
    # Sun et al. 2024: of two tokens the target says the second twice as often, the draft the first.
    target, draft = np.array([1 / 3, 2 / 3]), np.array([2 / 3, 1 / 3])
    stand = standing(lambda _: target, lambda _: draft, 2)
    assert (stand.token, stand.block, stand.ceiling) == pytest.approx((10 / 9, 11 / 9, 12 / 9))


rows = st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3).filter(lambda row: sum(row) > 0.1)


@given(st.lists(st.tuples(rows, rows), min_size=1, max_size=4))
def test_blocks_never_stand_less_often_than_tokens_nor_more_often_than_anything_can(
    laws: list[tuple[list[float], list[float]]],
) -> None:
    def row(side: int) -> Row:
        return lambda drafts: np.array(laws[len(drafts)][side]) / sum(laws[len(drafts)][side])

    stand = standing(row(0), row(1), len(laws))
    assert stand.token <= stand.block + 1e-12
    assert stand.block <= stand.ceiling + 1e-12
