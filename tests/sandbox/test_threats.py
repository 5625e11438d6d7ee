"""The document and the web as an attacker sees them: groups C and W of the attack catalogue, by number.

A case that another file holds is named in `ELSEWHERE`; one that no test can settle is in `NOT_HERE`, with
the reason. The last test says that none is forgotten.
"""

from __future__ import annotations

import json
import logging
import random
import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from pycrdt import Doc, Map, Text

from sandbox.rooms import frames, shared_document
from sandbox.rooms.lib0 import BadFrame, prefixed, varint
from sandbox.rooms.shared_document import SharedDocument
from sandbox.store.seats import TOKEN_BYTES, SeatOf
from sandbox.web.security import CONTENT_SECURITY_POLICY
from tests.sandbox.conftest import Plane
from tests.sandbox.page import Page

TESTS = Path(__file__).parent
ELSEWHERE = {
    "C01": ("test_update_format", "test_hostile_updates_are_refused_before_the_library_sees_them"),
    "C04": ("test_presence", "test_nobody_speaks_for_somebody_else"),
    "C05": ("test_secrets", "test_no_canary_in_anything_a_candidate_receives"),
    "C06": ("test_access", "test_a_watcher_can_write_nothing_at_all"),
    "W03": ("test_sockets", "test_a_foreign_page_with_our_cookie_is_shut_out"),
    "W04": ("test_access", "test_every_route_is_open_to_its_seats_and_to_no_others"),
    "W05": ("test_access", "test_every_command_is_for_its_roles_and_for_no_others"),
    "W06": ("test_secrets", "test_no_canary_in_anything_a_candidate_receives"),
    "W07": ("test_http", "test_writes_from_elsewhere_or_of_another_kind_are_refused"),
    "W08": ("test_access", "test_a_seat_that_is_taken_back_is_put_out_at_once_and_its_link_is_over"),
}
NOT_HERE = {
    "W11": "slow headers and idle connections are the front server's to bound; there is none in this process",
    "W19": "paths are normalised by the proxy in front; tests/sandbox/test_http.py tries those that reach us",
    "W20": "the lock files are audited where packages are installed, not in a test run without a network",
}


async def consented(plane: Plane) -> str:
    interview = plane.interview()
    async with await plane.page(interview, "candidate") as ada:
        await ada.do("consent")
    return interview


# -- C: the shared document and who is where


def test_c02_mutated_updates_are_refused_or_applied_and_the_document_stays_whole() -> None:
    """Truncated, flipped and spliced; the long run is the fuzzer's, this one is 2,000 of them."""
    dice = random.Random(2)
    doc: Doc[Any] = Doc()
    files: Map[Any] = doc.get("files", type=Map)
    files["a.py"] = Text("x = 1\n" * 20)
    good = doc.get_update()
    target = SharedDocument()
    target.apply(good)
    for _ in range(2_000):
        bad = bytearray(good)
        for _ in range(dice.randint(1, 4)):
            bad[dice.randrange(len(bad))] = dice.randrange(256)
        del bad[dice.randint(1, len(bad)) :]
        before = target.files()
        try:
            target.apply(bytes(bad))
        except BadFrame:
            assert target.files() == before


def test_c03_deleted_text_counts_and_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_document, "MAX_HISTORY_BYTES", 20_000)
    doc: Doc[Any] = Doc()
    text: Text = doc.get("summary", type=Text)
    target, updates = SharedDocument(), []
    doc.observe(lambda event: updates.append(event.update))
    for _ in range(30):
        text += "y" * 500
        del text[0:500]
    with pytest.raises(BadFrame, match="history is full"):
        _ = [target.apply(update) for update in [*updates, doc.get_update(), *[updates[0]] * 40]]
    assert target.summary() in ("", "y" * 500)


async def test_c07_who_wrote_is_who_was_connected_whatever_the_update_claims(plane: Plane) -> None:
    """A candidate takes the client id that an interviewer wrote with, and replays what was written."""
    interview = await consented(plane)
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        await grace.do("move_stage", stage="filter")
        await grace.do("co_edit", on=True)
        grace.summary += "from Grace"
        await ada.until(lambda: str(ada.summary) == "from Grace")
        forger: Doc[Any] = Doc(client_id=grace.doc.client_id)
        forger.apply_update(grace.doc.get_update())
        seen = forger.get_state()
        forged: Text = forger.get("summary", type=Text)
        forged += " and not from Grace"
        await ada.socket.send(frames.update(forger.get_update(seen)))
        await ada.socket.send(frames.update(forger.get_update(seen)))
        await ada.do("focus", visible=True)
        await grace.until(lambda: str(grace.summary) == "from Grace and not from Grace")
    authors = [one.author for one in plane.store.log.entries(interview) if one.event.kind == "document"]
    assert authors == ["server", "interviewer", "candidate", "candidate"]


