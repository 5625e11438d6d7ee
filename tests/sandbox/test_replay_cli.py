"""A recording from a shell: printed, carried away in a file, and proven there."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

import probe
from sandbox.app import open_store
from sandbox.cli import main
from sandbox.core import events as ev
from sandbox.settings import Settings
from sandbox.store.log import link


@pytest.fixture
def options(tmp_path: Path, challenges: Path) -> list[str]:
    return ["--data", str(tmp_path / "data"), "--challenges", str(challenges)]


@pytest.fixture
def interview(tmp_path: Path, challenges: Path) -> str:
    """One with a candidate who came and a note."""
    store = open_store(Settings(data=tmp_path / "data", challenges=challenges))
    made, _ = store.interviews.create(candidate_name="Casey", interviewer_name="Robin")
    rows = store.log.links(made.id)
    head, at_us = rows[-1].hash, rows[-1].at_us
    events: list[tuple[int, ev.Author, ev.Event]] = [
        (at_us + 5_000_000, "candidate", ev.Joined()),
        (at_us + 70_000_000, "interviewer", ev.NoteAdded(note=1, text="begins")),
    ]
    with store.engine.begin() as connection:
        for seq, (when, author, event) in enumerate(events, start=3):
            row = link(head, made.id, ev.Entry(seq=seq, at_us=when, author=author, event=event))
            head = row.hash
            values = {
                "i": made.id,
                "s": seq,
                "a": when,
                "k": row.kind,
                "w": author,
                "p": row.payload,
                "h": head,
            }
            connection.execute(text("INSERT INTO events VALUES (:i, :s, :a, :k, :w, :p, :h)"), values)
    store.engine.dispose()
    return made.id


def test_the_events_are_printed(
    interview: str, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", interview, *options]) == 0
    assert capsys.readouterr().out.splitlines() == [
        " 0:00:00  host         Interview with Casey created.",
        " 0:00:00  candidate    The candidate came.",
        " 0:01:05  interviewer  Note: begins",
    ]
    assert main(["replay", interview, "--json", *options]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["ms"], last["marker"], last["text"]) == (65_000, "note", "Note: begins")


def test_a_log_as_written_is_proven(
    interview: str, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "--log", interview, *options]) == 0
    assert capsys.readouterr().out.startswith(f"intact: 4 events of interview {interview}, head ")


def test_the_first_changed_event_is_named(
    interview: str, options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with create_engine(f"sqlite:///{tmp_path}/data/interviews.db").begin() as connection:
        connection.execute(text("DROP TRIGGER events_no_update"))  # whoever forges a log has the database
        connection.execute(text("UPDATE events SET author = 'interviewer' WHERE seq = 3"))
    assert main(["verify", "--log", interview, *options]) == 1
    assert capsys.readouterr().out.startswith("broken: event 3 of 4 (joined, interviewer, ")


def test_a_file_holds_all_of_it(
    interview: str, options: list[str], tmp_path: Path, challenges: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "interview.jsonl.gz")
    assert main(["replay", interview, "--export", file, *options]) == 0
    assert main(["replay", file, "--import", *options]) == 1  # it is there already
    elsewhere = ["--data", str(tmp_path / "other"), "--challenges", str(challenges)]
    assert main(["replay", file, "--import", *elsewhere]) == 0
    capsys.readouterr()
    assert main(["replay", interview, *elsewhere]) == 0
    there = capsys.readouterr().out
    assert main(["replay", file, *elsewhere]) == 0
    assert capsys.readouterr().out == there
    assert main(["verify", "--log", file, *elsewhere]) == 0


def test_a_file_that_was_changed_is_not_taken_in(
    interview: str, options: list[str], tmp_path: Path, challenges: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "interview.jsonl.gz"
    assert main(["replay", interview, "--export", str(file), *options]) == 0
    lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    file.write_bytes(gzip.compress(b"".join([*lines[:1], *lines[2:]])))
    elsewhere = ["--data", str(tmp_path / "other"), "--challenges", str(challenges)]
    assert main(["verify", "--log", str(file), *elsewhere]) == 1
    assert "broken: event 2 of 3" in capsys.readouterr().out
    assert main(["replay", str(file), "--import", *elsewhere]) == 1
    assert "Not taken in" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content",
    [b"", b"text", gzip.compress(b""), gzip.compress(b"{}\n"), gzip.compress(b'{"interview":"../x"}\n')],
    ids=["empty", "text", "nothing in it", "no head", "a path for an id"],
)
def test_another_file_is_refused_in_one_line(
    content: bytes, options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.gz"
    file.write_bytes(content)
    assert main(["verify", "--log", str(file), *options]) == 1
    error = capsys.readouterr().err
    assert error.startswith("probe: ")
    assert error.count("\n") == 1


def test_an_interview_that_is_none(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--log", "ffff", *options]) == 1
    assert "there is no interview ffff" in capsys.readouterr().err


def test_one_word_verifies_verdicts_and_logs(
    interview: str, options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["probe", "verify", "--log", interview, *options])
    assert probe.main() == 0
    assert capsys.readouterr().out.startswith("intact: ")
