"""`probe demo-data`: synthetic interviews that say so, and that every page can show."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import probe
from sandbox.adapters.memory import MemoryJudge
from sandbox.app import Store, open_store
from sandbox.core.calibration import calibrate
from sandbox.core.live import Live
from sandbox.render.document import html
from sandbox.service.cohort import cases
from sandbox.service.replay import make_recording
from sandbox.service.report import Report, fold, make_report
from sandbox.settings import Settings
from tests.cohort.cohort import make_cohort
from tests.cohort.judged import submission
from tests.cohort.people import FAILS, REMARKS, RESEARCH_LEVEL, SUBMITTED
from tests.cohort.script import visible_tests

NOW_US = 1_800_000_000_000_000


class CountingJudge(MemoryJudge):
    def __init__(self) -> None:
        super().__init__()
        self.asked = list[Mapping[str, str]]()

    async def judge(self, files, **settings):  # type: ignore[no-untyped-def]
        self.asked.append(dict(files))
        return await super().judge(files, **settings)


async def cohort(store: Store, judge: MemoryJudge | None, count: int = 4) -> int:
    return await make_cohort(store, judge, count=count, now_us=NOW_US, say=lambda told: None)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(Settings(data=tmp_path))


def reports(store: Store) -> list[Report]:
    return [
        make_report(fold(store.log, one.id), store.catalogue, Live(tabs={}), now=NOW_US // 1_000)
        for one in store.interviews.list()
    ]


async def test_a_cohort_is_marked_synthetic_wherever_it_is_shown(store: Store) -> None:
    judge = CountingJudge()
    assert await cohort(store, judge) == 4
    for report in reports(store):
        assert report.interview.synthetic
        assert report.interview.candidate_name.startswith("Synthetic ")
        assert "says nothing about a person" in html(report)
        assert report.interview.created_at < NOW_US // 1_000
    assert calibrate(cases(store.log)).synthetic == 4


async def test_the_same_file_is_judged_once_and_what_is_judged_is_what_was_submitted(store: Store) -> None:
    judge = CountingJudge()
    await cohort(store, judge)
    assert len(judge.asked) == len(set(SUBMITTED[:4])) == 3
    submitted = [{file.path: file.text for file in report.files} for report in reports(store)]
    assert all(files in judge.asked for files in submitted)
    assert all(one.judgement and one.judgement.state == "judged" for one in reports(store))


async def test_its_logs_hold_and_can_be_replayed(store: Store) -> None:
    await cohort(store, None, count=2)
    for report in reports(store):
        assert report.chain.intact
        assert report.judgement is None
        assert len(report.panel.marks) >= 4
        assert all(mark.blind for mark in report.panel.marks)
        interview = store.interviews.get(report.interview.id)
        recording = make_recording(store.log, store.catalogue, interview, now=NOW_US // 1_000)
        assert len(recording.cursors) > 20
        typed = "".join(inserted for *_, inserted in recording.splices)
        assert "class Sampler:" in typed


async def test_a_second_time_adds_nothing(store: Store) -> None:
    await cohort(store, None, count=1)
    assert await cohort(store, None, count=2) == 0
    assert len(store.interviews.list()) == 1


def test_what_it_draws_from_is_there(store: Store) -> None:
    findings, exhibit = store.catalogue.findings, store.catalogue.exhibit
    assert all(finding in findings and where in exhibit for finding, where, _ in REMARKS)
    assert set(SUBMITTED) == set(RESEARCH_LEVEL)
    names = {name for name, _ in visible_tests(store.catalogue.probe.path)}
    assert all(failing <= names for failing in FAILS.values())
    for name in RESEARCH_LEVEL:
        files = submission(name)
        assert not files["specdec.py"].startswith("# zoo")
        compile(files["specdec.py"], name, "exec")


def test_the_command_says_what_it_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--interviews", "1", "--no-judge", "--data", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["probe", "demo-data", *arguments])
    assert probe.main() == 0
    assert "Made 1 synthetic interview in" in capsys.readouterr().out
    assert probe.main() == 0
    assert "nothing was added" in capsys.readouterr().out


def test_without_the_tests_it_says_what_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["probe", "demo-data"])
    monkeypatch.setattr(probe, "TESTS", tmp_path / "none")
    assert probe.main() == 64
    assert "run it in a checkout" in capsys.readouterr().err
