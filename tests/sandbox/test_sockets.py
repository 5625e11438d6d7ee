"""The room over real WebSockets: who may come in, what hostile pages can do, and who is told what."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import httpx
import pytest
import websockets
from pycrdt import Doc, Map, Text

from sandbox.rooms import connection, frames
from sandbox.rooms.lib0 import prefixed, varint
from sandbox.rooms.update_format import check_update
from tests.sandbox.conftest import Plane
from tests.sandbox.page import Page


async def consented(plane: Plane) -> str:
    interview = plane.interview()
    async with await plane.page(interview, "candidate") as ada:
        await ada.do("consent")
    return interview


async def close_code(url: str, **options: Any) -> int | None:
    async with websockets.connect(url, **options) as socket:
        await socket.wait_closed()
        return socket.close_code


# -- coming in


async def test_without_a_seat_the_door_is_shut(plane: Plane) -> None:
    interview, other = plane.interview(), plane.interview()
    cookies = await plane.cookies(other, "interviewer")
    header = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    ws = plane.base.replace("http", "ws")
    for path in (f"/ws/{interview}/candidate", f"/ws/{interview}/interviewer", "/ws/ffff/candidate", "/ws/x"):
        assert await close_code(ws + path, origin=plane.base, additional_headers=header) == 4401


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1"])
async def test_a_foreign_page_with_our_cookie_is_shut_out(plane: Plane, origin: str | None) -> None:
    interview = plane.interview()
    cookies = await plane.cookies(interview, "candidate")
    header = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    url = plane.base.replace("http", "ws") + f"/ws/{interview}/candidate"
    assert await close_code(url, origin=origin, additional_headers=header) == 4401


async def test_the_candidate_does_not_come_back_after_the_end(plane: Plane) -> None:
    interview = plane.interview()
    cookies = await plane.cookies(interview, "candidate")
    async with await plane.page(interview, "interviewer") as grace:
        await grace.do("move_stage", stage="finished")
    page = Page(plane.base, interview, "candidate", cookies)
    await page.connect()
    assert await page.close_code() == 4410
    async with await plane.page(interview, "interviewer") as grace:
        assert grace.view["stage"] == "finished"


# -- commands


@pytest.mark.parametrize(
    ("name", "args", "words"),
    [
        ("fly", {}, "no command"),
        ("mark", {"axis": "research", "score": 6, "reason": "r"}, "score"),
        ("mark", {"axis": "research", "score": "5", "reason": "r"}, "score"),
        ("tick", {"finding": "engineering-basic", "on": 1}, "on"),
        ("tick", {"finding": "no-such", "on": True}, "no such line"),
        ("add_note", {"text": "n", "by": "me"}, "by"),
        ("add_note", {"name": "consent", "text": "n"}, "name"),
        ("edit_note", {"note": 9, "text": "n"}, "gone"),
    ],
)
async def test_arguments_that_do_not_fit_are_explained(
    plane: Plane, name: str, args: dict[str, Any], words: str
) -> None:
    async with await plane.page(plane.interview(), "interviewer") as grace:
        await grace.socket.send(json.dumps({"type": "command", "id": 77, "name": name, "args": args}))
        await grace.until(lambda: 77 in grace.answers)
        assert grace.answers[77]["type"] == "refused"
        assert words in grace.answers[77]["message"]


# -- hostile frames

BOMB = b"\x00\x02" + prefixed(varint(2**28) + b"\0")
STACK = b"\x00\x02" + prefixed(b"\x01\x01\x05\x00\x08\x01\x05files\x01" + b"\x75\x01" * 120_000 + b"\x7e\x00")


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x07",
        b"\x80" * 20,
        b"\x00\x03\x00",
        b"\x00\x02\x05ab",
        b"\x00\x02\x01a" + b"more",
        b"\x00\x00" + prefixed(b"\xff" * 9),
        BOMB,
        STACK,
        b"\x00\x02" + prefixed(b"\0" * (frames.MAX_UPDATE_FRAME + 1)),
        b"\x01" + prefixed(b"\0" * (frames.MAX_AWARENESS_FRAME + 1)),
        b"\x01" + prefixed(b"\x01\x07\x01\x01{"),
        "{}",
        "no json",
        "[" * 50_000,
        '{"type":"command","id":-1,"name":"consent"}',
        '{"type":"command","id":1,"name":"consent","role":"interviewer"}',
        "x" * (frames.MAX_TEXT_FRAME + 1),
    ],
    ids=lambda frame: repr(frame[:12]),
)
async def test_a_frame_that_breaks_the_protocol_closes_its_page_and_nothing_else(
    plane: Plane, frame: bytes | str
) -> None:
    interview = await consented(plane)
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        await ada.socket.send(frame)
        assert await ada.close_code() == 4400
        await grace.do("add_note", text="still here")
        await grace.until(lambda: not grace.view["people"][0]["online"])


async def test_an_interviewer_cannot_change_the_document(plane: Plane) -> None:
    interview = await consented(plane)
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        grace.summary += "hacked"
        assert await grace.close_code() == 4400
        ada.summary += "mine"
        await ada.until(lambda: ada.saved == ada.sent)
        assert str(ada.summary) == "mine"


async def test_nothing_typed_before_consent_is_taken_in(plane: Plane) -> None:
    interview = plane.interview()
    async with await plane.page(interview, "candidate") as ada:
        ada.summary += "early"
        await ada.do("focus", visible=True)  # by its answer the update has arrived too
        await ada.do("consent")
        assert ada.saved == 0
    async with await plane.page(interview, "interviewer") as grace:
        assert str(grace.summary) == ""


# -- the document


async def test_two_tabs_of_the_candidate_converge_and_count(plane: Plane) -> None:
    interview = await consented(plane)
    async with (
        await plane.page(interview, "candidate") as one,
        await plane.page(interview, "candidate") as two,
    ):
        await one.until(lambda: one.view["people"][0]["tabs"] == 2)
        for number in range(20):
            one.summary += f"a{number} "
            two.summary += f"b{number} "
        await one.until(lambda: one.saved == 20 and str(one.summary).count("b") == 20)
        await two.until(lambda: two.saved == 20 and str(two.summary).count("a") == 20)
        assert str(one.summary) == str(two.summary)
    async with await plane.page(interview, "interviewer") as grace:
        kinds = [(one["kind"], one["detail"]) for one in grace.view["integrity"]]
        # Two tabs at once are one person who came once and left once; consenting was a visit of its own.
        assert kinds.count(("joined", "Ada")) == kinds.count(("left", "Ada")) == 2


async def test_what_was_typed_offline_arrives_on_reconnecting(plane: Plane) -> None:
    interview = await consented(plane)
    doc: Doc[Any] = Doc()
    async with await plane.page(interview, "candidate", doc) as ada:
        ada.summary += "before "
        await ada.until(lambda: ada.saved == 1)
    doc.get("summary", type=Text).insert(7, "offline")
    async with (
        await plane.page(interview, "candidate", doc),
        await plane.page(interview, "interviewer") as grace,
    ):
        await grace.until(lambda: str(grace.summary) == "before offline")


async def test_a_watcher_who_reads_too_slowly_is_cut_and_holds_up_nobody(
    plane: Plane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MAX_WAITING_BYTES", 500_000)
    interview = await consented(plane)
    async with await plane.page(interview, "candidate") as ada:
        slow = await plane.page(interview, "interviewer")
        await slow.connect()
        await ada.until(lambda: ada.view["people"][1]["tabs"] == 1)
        slow._reader.cancel()
        transport = slow.socket.transport
        transport.pause_reading()
        block = "x" * 200_000
        text = Text("")
        ada.files["play.py"] = text
        for _ in range(100):
            text += block
            await ada.until(lambda: ada.saved == ada.sent)
            if ada.view["people"][1]["tabs"] == 0:
                break
        transport.resume_reading()
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                await asyncio.wait_for(slow.socket.recv(), 10)
        assert slow.socket.close_code == 4409
    async with await plane.page(interview, "interviewer") as grace:
        await grace.until(lambda: str(grace.files["play.py"]) == str(text))


async def test_files_that_break_the_rules_are_explained_in_the_view(plane: Plane) -> None:
    interview = await consented(plane)
    async with await plane.page(interview, "candidate") as ada:
        ada.files["bad name.txt"] = Text("x")
        await ada.until(lambda: "bad name.txt" in ada.view["files_error"])
        del ada.files["bad name.txt"]
        await ada.until(lambda: ada.view["files_error"] == "")


async def test_a_big_insert_without_a_paste_is_noted_and_a_paste_is_a_paste(plane: Plane) -> None:
    interview = await consented(plane)
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        code = ada.files["specdec.py"]
        code += "y" * 500
        await grace.until(lambda: any(one["kind"] == "big_insert" for one in grace.view["integrity"]))
        await ada.do("paste", where="specdec.py", characters=300)
        code += "z" * 300
        await asyncio.sleep(1.2)  # the time the server gives a paste to be reported
        await ada.do("focus", visible=False)
        kinds = [one["kind"] for one in grace.view["integrity"]]
        assert kinds.count("big_insert") == 1
        assert kinds[-2:] == ["paste", "away"]


async def test_presence_goes_to_the_others_with_the_name_of_the_seat(plane: Plane) -> None:
    interview = await consented(plane)
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        state = json.dumps({"user": {"name": "Grace", "color": "#00ff00"}, "file": "specdec.py"}).encode()
        await ada.socket.send(frames.awareness(b"\x01\x05\x01" + prefixed(state)))
        await grace.until(lambda: bool(grace.awareness))
        assert b'"name":"Ada"' in grace.awareness[-1]
        assert ada.awareness == []
    async with await plane.page(interview, "candidate") as ada:
        comment = Map({"line": 1, "text": Text("a"), "at": 5})
        ada.comments["x"] = comment
        check_update(ada.doc.get_update())


async def test_links_of_others_open_nothing_here(plane: Plane) -> None:
    async with httpx.AsyncClient(base_url=plane.base) as client:
        assert (await client.post("/api/join", json={"token": "x" * 32})).status_code == 404
