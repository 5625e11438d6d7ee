"""The shell's side: links that can be printed again, and failures in one line that says what to do."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from sandbox.cli import main


def options(tmp_path: Path, challenges: Path) -> list[str]:
    return ["--data", str(tmp_path / "data"), "--challenges", str(challenges)]


def test_the_demo_is_made_once_and_printed_again(
    tmp_path: Path, challenges: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", *options(tmp_path, challenges), "--base-url", "http://a.example/"]) == 0
    first = capsys.readouterr().out
    assert [line.split()[0] for line in first.splitlines()] == ["interviewer", "candidate", "host"]
    assert all(line.split()[1].startswith("http://a.example/join/") for line in first.splitlines())
    assert main(["demo", *options(tmp_path, challenges), "--base-url", "http://a.example/"]) == 0
    assert capsys.readouterr().out == first


def test_interviews_are_made_listed_and_shown(
    tmp_path: Path, challenges: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = options(tmp_path, challenges)
    assert main(["interview", "new", "--candidate", "Ada", "--interviewer", "Grace", *shared]) == 0
    links = capsys.readouterr().out
    assert main(["interview", "list", *shared]) == 0
    line = capsys.readouterr().out
    assert "Ada with Grace" in line
    assert main(["interview", "show", line.split()[0], *shared]) == 0
    assert capsys.readouterr().out.endswith(links)
    assert main(["interview", "show", "ffff", *shared]) == 1
    assert "probe interview list" in capsys.readouterr().err


def fails_in_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("probe: ")
    assert error.count("\n") == 1
    assert words in error


def test_a_taken_port(tmp_path: Path, challenges: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        arguments = ["serve", "--runtime", "memory", "--port", port, *options(tmp_path, challenges)]
        fails_in_one_line(capsys, arguments, f"port {port} is taken")


def test_a_data_folder_that_cannot_be_made(
    tmp_path: Path, challenges: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.joinpath("data").write_text("a file, not a folder")
    fails_in_one_line(capsys, ["demo", *options(tmp_path, challenges)], "--data")


def test_a_database_that_is_none(
    tmp_path: Path, challenges: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.joinpath("data", "interviews.db").mkdir(parents=True)
    fails_in_one_line(capsys, ["demo", *options(tmp_path, challenges)], "cannot be written")


def test_challenges_that_are_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fails_in_one_line(capsys, ["demo", *options(tmp_path, tmp_path / "none")], "challenge.toml")


def test_wrong_use_is_64(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", "many"]) == 64
    assert main(["interview"]) == 64
    assert main(["serve", "--help"]) == 0


def test_the_key_of_the_links_is_the_owners_alone(tmp_path: Path, challenges: Path) -> None:
    assert main(["demo", *options(tmp_path, challenges)]) == 0
    assert (tmp_path / "data" / "seats.key").stat().st_mode & 0o077 == 0
