"""`probe judge` from a shell: exit codes and messages that say what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cli import main


@pytest.mark.parametrize(
    "argv",
    [
        ["judge"],
        ["judge", "x.py", "--budget", "huge"],
        ["judge", "x.py", "--seed", "-1"],
        ["judge", "x.py", "--seed", "many"],
        ["judge", "x.py", "--runtime", "magic"],
    ],
)
def test_wrong_use_is_64_with_the_usage(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 64
    assert "usage: probe judge" in capsys.readouterr().err


def test_help_is_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["judge", "--help"]) == 0
    assert "--budget" in capsys.readouterr().out


def test_a_submission_that_cannot_be_read_is_65(
    challenge: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "latin.py").write_bytes(b"\xe9")
    assert main(["judge", str(tmp_path / "latin.py"), "--challenge", str(challenge)]) == 65
    assert "save it as UTF-8" in capsys.readouterr().err
    assert main(["judge", str(tmp_path / "none.py"), "--challenge", str(challenge)]) == 65


def test_a_judge_that_cannot_work_is_70_and_blames_nobody(
    challenge: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROBE_CANDIDATE_PYTHON", "/nowhere/python")
    (tmp_path / "mine.py").write_text("")
    arguments = ["judge", str(tmp_path / "mine.py"), "--challenge", str(challenge), "--runtime", "none"]
    assert main(arguments) == 70
    error = capsys.readouterr().err
    assert "through no fault of the submission" in error
    assert "PROBE_CANDIDATE_PYTHON points to /nowhere/python" in error


def test_a_challenge_that_cannot_be_used_is_70(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.py").write_text("")
    assert main(["judge", str(tmp_path / "mine.py"), "--challenge", str(tmp_path)]) == 70
    assert "challenge.toml" in capsys.readouterr().err
