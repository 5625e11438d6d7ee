"""`probe pair check` from the outside: a table, JSON, exit codes. Speeds of tiny models mean nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.pair_check.cli import main
from tests.pairs.folders import write_llama, write_tokenizer

QUICK = ("--seconds", "0.01", "--seed", "1")


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tokenizer(write_llama(tmp_path_factory.mktemp("target"), seed=1, tie_word_embeddings=False))


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("draft")
    return write_tokenizer(write_llama(folder, seed=2, num_hidden_layers=1, tie_word_embeddings=False))


def test_a_bad_pair_is_measured_and_called_bad(
    target: Path, draft: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "found.json"
    assert main(["pair", "check", str(target), str(draft), *QUICK, "--json", str(out)]) == 1
    shown = capsys.readouterr()
    assert "acceptance: sum of min(target, draft), mean over 4 texts" in shown.out
    assert "Not good for an interview: only" in shown.out
    assert shown.err.splitlines() == [
        "measuring acceptance: texts",
        "measuring calls: rounds",
        "measuring samplers: rounds",
    ]
    found = json.loads(out.read_text())
    assert found["good"] is False
    assert set(found["acceptance"]) == {"1.0", "0.7", "0.4", "0.0"}
    assert found["costs"]["target"]["1"] == 1.0
    assert str(found["best_gamma"]) in found["measured"]
    assert len(found["expected"]) == 8


def test_a_target_that_drafts_for_itself_is_always_accepted(
    target: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held_out = tmp_path / "held_out.txt"
    held_out.write_text("for each in lines: print(each)\n" * 40)
    assert main(["pair", "check", str(target), str(target), *QUICK, "--text", str(held_out)]) == 1
    shown = capsys.readouterr().out
    assert "temperature 1.0  1.000 [1.000, 1.000]" in shown
    assert "100% of the draft tokens are accepted, so a sampler that handles rejections wrongly" in shown


def test_folders_that_are_no_pair_end_it_with_a_sentence(
    target: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pair", "check", str(target), str(tmp_path)]) == 65
    assert "has no tokenizer.json. Name a folder" in capsys.readouterr().err
    assert main(["pair", "check", str(target), str(target), "--text", str(tmp_path / "none")]) == 65
    assert "none cannot be read as UTF-8 text" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong", [["pair"], ["pair", "check", "one"], ["pair", "check", "a", "b", "--seconds", "0"]]
)
def test_wrong_use_has_an_exit_code_of_its_own(wrong: list[str]) -> None:
    assert main(wrong) == 64
