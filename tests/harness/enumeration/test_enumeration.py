"""`probe enumerate` from a shell: a jail, a report, exit codes. `torch_laws` has the laws."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.enumeration.cli import main
from isolation.bare import BareRuntime
from tests.candidate_env import assert_passes_there
from tests.zoo.zoo import read

ROOT = Path(__file__).resolve().parents[3]
ZOO = ROOT / "tests" / "zoo"


@pytest.fixture(autouse=True)
def _torch(runtime: BareRuntime) -> None:
    """Skips where there is no environment with torch."""


@pytest.fixture
def enumerated(tmp_path: Path) -> Enumerated:
    return Enumerated(tmp_path)


class Enumerated:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, path: Path, *settings: str) -> dict[str, object]:
        for name, text in read(path).files.items():
            (self._folder / name).write_text(text)
        out = self._folder / "law.json"
        arguments = ["enumerate", str(self._folder), "--runtime", "none", "--json", str(out), *settings]
        assert main(arguments) == 0
        report: dict[str, object] = json.loads(out.read_text())
        return report


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_needs_torch_passes_in_the_candidate_environment() -> None:
    assert_passes_there("tests/harness/enumeration/torch_laws.py", timeout_s=580)


def test_a_right_submission_has_exactly_the_target_s_law(
    enumerated: Enumerated, capsys: pytest.CaptureFixture[str]
) -> None:
    report = enumerated(ZOO / "honest" / "textbook.py", "--gamma", "2", "--new", "3")
    assert report["agrees"] is True
    assert report["first_departure"] is None
    assert report["mass_explored"] == pytest.approx(1.0, abs=1e-9)
    assert capsys.readouterr().out.splitlines()[-1] == "exactly the target's law to 1e-07"


def test_a_wrong_one_has_not_and_the_place_is_named(
    enumerated: Enumerated, capsys: pytest.CaptureFixture[str]
) -> None:
    report = enumerated(ZOO / "wrong" / "bonus_from_draft.py", "--gamma", "1", "--new", "2")
    assert report["agrees"] is False
    assert report["total_variation"] > 1e-3  # type: ignore[operator]
    output = capsys.readouterr().out
    assert "departs first at new token 2, after " in output
    assert output.splitlines()[-1] == "not the target's law"


def test_mass_in_which_nothing_comes_back_is_wrong_and_its_cause_is_shown(
    enumerated: Enumerated, capsys: pytest.CaptureFixture[str]
) -> None:
    report = enumerated(ZOO / "wrong" / "no_token_zero.py", "--gamma", "1", "--new", "2")
    assert report["agrees"] is False
    assert 0 < report["mass_broken"] < 1  # type: ignore[operator]
    assert "AssertionError: no token" in capsys.readouterr().out


def refusal(tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str, *settings: str) -> str:
    (tmp_path / "mine.py").write_text(source)
    assert main(["enumerate", str(tmp_path / "mine.py"), "--runtime", "none", *settings]) == 65
    return capsys.readouterr().err


def test_what_cannot_be_followed_is_65_with_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = "import torch\ndef generate(*models, **settings):\n    return torch.randn(1)\n"
    assert "cannot be enumerated: torch's randn, at line 3 of specdec.py" in refusal(tmp_path, capsys, source)


def test_a_tree_beyond_the_budget_is_65_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    error = refusal(tmp_path, capsys, (ZOO / "honest" / "textbook.py").read_text(), "--leaves", "20")
    assert "More than 20 leaves" in error
    assert "--new" in error


def test_a_process_that_goes_away_and_one_that_hangs_are_65(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    died = "import os\ndef generate(*models, **settings):\n    os._exit(0)\n"
    assert "ended before it had a law" in refusal(tmp_path, capsys, died)
    hangs = "def generate(*models, **settings):\n    while True: pass\n"
    assert "no law after 1 s" in refusal(tmp_path, capsys, hangs, "--seconds", "1")


@pytest.mark.parametrize(
    "settings",
    [
        ("--vocab", "1"),
        ("--new", "0"),
        ("--new", "16"),
        ("--gamma", "-1"),
        ("--temperature", "0"),
        ("--top-p", "0"),
    ],
)
def test_wrong_use_is_64(settings: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["enumerate", "x.py", *settings]) == 64
    assert "want" in capsys.readouterr().err
