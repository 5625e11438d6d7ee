"""What a trial leaves, the next one does not find: G07, G10 and G11 of the catalogue of attacks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.core.trial import Ended, Trial
from harness.runner import contestant as runner
from harness.runner.contestant import Contestant
from harness.trap_pairs import DISJOINT
from isolation.contract import Runtime
from pairs.analytic import PairSpec, make_pair

from .conftest import HOLDING, runtime_by_name

SUBMISSION = Path(__file__).with_name("marks.py").read_text(encoding="utf-8")
LEAVE, LOOK = 1, 2


def _names() -> list[str]:
    """Of the marks, in the order of the submission's table; its text is read, since it needs torch."""
    for node in ast.parse(SUBMISSION).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "MARKS":
            assert isinstance(node.value, ast.Dict)
            return [ast.literal_eval(key) for key in node.value.keys if key is not None]
    raise AssertionError("no table of marks")


MARKS = _names()


def contestant_on(runtime: Runtime) -> Contestant:
    pair = make_pair(PairSpec(name="small", seed=5, vocab_size=64, flavour=DISJOINT))
    return Contestant({"specdec.py": SUBMISSION}, {"small": pair}, runtime)


def play(contestant: Contestant, what: int, mark: str) -> bool:
    run = contestant.play(
        Trial(
            purpose="contract",
            pair="small",
            prompt=(what, MARKS.index(mark)),
            max_new_tokens=1,
            num_speculative_tokens=4,
            temperature=1.0,
            seed=1,
        )
    )
    assert run.ended is Ended.RETURNED, run.note
    return run.tokens == (1,)


@pytest.fixture(scope="module", params=HOLDING)
def jailed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contestant]:
    with contestant_on(runtime_by_name(request.param, tmp_path_factory.mktemp("state"))) as contestant:
        yield contestant


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_is_not_found_by_the_next_trial(jailed: Contestant, mark: str) -> None:
    assert not play(jailed, LOOK, mark)
    play(jailed, LEAVE, mark)
    assert not play(jailed, LOOK, mark)


@pytest.mark.embedded
@pytest.mark.parametrize("mark", ["files", "a deep tree", "a process with a socket"])
def test_a_shim_that_clears_nothing_away_lets_marks_pass(
    mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the test above can fail."""
    careless = tmp_path / "shim.py"
    shown = dict(map(reversed, runner.SHOWN))
    shim = next(target for target in shown if target.name == "shim.py")
    text = shown[shim].read_text(encoding="utf-8")
    assert "if not stage.alone:" in text
    careless.write_text(text.replace("if not stage.alone:", "if True:"), encoding="utf-8")
    careless.chmod(0o644)
    monkeypatch.setattr(
        runner, "SHOWN", tuple((source, target) for target, source in (shown | {shim: careless}).items())
    )
    with contestant_on(runtime_by_name("embedded", tmp_path / "state")) as contestant:
        play(contestant, LEAVE, mark)
        assert play(contestant, LOOK, mark)
