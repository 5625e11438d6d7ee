"""The candidate's terminal: typed by them, seen by both, recorded, bounded, and back after a crash."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from pycrdt import Text

from sandbox.adapters.memory import MemorySandboxes, MemoryTerminal
from sandbox.core import events as ev
from sandbox.rooms.scrollback import MAX_CHARS, Scrollback
from sandbox.service.terminal_flow import BURST
from tests.sandbox.conftest import Plane, serve
from tests.sandbox.page import Page
from tests.sandbox.test_running import to_probe


async def opened(plane: Plane, interview: str, ada: Page) -> MemoryTerminal:
    await to_probe(plane, interview, ada)
    await ada.do("terminal_open", rows=24, columns=80)
    await ada.until(lambda: ada.terminal.endswith("$ "))
    return plane.sandboxes.benches[interview].terminals[-1]


async def test_both_see_what_the_candidate_types_and_what_it_prints(plane: Plane) -> None:
    interview = plane.interview()
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        shell = await opened(plane, interview, ada)
        await ada.do("terminal_type", text="raw one\\e[31mtwo\\e]52;c;ZXZpbA==\x07three\r")
        for page in (ada, grace):
            await page.until(lambda page=page: page.terminal.endswith("one\x1b[31mtwothree$ "))  # type: ignore[misc]
        assert grace.terminal == ada.terminal
        assert grace.view["terminal"] == {"rows": 24, "columns": 80, "typist": "candidate"}
        await ada.do("terminal_resize", rows=30, columns=100)
        assert shell.size == (30, 100)
        await grace.until(lambda: grace.view["terminal"]["rows"] == 30)
        await ada.do("terminal_type", text="exit\r")
        await grace.until(lambda: grace.view["terminal"] is None)


async def test_nobody_watches_during_a_focus_block_and_all_is_there_afterwards(plane: Plane) -> None:
    interview = plane.interview()
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        await opened(plane, interview, ada)
        await grace.until(lambda: grace.terminal == "$ ")
        await grace.do("focus_block", minutes=5)
        await ada.do("terminal_type", text="raw unwatched\r")
        await ada.do("terminal_resize", rows=50, columns=120)
        await ada.until(lambda: ada.terminal.count("unwatched") == 2)
        async with await plane.page(interview, "interviewer") as again:
            assert again.terminal == grace.terminal == "$ "
            assert again.view["terminal"]["rows"] == 24
        await ada.do("end_focus_block")
        await grace.until(lambda: grace.terminal == ada.terminal)
        await grace.until(lambda: grace.view["terminal"]["rows"] == 50)


async def test_the_interviewer_may_not_type(plane: Plane) -> None:
    interview = plane.interview()
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        shell = await opened(plane, interview, ada)
        for name, args in (
            ("terminal_open", {"rows": 24, "columns": 80}),
            ("terminal_type", {"text": "rm -r /\r"}),
            ("terminal_resize", {"rows": 2, "columns": 10}),
            ("terminal_close", {}),
        ):
            assert "not for the interviewer" in (await grace.ask(name, **args))["message"]
        assert (shell.typed, shell.size) == ("", (24, 80))


async def test_an_interviewer_types_while_the_room_edits_together_and_the_record_says_who(
    plane: Plane,
) -> None:
    interview = plane.interview()
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        shell = await opened(plane, interview, ada)
        await grace.do("co_edit", on=True)
        for text in ("e", "cho"):
            await grace.do("terminal_type", text=text)
        await ada.until(lambda: ada.view["terminal"]["typist"] == "interviewer")
        await ada.do("terminal_type", text=" hello\r")
        await grace.until(lambda: grace.view["terminal"]["typist"] == "candidate")
        assert shell.typed.startswith("echo hello")
        for name, args in (("terminal_resize", {"rows": 9, "columns": 40}), ("terminal_close", {})):
            assert "not for the interviewer" in (await grace.ask(name, **args))["message"]
        await grace.do("co_edit", on=False)
        assert "not for the interviewer" in (await grace.ask("terminal_type", text="x"))["message"]
        cookies = grace.cookies
    by = [
        one.event.by for one in plane.store.log.entries(interview) if isinstance(one.event, ev.TerminalTyped)
    ]
    assert by == ["interviewer", "candidate"], "once for each change of hands"
    async with httpx.AsyncClient(base_url=plane.base, cookies=cookies) as client:
        recording = (await client.get(f"/api/rooms/{interview}/recording")).json()
    names = [recording["people"][person]["name"] for _, person in recording["typists"]]
    assert names == ["Grace", "Ada"]
    told = [one["text"] for one in recording["moments"] if one["kind"] == "terminal-typed"]
    assert told == ["An interviewer types in the terminal now.", "The candidate types in the terminal now."]


async def test_nobody_but_the_candidate_types_during_a_focus_block(plane: Plane) -> None:
    interview = plane.interview()
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        shell = await opened(plane, interview, ada)
        await grace.do("co_edit", on=True)
        await grace.do("focus_block", minutes=5)
        assert "not for the interviewer" in (await grace.ask("terminal_type", text="x"))["message"]
        assert shell.typed == ""


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("terminal_open", {"rows": 1, "columns": 80}),
        ("terminal_open", {"rows": 24, "columns": 100_000}),
        ("terminal_type", {"text": ""}),
        ("terminal_type", {"text": "x" * 16_001}),
        ("terminal_type", {"text": "ls\r"}),  # none is open
        ("terminal_resize", {"rows": 24, "columns": 80}),
    ],
)
async def test_what_makes_no_sense_is_refused_with_words(
    plane: Plane, name: str, args: dict[str, object]
) -> None:
    interview = plane.interview()
    async with await plane.page(interview, "candidate") as ada:
        assert "during the probe" in (await ada.ask("terminal_open", rows=24, columns=80))["message"]
        await to_probe(plane, interview, ada)
        answer = await ada.ask(name, **args)
        assert answer["type"] == "refused"
        assert answer["message"]


async def test_a_line_finds_the_files_as_the_editor_has_them(plane: Plane) -> None:
    interview = plane.interview()
    async with await plane.page(interview, "candidate") as ada:
        await opened(plane, interview, ada)
        ada.files["fresh.py"] = Text("x = 1\n")
        await ada.until(lambda: ada.saved == ada.sent)
        await ada.do("terminal_type", text="ls\r")
        await ada.until(lambda: "fresh.py" in ada.terminal)


async def test_a_flood_is_cut_with_a_notice_and_the_prompt_comes_back(plane: Plane) -> None:
    interview = plane.interview()
    async with await plane.page(interview, "candidate") as ada:
        await opened(plane, interview, ada)
        await ada.do("terminal_type", text="flood\r")
        await ada.until(lambda: "characters not shown" in ada.terminal)
        assert ada.terminal.rstrip("$ ").endswith("x\r\n")
        assert "line 2999 " in ada.terminal
        assert len(ada.terminal) < BURST + 10_000
        await ada.do("terminal_type", text="ls\r")
        await ada.until(lambda: ada.terminal.endswith("$ "))


async def test_a_late_page_and_a_new_server_show_what_was_shown(tmp_path: Path, challenges: Path) -> None:
    async with serve(tmp_path / "data", challenges) as plane:
        interview = plane.interview()
        async with await plane.page(interview, "candidate") as ada:
            await opened(plane, interview, ada)
            await ada.do("terminal_type", text="raw kept\r")
            await ada.until(lambda: ada.terminal.count("kept") == 2)
            async with await plane.page(interview, "interviewer") as grace:
                await grace.until(lambda: grace.terminal.count("kept") == 2)
    async with (
        serve(tmp_path / "data", challenges, MemorySandboxes()) as plane,
        await plane.page(interview, "candidate") as ada,
    ):
        await ada.until(lambda: ada.terminal.count("kept") == 2)
        await ada.until(lambda: ada.view["terminal"] is None)  # the shell died with the server
        await ada.until(lambda: ada.view["sandbox"]["state"] == "ready")
        await ada.do("terminal_open", rows=24, columns=80)
        await ada.until(lambda: ada.terminal == "$ ")


async def test_submitting_ends_it(plane: Plane) -> None:
    interview = plane.interview()
    async with await plane.page(interview, "candidate") as ada:
        await opened(plane, interview, ada)
        ada.files["specdec.py"] = Text("x = 1\n")
        await ada.until(lambda: ada.saved == ada.sent)
        await ada.do("submit")
        await ada.until(lambda: ada.view["terminal"] is None)
        assert "submitted" in (await ada.ask("terminal_open", rows=24, columns=80))["message"]


def test_scrollback_keeps_the_newest_lines_whole() -> None:
    scrollback = Scrollback()
    for number in range(10_000):
        scrollback.add(f"line {number} {'x' * 60}\r\n")
    lines = scrollback.text().splitlines()
    assert lines[0].startswith("line ")
    assert lines[-1] == f"line 9999 {'x' * 60}"
    assert len(scrollback.text()) <= MAX_CHARS < scrollback.total