async def test_c08_updates_that_wait_for_ever_are_bounded(
    plane: Plane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_document, "MAX_HISTORY_BYTES", 5_000)
    interview = await consented(plane)
    async with await plane.page(interview, "candidate") as ada:
        for clock in range(1, 2_000, 2):
            pending = b"\x01\x01" + varint(7) + varint(clock) + b"\x84" + varint(7) + varint(clock - 1)
            await ada.socket.send(frames.update(pending + prefixed(b"x" * 50) + b"\x00"))
            if ada.closed is not None:
                break
        assert await ada.close_code() == 4400


async def test_c09_a_flood_of_presence_closes_its_page_alone(plane: Plane) -> None:
    interview = await consented(plane)
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        state = frames.awareness(b"\x01\x05\x01" + prefixed(b"{}"))
        for _ in range(5_000):
            if ada.closed is not None:
                break
            await ada.socket.send(state)
        assert await ada.close_code() == 4400
        await grace.do("add_note", text="still here")


async def test_c10_late_evidence_has_the_servers_time_and_says_that_it_is_late(plane: Plane) -> None:
    interview = await consented(plane)
    doc: Doc[Any] = Doc()
    async with await plane.page(interview, "candidate", doc) as ada:
        await ada.do("focus", visible=True)
    code = doc.get("files", type=Map)["specdec.py"]
    code += "z = 3  # typed offline\n" * 20
    started = time.time_ns() // 1000
    async with (
        await plane.page(interview, "candidate", doc),
        await plane.page(interview, "interviewer") as grace,
    ):
        await grace.until(lambda: any(one["kind"] == "big_insert" for one in grace.view["integrity"]))
        late = next(one for one in grace.view["integrity"] if one["kind"] == "big_insert")
        assert "while reconnecting" in late["detail"]
    last = [one for one in plane.store.log.entries(interview) if one.event.kind == "document"][-1]
    assert last.at_us >= started


# -- W: the web application


async def test_w01_a_link_that_is_only_opened_gives_nothing_away(plane: Plane) -> None:
    interview = plane.interview()
    link = plane.store.interviews.links(interview).candidate
    async with httpx.AsyncClient(base_url=plane.base) as client:
        opened = await client.get(link.removeprefix(plane.base))
        assert "set-cookie" not in opened.headers
        assert opened.headers["referrer-policy"] == "no-referrer"
        assert link.rpartition("/")[2] not in opened.text
        assert (await client.get(f"/api/rooms/{interview}/candidate/materials")).status_code == 401


async def test_w02_a_link_cannot_be_guessed_and_is_stored_as_a_hash(plane: Plane) -> None:
    interview = plane.interview()
    token = plane.store.interviews.links(interview).candidate.rpartition("/")[2]
    assert TOKEN_BYTES * 8 >= 128
    assert len(token) >= 128 // 6
    assert all(token.encode() not in path.read_bytes() for path in plane.settings.data.glob("interviews.db*"))
    seats, seat = plane.store.seats, SeatOf(role="candidate", interview=interview)
    right = seats.cookie_value(seat)
    for wrong in (right[:-1] + "!", "0." + "A" * (len(right) - 2)):
        assert seats.seated("candidate", interview, wrong) is None
    assert seats.seated("candidate", interview, right) == seat


async def test_w09_a_command_that_is_sent_twice_does_nothing_twice(plane: Plane) -> None:
    interview = plane.interview()
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        for _ in range(3):
            await ada.socket.send('{"type":"command","id":7,"name":"consent","args":{}}')
        await ada.do("focus", visible=True)
        for _ in range(2):
            await grace.do("move_stage", stage="filter")
    kinds = [one.event.kind for one in plane.store.log.entries(interview)]
    assert (kinds.count("consented"), kinds.count("stage")) == (1, 1)
    assert [one.seq for one in plane.store.log.entries(interview)] == list(range(1, len(kinds) + 1))


async def test_w10_sockets_and_messages_have_limits(plane: Plane) -> None:
    interview = await consented(plane)
    cookies = await plane.cookies(interview, "candidate")
    pages = [Page(plane.base, interview, "candidate", cookies) for _ in range(11)]
    for page in pages:
        await page.connect()
    assert await pages[-1].close_code() == 4400
    await pages[0].socket.send(b"\x00" * (600 * 1024))
    await pages[0].until(lambda: pages[0].closed is not None)
    assert pages[0].closed in (1009, 4400)
    assert pages[1].socket.response is not None
    assert "sec-websocket-extensions" not in pages[1].socket.response.headers
    for page in pages[1:]:
        await page.socket.close()


