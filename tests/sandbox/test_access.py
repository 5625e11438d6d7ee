"""Who may call, enter and ask what: every cell of routes x seats, sockets x seats and commands x roles.

The rows come from the application itself, so a call or a command that is new fails here until somebody has
decided whose it is (W04, W05). What is expected stands in this file, and not in the code under test.
"""

from __future__ import annotations

import re
from typing import Any, cast

import httpx
import pytest
import websockets

from sandbox.core import commands as cmd
from sandbox.web.api import make_api
from sandbox.web.security import JoinLimit
from tests.sandbox.conftest import Plane
from tests.sandbox.page import Page

PANEL = {"interviewer", "second interviewer", "host"}
EVERYBODY = (
    {"nobody", "candidate", "watcher", "removed", "candidate of another", "host"}
    | PANEL
    | {f"{role} of another" for role in ("interviewer", "second interviewer", "watcher")}
)
ROUTES: dict[str, set[str]] = {
    "GET /api/health": EVERYBODY,
    "POST /api/join": EVERYBODY,
    "GET /api/batch-pressure": EVERYBODY,
    "GET /api/interviews": {"host"},
    "POST /api/interviews": {"host"},
    "GET /api/interviews.csv": {"host"},
    "GET /api/calibration": {"host"},
    "POST /api/impact": {"host"},
    "GET /api/hosting": {"host"},
    "GET /api/rooms/{interview}/candidate/materials": {"candidate"},
    "GET /api/rooms/{interview}/interviewer/materials": {"interviewer", "second interviewer"},
    "GET /api/rooms/{interview}/watcher/materials": {"watcher"},
    "GET /api/rooms/{interview}/report": PANEL,
    "GET /api/rooms/{interview}/report.html": PANEL,
    "GET /api/rooms/{interview}/report.pdf": PANEL,
    "GET /api/rooms/{interview}/report.json": PANEL,
    "POST /api/rooms/{interview}/decision": PANEL,
    "GET /api/greenhouse/list_tests": set(),
    "POST /api/greenhouse/send_test": set(),
    "GET /api/greenhouse/test_status": set(),
    "POST /api/greenhouse/response_error": set(),
    "GET /api/rooms/{interview}/deliveries": PANEL,
    "POST /api/rooms/{interview}/deliveries/{delivery}/again": PANEL,
    "GET /api/rooms/{interview}/recording": PANEL,
    "GET /api/rooms/{interview}/mine": {"candidate"},
    "GET /api/rooms/{interview}/mine/data.zip": {"candidate"},
    "GET /api/rooms/{interview}/mine/explanation.html": {"candidate"},
    "POST /api/rooms/{interview}/mine/deletion": {"candidate"},
    "POST /api/rooms/{interview}/contest": {"candidate"},
    "POST /api/rooms/{interview}/contest/answer": PANEL,
    "POST /api/rooms/{interview}/delete": {"host"},
    "GET /api/rooms/{interview}/judgements/{number}/scorecard": PANEL,
    "GET /api/rooms/{interview}/judgements/{number}/record": PANEL,
    "GET /api/rooms/{interview}/panel": PANEL,
    "POST /api/rooms/{interview}/panel": PANEL,
    "POST /api/rooms/{interview}/panel/{member}/remove": PANEL,
    "GET /api/rooms/{interview}/accommodations": PANEL,
    "POST /api/rooms/{interview}/accommodations": PANEL,
}
BODIES: dict[str, Any] = {
    "POST /api/join": {"token": "guess"},
    "POST /api/interviews": {
        "candidate_name": "A",
        "interviewer_name": "B",
        "filter_minutes": 15,
        "probe_minutes": 45,
    },
    "POST /api/impact": {"csv": "x"},
    "POST /api/greenhouse/send_test": {},
    "POST /api/greenhouse/response_error": {},
    "POST /api/rooms/{interview}/decision": {"outcome": "stop", "reason": "r", "name": "n"},
    "POST /api/rooms/{interview}/deliveries/{delivery}/again": {},
    "POST /api/rooms/{interview}/mine/deletion": {},
    "POST /api/rooms/{interview}/contest": {"text": "t"},
    "POST /api/rooms/{interview}/contest/answer": {"text": "t", "name": "n"},
    "POST /api/rooms/{interview}/delete": {"reason": "", "name": "n"},
    "POST /api/rooms/{interview}/panel": {"name": "x", "role": "watcher"},
    "POST /api/rooms/{interview}/panel/{member}/remove": {},
    "POST /api/rooms/{interview}/accommodations": {"time_percent": 125},
}
UNKNOWN = "ffffffffffff"
ENDS_TOGETHER = {"co_edit", "focus_block", "move_stage", "submit"}
TOGETHER = {"interviewer": {"terminal_type"}, "candidate": set[str](), "watcher": set[str]()}
"""Commands that a role has besides its own while the room edits together."""

