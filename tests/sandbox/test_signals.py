"""Signals: facts about text, with neutral words, and without any effect on a score."""

from __future__ import annotations

import asyncio
import json
import secrets
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.core import events as ev
from sandbox.core import room_events as rev
from sandbox.core.live import Live
from sandbox.core.origin import LEAST, origin, plain
from sandbox.core.rhythm import BURST, GAP_MS, LEARNT, PAUSE_MS, Break, Rhythm
from sandbox.service.catalogue import load_catalogue
from sandbox.service.report import fold, make_report
from sandbox.store.database import open_database, sqlite_url
from sandbox.store.log import EventLog
from tests.sandbox.conftest import Plane

BRIEF = "Draw from the residual distribution, and normalise it by its own sum."

# -- where text comes from


@given(st.text(min_size=1), st.text(), st.text())
def test_a_part_of_the_room_is_from_the_room(before: str, part: str, after: str) -> None:
    room = [plain(before + " " + part + " " + after)]
    assert origin(part, room) == ("room" if plain(part) else "unknown")


def test_indentation_and_line_ends_do_not_make_text_foreign() -> None:
    assert origin("Draw from the\r\n    residual distribution", [plain(BRIEF)]) == "room"
    assert origin("Copied from somewhere else entirely", [plain(BRIEF)]) == "outside"
    assert origin("x" * (LEAST - 1), [plain(BRIEF)]) == "room", "so short a text is in any program"


# -- rhythm


def typing(rhythm: Rhythm, at: int, characters: int, gap_ms: int) -> tuple[Rhythm, int, list[Break]]:
    found = []
    for _ in range(characters):
        at += gap_ms
        rhythm, broke = rhythm.type(at, "x")
        found += [broke] if broke else []
    return rhythm, at, found


def test_a_long_fast_burst_after_a_pause_is_a_break_and_is_said_once() -> None:
    rhythm, at, none = typing(Rhythm(), 0, LEARNT + 50, 250)
    assert none == []
    _, _, found = typing(rhythm, at + PAUSE_MS, BURST * 3, 60)
    assert len(found) == 1
    assert found[0].characters == BURST
    assert found[0].usual_cps == pytest.approx(4.0, abs=0.1)


@given(st.integers(150, 400), st.integers(0, 3 * PAUSE_MS))
def test_somebody_who_keeps_their_own_speed_breaks_nothing(gap_ms: int, pause_ms: int) -> None:
    rhythm, at, _ = typing(Rhythm(), 0, 600, gap_ms)
    assert typing(rhythm, at + pause_ms, 600, gap_ms)[2] == []


def test_without_a_pause_or_before_a_speed_is_known_nothing_is_said() -> None:
    rhythm, at, _ = typing(Rhythm(), 0, LEARNT + 50, 250)
    assert typing(rhythm, at + GAP_MS + 1, 400, 60)[2] == []
    assert typing(Rhythm(), PAUSE_MS, 400, 60)[2] == []


def test_bulk_is_no_typing() -> None:
    rhythm = Rhythm(at=0)
    assert rhythm.type(PAUSE_MS, "x" * 5_000) == (rhythm, None)


# -- in the room


def of_kind(view: dict[str, list[dict[str, object]]], kind: str) -> list[dict[str, object]]:
    return [one for one in view["integrity"] if one["kind"] == kind]


async def test_pastes_say_where_their_text_was_before(plane: Plane) -> None:
    interview = plane.interview()
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        await ada.do("consent")
        code = ada.files["specdec.py"]
        code += "def draw_from_residual(t, d): ...\n"
        await ada.until(lambda: ada.saved == ada.sent)
        await asyncio.sleep(0.5)
        inside = {"where": "specdec.py", "characters": 33, "text": "def draw_from_residual(t, d): ..."}
        await ada.do("paste", **inside)
        del code[0 : len(str(code))]
        await ada.until(lambda: ada.saved == ada.sent)
        await asyncio.sleep(0.5)
        await ada.do("paste", **inside)
        await ada.do("paste", where="specdec.py", characters=40, text="import a_library_from_somewhere_else")
        await grace.until(lambda: len(of_kind(grace.view, "paste")) == 3)
        pastes = of_kind(grace.view, "paste")
        assert [one["origin"] for one in pastes] == ["room", "room", "outside"]
        assert pastes[2]["text"] == "import a_library_from_somewhere_else"


