"""The recording of an interview is its log, told so that it can be played."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import httpx
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Map, Text

from sandbox.core import events as ev
from sandbox.core import tool_claims as claimed
from sandbox.core.evolve import evolve
from sandbox.core.materials import Exhibit, FilterMaterials, ProbeMaterials
from sandbox.core.places import Move, Place
from sandbox.core.recording import Recording
from sandbox.core.splices import Splice, apply
from sandbox.core.work import TerminalSize
from sandbox.rooms.cursor_track import pack
from sandbox.rooms.scrollback import Scrollback
from sandbox.service.replay import record
from tests.sandbox.conftest import Plane

REF = ev.ChallengeRef(slug="a", version=1, minutes=15)
FILTER = FilterMaterials(title="t", minutes=15, brief="b", exhibit=Exhibit(path="e.py", text="e"))
PROBE = ProbeMaterials(title="t", minutes=15, brief="b", entry="specdec.py")
CASE = claimed.TestCase(name="n", title="t", outcome="failed", message="m", seconds=0.5)
CREATED = ev.Created(interview="ab", candidate_name="Casey", interviewer_name="Robin", filter=REF, probe=REF)
DAY_US, START_US = 86_400_000_000, 1_700_000_000_000_000


def log(*events: tuple[int, ev.Author, ev.Event]) -> list[ev.Entry]:
    """Made a day before anybody comes; times in ms after that."""
    rest = [(START_US + ms * 1000, author, event) for ms, author, event in events]
    return [
        ev.Entry(seq=seq, at_us=at_us, author=author, event=event)
        for seq, (at_us, author, event) in enumerate([(START_US - DAY_US, "host", CREATED), *rest], start=1)
    ]


def recording(*events: tuple[int, ev.Author, ev.Event], now_ms: int = 0) -> Recording:
    now = START_US // 1000 + now_ms
    return record(log(*events), suggestion=True).recording(FILTER, PROBE, now=now)


JOINED: tuple[int, ev.Author, ev.Event] = (0, "candidate", ev.Joined())


def test_it_begins_when_somebody_comes_and_not_when_it_was_made() -> None:
    made = recording(JOINED, (5_000, "interviewer", ev.StageMoved(stage="finished")), now_ms=99_000)
    assert (made.starts_at, made.length_ms, made.live) == (START_US // 1000, 5_000, False)
    assert [(one.ms, one.kind) for one in made.moments] == [(0, "created"), (0, "joined"), (5_000, "stage")]


def test_looking_into_the_room_the_day_after_does_not_make_it_longer() -> None:
    made = recording(
        JOINED,
        (5_000, "interviewer", ev.StageMoved(stage="finished")),
        (6_000, "candidate", ev.Left()),
        (86_400_000, "interviewer", ev.Joined()),
    )
    assert (made.length_ms, made.moments[-1].kind) == (5_000, "stage")


def test_one_that_goes_on_ends_now() -> None:
    made = recording(JOINED, now_ms=7_000)
    assert (made.length_ms, made.live) == (7_000, True)


def test_an_interview_that_nobody_came_to_has_no_length() -> None:
    made = record(log(), suggestion=True).recording(FILTER, PROBE, now=(START_US - DAY_US) // 1000)
    assert (made.length_ms, made.starts_at) == (0, (START_US - DAY_US) // 1000)


def test_a_test_run_is_marked_where_it_ended_and_says_how() -> None:
    run = ev.RunStarted(run=1, run_kind="tests", label="tests", sha256="0" * 64)
    made = recording(
        JOINED,
        (10, "candidate", run),
        (20, "server", ev.TestCaseReported(run=1, case=CASE)),
        (30, "server", ev.TestCaseReported(run=1, case=CASE.model_copy(update={"outcome": "passed"}))),
        (40, "server", ev.RunFinished(run=1, outcome="ok")),
    )
    marked = [(one.ms, one.marker, one.text) for one in made.moments if one.marker]
    assert marked == [(40, "tests-failed", "Visible tests: 1 of 2 pass.")]
    assert [(ms, number) for ms, number, _ in made.cases] == [(20, 1), (30, 1)]


def test_notes_keep_what_they_said_before() -> None:
    made = recording(
        JOINED,
        (10, "interviewer", ev.NoteAdded(note=1, text="slow")),
        (20, "interviewer", ev.NoteEdited(note=1, text="careful")),
        (30, "interviewer", ev.NoteEdited(note=1, text="")),
    )
    assert [(one.ms, one.text) for one in made.notes] == [(10, "slow"), (20, "careful"), (30, "")]


def test_the_clock_can_be_told_at_any_moment() -> None:
    made = recording(
        JOINED,
        (1_000, "candidate", ev.Consented()),
        (2_000, "interviewer", ev.StageMoved(stage="filter")),
        (5_000, "interviewer", ev.ClockPaused()),
        (9_000, "interviewer", ev.ClockExtended(minutes=5)),
        (10_000, "interviewer", ev.ClockStarted()),
    )
    found = [(one.ms, one.minutes, one.used_ms, one.running) for one in made.clocks]
    assert found == [
        (0, 0, 0, False),
        (2_000, 15, 0, True),
        (5_000, 15, 3_000, False),
        (9_000, 20, 3_000, False),
        (10_000, 20, 3_000, True),
    ]


def test_cursors_are_unpacked_with_their_own_times() -> None:
    at = START_US // 1000
    moves = [
        Move(at + 100, Place("candidate", "Casey", "a.py", 3, 5)),
        Move(at + 300, Place("candidate", "Casey")),
    ]
    made = recording(JOINED, (2_000, "server", ev.CursorsMoved(moves=pack(moves))))
    assert made.cursors == ((100, 0, "a.py", 3, 5), (300, 0, None, None, None))
    assert [one.role for one in made.people] == ["candidate"]


def test_a_terminal_is_marked_when_it_is_opened_and_when_it_prints_after_a_minute() -> None:
    made = recording(
        JOINED,
        (10, "candidate", ev.TerminalOpened(rows=24, columns=80)),
        (20, "server", ev.TerminalShown(text="$ ")),
        (50_000, "server", ev.TerminalShown(text="l")),
        (111_000, "server", ev.TerminalShown(text="s")),
        (112_000, "server", ev.TerminalClosed(why="it was left")),
    )
    marked = [(one.ms, one.text) for one in made.moments if one.marker == "terminal"]
    assert marked == [(10, "Terminal opened."), (111_000, "The terminal prints.")]


def test_what_a_terminal_shows_is_harmless_even_where_the_log_comes_from_a_file() -> None:
    made = recording(
        JOINED,
        (10, "candidate", ev.TerminalOpened(rows=24, columns=80)),
        (20, "server", ev.TerminalShown(text="a\x1b]52;c;ZXZpbA")),
        (30, "server", ev.TerminalShown(text="==\ab\x1b[31m")),
        (40, "server", ev.TerminalShown(text="\x1b]0;held over")),
        (50, "candidate", ev.TerminalOpened(rows=24, columns=80)),
        (60, "server", ev.TerminalShown(text="c")),
    )
    texts = [event.text for _, event in made.terminal if isinstance(event, ev.TerminalShown)]
    assert texts == ["a", "b\x1b[31m", "", "c"]


EVENTS: st.SearchStrategy[ev.Event] = st.sampled_from(
    [
        ev.Consented(),
        ev.StageMoved(stage="filter"),
        ev.StageMoved(stage="probe"),
        ev.ClockPaused(),
        ev.ClockStarted(),
        ev.ClockExtended(minutes=5),
        ev.NoteAdded(note=1, text="n"),
        ev.NoteEdited(note=1, text="m"),
        ev.FindingTicked(finding="f", on=True),
        ev.RunStarted(run=1, run_kind="cell", label="l", sha256="0" * 64),
        ev.RunFinished(run=1, outcome="ok"),
        ev.TerminalOpened(rows=24, columns=80),
        ev.TerminalShown(text="$ ls\r\n"),
        ev.TerminalShown(text="\x1b[31ma.py\x1b[0m\r\n"),
        ev.TerminalResized(rows=30, columns=100),
        ev.TerminalClosed(why="it was left"),
        ev.Joined(),
        ev.Left(),
    ]
)


@given(st.lists(st.tuples(st.integers(0, 100_000), EVENTS), max_size=30))
def test_at_every_moment_stage_clock_and_terminal_are_those_of_the_log(
    steps: list[tuple[int, ev.Event]],
) -> None:
    at = 0
    events: list[tuple[int, ev.Author, ev.Event]] = [JOINED]
    for gap, event in steps:
        at += gap
        events.append((at, "interviewer", event))
    entries = log(*events)
    made = record(entries, suggestion=True).recording(FILTER, PROBE, now=0)
    state, scrollback = None, Scrollback()
    for entry, after in pairwise([*entries, None]):
        assert entry is not None
        state = evolve(state, entry)
        if isinstance(entry.event, ev.TerminalShown):
            scrollback.add(entry.event.text)
        if isinstance(entry.event, ev.TerminalOpened):
            scrollback.clear()
        ms = max(0, (entry.at_us - START_US) // 1000)
        if after is not None and max(0, (after.at_us - START_US) // 1000) == ms:
            continue  # more happens in the same moment
        assert next((stage for when, stage in reversed(made.stages) if when <= ms), "lobby") == state.stage
        clock = next(one for one in reversed(made.clocks) if one.ms <= ms)
        used = clock.used_ms + (ms - clock.ms if clock.running else 0)
        assert (clock.minutes, used, clock.running) == (
            state.clock.minutes,
            state.clock.elapsed_ms(entry.at_ms),
            state.clock.running,
        )
        assert terminal_at(made, ms) == (scrollback.text(), state.work.terminal)


def terminal_at(made: Recording, ms: int) -> tuple[str, TerminalSize | None]:
    """What it had shown since it was opened, and its size while it is open."""
    shown, size = "", None
    for when, event in made.terminal:
        if when > ms:
            break
        match event:
            case ev.TerminalOpened(rows=rows, columns=columns):
                shown, size = "", TerminalSize(rows=rows, columns=columns)
            case ev.TerminalResized(rows=rows, columns=columns):
                size = TerminalSize(rows=rows, columns=columns)
            case ev.TerminalShown(text=text):
                shown += text
            case ev.TerminalClosed():
                size = None
    return shown, size


def texts_at(made: dict[str, Any], ms: int) -> dict[str, str]:
    """As the player has them: every splice up to a moment, applied."""
    found: dict[str, str] = {}
    for when, _, text, position, deleted, inserted in made["splices"]:
        if when <= ms:
            name = made["texts"][text]["name"]
            splice = Splice(position=position, deleted=deleted, inserted=inserted)
            found[name] = apply(found.get(name, ""), splice)
    return found


async def test_a_live_interview_can_be_replayed_up_to_now(plane: Plane) -> None:
    interview = plane.interview()
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        await ada.do("consent")
        await grace.do("move_stage", stage="filter")
        await grace.do("move_stage", stage="probe")
        await grace.do("add_note", text="begins")
        ada.files["specdec.py"].insert(0, "# é😀\n")
        await ada.until(lambda: ada.saved == 1)
        ada.files["draft.py"] = Text("pass\n")
        ada.comments["c"] = Map({"line": 3.0, "text": Text("why"), "at": 1.0})
        await ada.until(lambda: ada.saved == 3)
        cookies = await plane.cookies(interview, "interviewer")
        async with httpx.AsyncClient(base_url=plane.base, cookies=cookies) as client:
            answer = await client.get(f"/api/rooms/{interview}/recording")
        made = answer.json()
        assert made["live"]
        assert [stage for _, stage in made["stages"]] == ["filter", "probe"]
        assert [note["text"] for note in made["notes"]] == ["begins"]
        stands = {name: str(text) for name, text in ada.files.items()} | {"c": "why"}
        assert texts_at(made, made["length_ms"]) == stands
        assert texts_at(made, 0)["specdec.py"] == stands["specdec.py"].removeprefix("# é😀\n")
        assert "draft.py" not in texts_at(made, 0)


async def test_nobody_replays_a_focus_block_before_it_is_over(plane: Plane) -> None:
    interview = plane.interview()
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        await ada.do("consent")
        await grace.do("move_stage", stage="filter")
        await grace.do("focus_block", minutes=5)
        cookies = await plane.cookies(interview, "interviewer")
        async with httpx.AsyncClient(base_url=plane.base, cookies=cookies) as client:
            path = f"/api/rooms/{interview}/recording"
            assert (await client.get(path)).json()["error"]["code"] == "focus_block"
            await ada.do("end_focus_block")
            assert (await client.get(path)).status_code == 200
