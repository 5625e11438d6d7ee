"""What a candidate's sandbox is shown holds nothing of the hidden battery, nor what helps against it."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from harness.battery import make_battery
from harness.runner.jailed import SHOWN
from pairs.analytic import PairSpec, make_pair
from pairs.warp import warp

REPO = Path(__file__).parents[2]
PROBE = REPO / "challenges" / "speculative-decoding"
SESSION = [
    path
    for folder in (PROBE / "visible", PROBE / "starter", REPO / "pairs")
    for path in sorted(folder.rglob("*.py"))
]
"""Every file of ours that the candidate can read while working; see `sandbox.adapters.sandboxes`."""
CONTESTANT = [
    path for source, _ in SHOWN for path in (sorted(source.rglob("*.py")) if source.is_dir() else [source])
]
"""Every file of ours that a submission can read while it is judged."""

TRAPS = ("spike", "disjoint", "trap", "second_opinion", "alternatives", "wealth")


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_a_submission_sees_no_weights_and_nothing_that_reads_them() -> None:
    """It would have the rows of a real pair for nothing, and without the judge's knowing."""
    assert all(source.suffix == ".py" for source, _ in SHOWN)
    assert not any("real" in path.parts or "weights" in path.parts for path in CONTESTANT)


@pytest.mark.parametrize("path", SESSION, ids=lambda path: str(path.relative_to(REPO)))
def test_the_sandbox_needs_nothing_of_the_judge(path: Path) -> None:
    ours = {"pairs", "practice", "probe_tools", "specdec", "text_pair"}
    theirs = {"matplotlib", "numpy", "pytest", "safetensors", "tokenizers", "torch", "transformers"}
    allowed = ours | theirs | sys.stdlib_module_names
    assert {name.partition(".")[0] for name in imported(path)} <= allowed


def test_a_submission_sees_the_wire_and_no_check() -> None:
    seen = {path.relative_to(REPO).parts[:2] for path in CONTESTANT if path.is_relative_to(REPO / "harness")}
    assert seen <= {("harness", "oracle"), ("harness", "runner")}
    needed = {name for path in CONTESTANT for name in imported(path) if name.startswith("harness")}
    assert {name.rpartition(".")[0] for name in needed} <= {"harness", "harness.oracle", "harness.runner"}


@pytest.mark.parametrize("path", SESSION, ids=lambda path: str(path.relative_to(REPO)))
def test_no_trap_is_named(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()
    assert [word for word in TRAPS if re.search(rf"\b{word}\b", text)] == []


def test_the_practice_target_is_no_better_a_draft_than_the_supplied_one() -> None:
    """Else whoever learnt the practice pair by heart would be faster on the judge's."""
    hidden = make_battery(7).pairs["warped"]
    source = (PROBE / "visible" / "practice.py").read_text(encoding="utf-8")
    spec = re.search(r"PRACTICE = PairSpec\((.*?)\)", source)
    assert spec is not None
    fields = {key: ast.literal_eval(value) for key, value in re.findall(r"(\w+)=([^,]+)", spec[1])}
    practice = make_pair(PairSpec(**fields))
    assert practice.vocab_size == hidden.vocab_size, "take another hidden pair to compare with"
    rng = np.random.default_rng(0)
    by_draft, by_practice = [], []
    for prompt in rng.integers(0, hidden.vocab_size, (100, 6)).tolist():
        target, draft, practised = (
            warp(model.logits(model.states(prompt)[-1]), temperature=0.7, top_p=0.9)
            for model in (hidden.target, hidden.draft, practice.target)
        )
        by_draft.append(np.minimum(target, draft).sum())
        by_practice.append(np.minimum(target, practised).sum())
    assert np.mean(by_practice) < 0.5 * np.mean(by_draft)