async def test_leaving_the_page_has_a_length(plane: Plane) -> None:
    interview = plane.interview()
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        await ada.do("consent")
        await ada.do("focus", visible=False)
        await asyncio.sleep(0.1)
        await ada.do("focus", visible=True)
        await grace.until(lambda: bool(of_kind(grace.view, "back")))
        lasted = of_kind(grace.view, "back")[0]["lasted_ms"]
        assert isinstance(lasted, int)
        assert lasted >= 100


async def test_an_input_method_is_typing_and_no_big_insert(plane: Plane) -> None:
    interview = plane.interview()
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        await ada.do("consent")
        code = ada.files["specdec.py"]
        code += "dictated " * 40
        await ada.do("input_method", where="specdec.py", characters=360)
        await asyncio.sleep(1.2)  # the time that the page has to say what it was
        await ada.do("focus", visible=False)
        await grace.until(lambda: bool(of_kind(grace.view, "away")))
        assert of_kind(grace.view, "big_insert") == []
        assert len(of_kind(grace.view, "input_method")) == 1


@pytest.mark.parametrize("need", ["screen_reader", "assistive_input"])
async def test_assistive_technology_switches_signals_off(plane: Plane, need: str) -> None:
    interview = plane.interview()
    async with await plane.host() as host:
        arranged = await host.post(f"/api/rooms/{interview}/accommodations", json={need: True})
        assert arranged.status_code == 200
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        await ada.do("consent")
        code = ada.files["specdec.py"]
        code += "y" * 500
        await ada.do("paste", where="specdec.py", characters=500, text="y" * 500)
        await ada.do("focus", visible=False)
        await asyncio.sleep(1.2)
        await ada.do("focus", visible=True)
        await grace.until(lambda: grace.view["signals"] is False)
        assert {one["kind"] for one in grace.view["integrity"]} <= {"joined", "left"}


# -- and the score

SIGNALS: tuple[ev.Event, ...] = (
    ev.Pasted(where="specdec.py", characters=9_000, origin="outside", text="x" * 500),
    ev.BigInsert(where="while typing", characters=9_000, origin="outside", text="x" * 500),
    ev.FocusChanged(visible=False),
    ev.FocusChanged(visible=True),
    rev.InputMethodUsed(where="specdec.py", characters=400),
    rev.RhythmBroke(pause_ms=90_000, characters=150, took_ms=9_000, usual_cps=3.0, text="x"),
    rev.Accommodated(accommodations=rev.Accommodations(time_percent=150, timer_hidden=True)),
)


@pytest.fixture(scope="module")
def event_log(tmp_path_factory: pytest.TempPathFactory) -> EventLog:
    return EventLog(open_database(sqlite_url(tmp_path_factory.mktemp("log"))))


@settings(max_examples=20)
@given(places=st.lists(st.integers(0, 9), min_size=1, max_size=12), which=st.data())
def test_the_scores_of_a_report_are_the_same_to_the_byte_with_signals_and_without(
    event_log: EventLog, challenges: Path, places: list[int], which: st.DataObject
) -> None:
    ref = ev.ChallengeRef(slug="a", version=1, minutes=15)
    plain_log: list[ev.Event] = [
        ev.Created(interview="ab", candidate_name="Ada", interviewer_name="Grace", filter=ref, probe=ref),
        ev.Consented(),
        ev.StageMoved(stage="filter"),
        ev.FindingTicked(finding="engineering-basic", on=True),
        ev.FindingTicked(finding="engineering-good", on=True),
        ev.Marked(axis="engineering", score=4, reason="r"),
        ev.StageMoved(stage="probe"),
        ev.FindingTicked(finding="research-flag", on=True),
        ev.Marked(axis="research", score=4, reason="r"),
        ev.StageMoved(stage="finished"),
    ]
    with_signals = list(plain_log)
    for place in sorted(places, reverse=True):
        with_signals.insert(place + 1, which.draw(st.sampled_from(SIGNALS)))
    catalogue = load_catalogue(
        challenges, filter_slug="filter-llm-serving", probe_slug="speculative-decoding"
    )
    made = []
    for events in (plain_log, with_signals):
        # The marks' times are part of the report: a signal must not move them.
        entries, second = [], 0
        for seq, event in enumerate(events, start=1):
            second += event not in SIGNALS
            entries.append(ev.Entry(seq=seq, at_us=second * 1_000_000, author="interviewer", event=event))
        interview = secrets.token_hex(6)
        event_log.create(interview, entries)
        report = make_report(fold(event_log, interview), catalogue, Live(tabs={}), now=0).model_dump(
            mode="json"
        )
        made.append(json.dumps({part: report[part] for part in ("axes", "panel", "judgement")}))
    assert made[0] == made[1]
