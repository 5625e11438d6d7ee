"""The short way of a room's frames: the same bytes as the library's, however they arrive."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uvicorn.protocols.utils import ClientDisconnected
from websockets.frames import Frame, Opcode

from sandbox.rooms import frames
from sandbox.rooms.connection import Close, Connection
from sandbox.rooms.lib0 import prefixed
from sandbox.rooms.sealing import Sealed, seal
from sandbox.web.websocket import MAX_FRAME, Channel, RoomProtocol
from tests.sandbox.conftest import Plane
from tests.sandbox.page import Page

AWARENESS = frames.awareness(b"\x01\x05\x01" + prefixed(b'{"file":"specdec.py"}'))


@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=300), st.sampled_from([b"x" * 65_535, b"x" * 65_536]))
)
def test_a_sealed_message_is_the_librarys_frame(message: bytes | str) -> None:
    if isinstance(message, str):
        message = message.encode("utf-8", "ignore").decode()
    opcode = Opcode.TEXT if isinstance(message, str) else Opcode.BINARY
    data = message.encode() if isinstance(message, str) else message
    assert seal(message) == Frame(opcode, data).serialize(mask=False)


def masked(message: bytes, opcode: Opcode = Opcode.BINARY) -> bytes:
    return Frame(opcode, message).serialize(mask=True)


async def heard(plane: Plane, *pieces: bytes) -> None:
    """The others hear an awareness message whose bytes the candidate's page sends in these pieces."""
    interview = plane.interview()
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        for piece in pieces:
            ada.socket.transport.write(piece)
            await asyncio.sleep(0.02)
        await grace.until(lambda: any(b"specdec.py" in states for states in grace.awareness))


@pytest.mark.parametrize("at", [1, 2, 5, 6, 20])
async def test_a_frame_may_arrive_in_pieces(plane: Plane, at: int) -> None:
    frame = masked(AWARENESS)
    await heard(plane, frame[:at], frame[at:])


async def test_a_long_frame_may_be_cut_in_its_length(plane: Plane) -> None:
    padded = frames.awareness(b"\x01\x05\x01" + prefixed(b'{"file":"specdec.py"' + b" " * 200 + b"}"))
    frame = masked(padded)
    await heard(plane, frame[:3], frame[3:])


async def test_several_frames_may_arrive_at_once_and_a_ping_between_them(plane: Plane) -> None:
    question, last = masked(frames.step_1(b"\0")), masked(AWARENESS)
    await heard(plane, question + masked(b"hello", Opcode.PING) + question + last[:4], last[4:])


async def test_a_message_may_come_in_fragments(plane: Plane) -> None:
    parts = (Opcode.BINARY, AWARENESS[:7], False), (Opcode.CONT, AWARENESS[7:], True)
    await heard(plane, *(Frame(opcode, data, fin=fin).serialize(mask=True) for opcode, data, fin in parts))


async def closed_with(plane: Plane, *pieces: bytes) -> int:
    async with await plane.page(plane.interview(), "candidate") as ada:
        for piece in pieces:
            ada.socket.transport.write(piece)
        return await ada.close_code()


async def test_what_is_too_long_is_refused_by_its_header(plane: Plane) -> None:
    header = bytes((0x82, 0xFF)) + (MAX_FRAME + 1).to_bytes(8, "big") + b"mask"
    assert await closed_with(plane, header) == 1009


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (Frame(Opcode.BINARY, b"unmasked").serialize(mask=False), 1002),
        (bytes((0xC2, 0x80)) + b"mask", 1002),  # a reserved bit
        (masked(b"\xff\xfe", Opcode.TEXT), 1007),
        (Frame(Opcode.CONT, b"of nothing").serialize(mask=True), 1002),
        (masked(b"\x63"), 4400),
    ],
    ids=["unmasked", "a reserved bit", "no UTF-8", "a continuation of nothing", "an unknown kind"],
)
async def test_what_breaks_the_rules_closes_the_page(plane: Plane, frame: bytes, code: int) -> None:
    assert await closed_with(plane, frame) == code


async def test_a_page_that_is_cut_off_before_it_has_read_why_is_no_failure_of_ours() -> None:
    async def send(_message: object) -> None:
        raise ClientDisconnected

    protocol = SimpleNamespace(
        send=send,
        close_sent=False,
        disconnected=False,
        tasks=set(),
        loop=asyncio.get_running_loop(),
        transport=asyncio.Transport(),
    )
    Channel(cast("RoomProtocol", protocol)).close(Close(4409, "too slow"))
    (told,) = protocol.tasks
    await told


async def test_a_page_that_leaves_is_let_go(plane: Plane) -> None:
    interview = plane.interview()
    async with await plane.page(interview, "interviewer") as grace:
        ada: Page = await plane.page(interview, "candidate")
        async with ada:
            await grace.until(lambda: grace.view["people"][0]["online"])
        await grace.until(lambda: not grace.view["people"][0]["online"])
    assert ada.closed == 1000


# -- what waits for a page


class Slow:
    """An outlet that stands still when it is told to."""

    def __init__(self) -> None:
        self.writable = True
        self.written: list[bytes] = []
        self.closed: Close | None = None

    def write(self, frame: Sealed) -> None:
        self.written.append(frame)

    def close(self, why: Close) -> None:
        self.closed = why


def test_frames_wait_in_order_while_the_page_does_not_read() -> None:
    outlet = Slow()
    page = Connection("interviewer", "Grace", outlet=outlet)
    page.post(b"1")
    outlet.writable = False
    page.post(b"2")
    page.post("3")
    assert outlet.written == [seal(b"1")]
    outlet.writable = True
    page.resume()
    page.post(b"4")
    assert outlet.written == [seal(b"1"), seal(b"2"), seal("3"), seal(b"4")]


def test_a_page_that_does_not_read_is_closed_and_what_waited_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.rooms.connection.MAX_WAITING_FRAMES", 3)
    outlet = Slow()
    page = Connection("interviewer", "Grace", outlet=outlet)
    outlet.writable = False
    for _ in range(4):
        page.post(b"x")
    assert outlet.closed == Close(4409, "too slow; reconnect to resume")
    outlet.writable = True
    page.resume()
    assert outlet.written == []