COMMANDS: dict[str, tuple[set[str], dict[str, Any]]] = {
    "consent": ({"candidate"}, {}),
    "run": ({"candidate"}, {"path": "specdec.py", "line": None}),
    "interrupt": ({"candidate"}, {}),
    "restart": ({"candidate"}, {}),
    "tests": ({"candidate"}, {}),
    "bench": ({"candidate"}, {}),
    "complete": ({"candidate"}, {"code": "", "cursor": 0}),
    "inspect": ({"candidate"}, {"code": "", "cursor": 0}),
    "terminal_open": ({"candidate"}, {"rows": 24, "columns": 80}),
    "terminal_type": ({"candidate"}, {"text": "ls"}),
    "terminal_resize": ({"candidate"}, {"rows": 24, "columns": 80}),
    "terminal_close": ({"candidate"}, {}),
    "submit": ({"candidate"}, {}),
    "paste": ({"candidate"}, {"where": "specdec.py", "characters": 1}),
    "input_method": ({"candidate"}, {"where": "specdec.py", "characters": 1}),
    "focus": ({"candidate"}, {"visible": True}),
    "ask_focus_block": ({"candidate"}, {"minutes": 5}),
    "end_focus_block": ({"candidate", "interviewer"}, {}),
    "say": ({"candidate", "interviewer"}, {"text": "hello"}),
    "focus_block": ({"interviewer"}, {"minutes": 5}),
    "co_edit": ({"interviewer"}, {"on": False}),
    "move_stage": ({"interviewer"}, {"stage": "lobby"}),
    "clock": ({"interviewer"}, {"action": "start"}),
    "add_note": ({"interviewer"}, {"text": "n"}),
    "edit_note": ({"interviewer"}, {"note": 1, "text": "n"}),
    "tick": ({"interviewer"}, {"finding": "engineering-basic", "on": True}),
    "mark": ({"interviewer"}, {"axis": "research", "score": 1, "reason": "r"}),
    "judge_now": ({"interviewer"}, {"budget": "quick"}),
}


def routes() -> set[str]:
    """Of the application, with each role and file that a path may name."""
    found: set[str] = set()
    for route in make_api(cast("Any", None), JoinLimit()).routes:
        for method in cast("Any", route).methods:
            paths = [f"{method} {cast('Any', route).path}"]
            for name, values in {
                "{role}": ("candidate", "interviewer", "watcher"),
                "{file}": ("scorecard", "record"),
                "{form}": ("html", "pdf", "json"),
            }.items():
                paths = [path.replace(name, value) for path in paths for value in values]
            found |= set(paths)
    return found


async def seats(plane: Plane, interview: str) -> dict[str, httpx.Cookies]:
    """One of every kind that can be had, and of none."""
    other = plane.interview()
    found = {"nobody": httpx.Cookies(), "host": (await plane.host()).cookies}
    for at, of in ((interview, ""), (other, " of another")):
        found[f"candidate{of}"] = await plane.cookies(at, "candidate")
        found[f"interviewer{of}"] = await plane.cookies(at, "interviewer")
        found[f"second interviewer{of}"] = await plane.invite(at, "interviewer", "Edsger")
        found[f"watcher{of}"] = await plane.invite(at, "watcher", "Barbara")
    found["removed"] = await plane.invite(interview, "interviewer", "Removed")
    async with await plane.host() as host:
        path = f"/api/rooms/{interview}/panel/3/remove"
        assert (await host.post(path, json={})).status_code == 200
    return found


def test_every_route_and_every_command_has_somebody_to_decide_whose_it_is() -> None:
    assert routes() == set(ROUTES)
    assert set(COMMANDS) == cmd.NAMES


async def test_every_route_is_open_to_its_seats_and_to_no_others(plane: Plane) -> None:
    interview = plane.interview()
    everybody = await seats(plane, interview)
    assert set(everybody) == EVERYBODY
    for seat, cookies in everybody.items():
        # Without a limit of its own: a PDF takes a busy host a while.
        async with httpx.AsyncClient(base_url=plane.base, cookies=cookies, timeout=None) as client:
            for call, may in ROUTES.items():
                method, _, path = call.partition(" ")
                path = path.format(interview=interview, number=1, member=9, delivery="msg_1")
                answer = await client.request(method, path, json=BODIES.get(call))
                assert (answer.status_code != 401) == (seat in may), (seat, call, answer.text)
                if answer.status_code == 401 and call.endswith(("report", "panel")):
                    nowhere = await client.request(
                        method, path.replace(interview, UNKNOWN), json=BODIES.get(call)
                    )
                    assert nowhere.content == answer.content, "it says whether there is such an interview"