async def test_w12_names_are_text_and_never_markup(plane: Plane) -> None:
    evil = '<img src=x onerror="alert(1)">\u202e'
    async with await plane.host() as host:
        body = {"candidate_name": evil, "interviewer_name": "G", "filter_minutes": 15, "probe_minutes": 45}
        made = (await host.post("/api/interviews", json=body)).json()["interview"]
        assert made["candidate_name"] == evil
        answer = await host.get(f"/api/rooms/{made['id']}/report")
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert "'unsafe-inline'" not in re.findall(r"script-src[^;]*", CONTENT_SECURITY_POLICY)[0]


async def test_w13_no_other_page_may_frame_us_or_read_our_answers(plane: Plane) -> None:
    async with await plane.host() as host:
        answer = await host.get("/api/interviews", headers={"origin": "https://evil.example"})
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert answer.headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_w14_what_people_send_cannot_write_lines_into_our_log(
    plane: Plane, caplog: pytest.LogCaptureFixture
) -> None:
    interview = await consented(plane)
    caplog.set_level(logging.DEBUG)
    async with await plane.page(interview, "candidate") as ada:
        forged = "\r\nERROR forged \x1b[31m"
        await ada.socket.send(json.dumps({"type": "command", "id": 1, "name": forged, "args": {}}))
        await ada.socket.send(json.dumps({"type": forged}))
        await ada.close_code()
    ours = [one for one in caplog.records if one.name.startswith("sandbox")]
    assert ours
    assert not any(set("\r\n\x1b") & set(one.getMessage()) for one in ours)


async def test_w15_we_send_nobody_to_another_site(plane: Plane) -> None:
    interview = plane.interview()
    token = plane.store.interviews.links(interview).candidate.rpartition("/")[2]
    async with httpx.AsyncClient(base_url=plane.base) as client:
        joined = await client.post("/api/join", json={"token": token}, headers={"host": "evil.example"})
        assert joined.json()["path"] == f"/room/{interview}"
        for path in ("/?next=//evil.example", "//evil.example/", "/join/x?next=https://evil.example"):
            answer = await client.get(path)
            assert answer.status_code < 300 or answer.status_code >= 400
        foreign = {"origin": "http://evil.example", "host": "evil.example"}
        bound = await client.post("/api/join", json={"token": "x"}, headers=foreign)
        assert bound.status_code == 404, "a name that points at us has none of our cookies"


async def test_w16_there_is_no_default_secret_and_nobody_is_host_by_being_first(plane: Plane) -> None:
    async with httpx.AsyncClient(base_url=plane.base) as client:
        assert (await client.get("/api/interviews")).status_code == 401
    key = plane.settings.data / "seats.key"
    assert key.stat().st_mode & 0o077 == 0
    assert len(bytes.fromhex(key.read_text())) >= 32


def test_w17_the_control_plane_fetches_no_address_that_somebody_names() -> None:
    """Clients of HTTP speak to a sandbox over its socket, or to the endpoints of the operator's own file."""
    sources = Path(TESTS.parents[1] / "sandbox").rglob("*.py")
    clients = re.compile(
        r"^\s*(import|from) (httpx|requests|urllib\.request|aiohttp|websockets\.\w+\.client)\b", re.M
    )
    users = {path.name for path in sources if clients.search(path.read_text())}
    sandboxes = {"jupyter.py", "kernel_channel.py", "shell.py", "safe_socket.py", "sandboxes.py"}
    assert users <= sandboxes | {"courier.py"}


async def test_w18_errors_say_what_to_do_and_nothing_of_the_inside(
    plane: Plane, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError(f"secret in {__file__}")

    monkeypatch.setattr(plane.store.interviews, "list", broken)
    async with await plane.host() as host:
        answer = await host.get("/api/interviews")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert __file__ not in answer.text
    assert set(answer.json()["error"]) == {"code", "message", "hint"}


def test_no_case_is_forgotten() -> None:
    here = {name.split("_")[1].upper() for name in globals() if re.match(r"test_[cw]\d\d_", name)}
    for file, name in ELSEWHERE.values():
        assert f"def {name}(" in (TESTS / f"{file}.py").read_text(), (file, name)
    cases = {f"C{number:02}" for number in range(1, 11)} | {f"W{number:02}" for number in range(1, 21)}
    assert here | set(ELSEWHERE) | set(NOT_HERE) == cases