async def test_every_room_is_open_to_its_seats_and_to_no_others(plane: Plane) -> None:
    interview = plane.interview()
    ws = plane.base.replace("http", "ws")
    may = {
        "candidate": {"candidate"},
        "interviewer": {"interviewer", "second interviewer"},
        "watcher": {"watcher"},
    }
    for seat, cookies in (await seats(plane, interview)).items():
        header = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        for role, allowed in may.items():
            url = f"{ws}/ws/{interview}/{role}"
            async with websockets.connect(url, origin=plane.base, additional_headers=header) as socket:
                if seat in allowed:
                    assert await socket.recv()
                else:
                    await socket.wait_closed()
                    assert socket.close_code == 4401, (seat, role)


@pytest.mark.parametrize("role", ["candidate", "interviewer", "second interviewer", "watcher"])
async def test_every_command_is_for_its_roles_and_for_no_others(plane: Plane, role: str) -> None:
    interview = plane.interview()
    kind = role.removeprefix("second ")
    if role in ("candidate", "interviewer"):
        cookies = await plane.cookies(interview, role)
    else:
        cookies = await plane.invite(interview, cast("Any", kind), "Edsger")
    async with Page(plane.base, interview, kind, cookies) as page:
        for name, (may, arguments) in COMMANDS.items():
            answer = await page.ask(name, **arguments)
            refused = answer.get("message") == f"That is not for the {kind}."
            assert refused == (kind not in may), (role, name, answer)


@pytest.mark.parametrize("role", ["candidate", "interviewer", "watcher"])
async def test_editing_together_opens_what_stands_in_the_table_and_nothing_else(
    plane: Plane, role: str
) -> None:
    interview = plane.interview()
    cookies = (
        await plane.invite(interview, "watcher", "Barbara")
        if role == "watcher"
        else await plane.cookies(interview, role)
    )
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
        Page(plane.base, interview, role, cookies) as page,
    ):
        await ada.do("consent")
        for stage in ("filter", "probe"):
            await grace.do("move_stage", stage=stage)
        await grace.do("co_edit", on=True)
        for name, (may, arguments) in COMMANDS.items():
            if name in ENDS_TOGETHER:
                continue
            answer = await page.ask(name, **arguments)
            refused = answer.get("message") == f"That is not for the {role}."
            assert refused == (role not in may and name not in TOGETHER[role]), (role, name, answer)


async def test_a_watcher_can_write_nothing_at_all(plane: Plane) -> None:
    interview = plane.interview()
    async with await plane.page(interview, "candidate") as ada:
        await ada.do("consent")
        cookies = await plane.invite(interview, "watcher", "Barbara")
        async with Page(plane.base, interview, "watcher", cookies) as barbara:
            before = ada.doc.get_state()
            barbara.summary += "hacked"
            assert await barbara.close_code() == 4400
        await ada.do("focus", visible=True)
        assert ada.doc.get_state() == before
        assert ada.awareness == []


async def test_a_seat_that_is_taken_back_is_put_out_at_once_and_its_link_is_over(plane: Plane) -> None:
    interview = plane.interview()
    cookies = await plane.invite(interview, "interviewer", "Edsger")
    async with Page(plane.base, interview, "interviewer", cookies) as edsger, await plane.host() as host:
        panel = (await host.get(f"/api/rooms/{interview}/panel")).json()["panel"]
        link = panel[1]["link"]
        assert (await host.post(f"/api/rooms/{interview}/panel/1/remove", json={})).status_code == 200
        assert await edsger.close_code() == 4401
        again = await host.post("/api/join", json={"token": link.rpartition("/")[2]})
        assert again.status_code == 410


async def test_a_cookie_names_its_member_and_proves_it(plane: Plane) -> None:
    interview = plane.interview()
    cookies = await plane.invite(interview, "interviewer", "Edsger")
    name, value = next(iter(cookies.items()))
    secret = value.partition(".")[2]
    assert re.fullmatch(r"1\.[\w-]{32}", value)
    for forged in (f"0.{secret}", f"2.{secret}", f"01.{secret}", secret, f"1.{secret}x", "1.", "."):
        forgery = httpx.Cookies({name: forged})
        async with httpx.AsyncClient(base_url=plane.base, cookies=forgery) as client:
            assert (await client.get(f"/api/rooms/{interview}/report")).status_code == 401
