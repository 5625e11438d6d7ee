"""The JSON calls: seats, errors in one shape, headers, limits."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx
import pytest

from tests.sandbox.conftest import Plane


def error_of(answer: httpx.Response) -> str:
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "hint"}
    assert all(body["error"].values())
    return str(body["error"]["code"])


async def test_a_link_opens_its_seat_and_no_other(plane: Plane) -> None:
    one, two = plane.interview(), plane.interview()
    seats = {
        "nobody": httpx.Cookies(),
        "candidate": await plane.cookies(one, "candidate"),
        "interviewer": await plane.cookies(one, "interviewer"),
        "other candidate": await plane.cookies(two, "candidate"),
        "other interviewer": await plane.cookies(two, "interviewer"),
        "host": (await plane.host()).cookies,
    }
    may = {
        f"/api/rooms/{one}/candidate/materials": {"candidate"},
        f"/api/rooms/{one}/interviewer/materials": {"interviewer"},
        f"/api/rooms/{one}/report": {"interviewer", "host"},
        f"/api/rooms/{one}/recording": {"interviewer", "host"},
        "/api/interviews": {"host"},
    }
    for seat, cookies in seats.items():
        async with httpx.AsyncClient(base_url=plane.base, cookies=cookies) as client:
            for path, allowed in may.items():
                answer = await client.get(path)
                assert answer.status_code == (200 if seat in allowed else 401), (seat, path)
                if answer.status_code == 401:
                    assert error_of(answer) == "no_seat"


async def test_the_host_makes_an_interview_whose_links_work(plane: Plane) -> None:
    async with await plane.host() as host:
        body = {
            "candidate_name": " Ada ",
            "interviewer_name": "Grace",
            "filter_minutes": 20,
            "probe_minutes": 50,
        }
        made = await host.post("/api/interviews", json=body)
        assert made.status_code == 201
        summary, links = made.json()["interview"], made.json()["links"]
        assert (summary["candidate_name"], summary["stage"], summary["report"]) == ("Ada", "lobby", False)
        assert (await host.get("/api/interviews")).json()["interviews"] == [summary]
        token = links["interviewer"].rpartition("/")[2]
        joined = await host.post("/api/join", json={"token": token})
        assert joined.json() == {
            "role": "interviewer",
            "interview": summary["id"],
            "path": f"/room/{summary['id']}/interviewer",
        }
        cookie = joined.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert token not in cookie
        materials = (await host.get(f"/api/rooms/{summary['id']}/interviewer/materials")).json()
        assert (materials["filter"]["minutes"], materials["probe"]["minutes"]) == (20, 50)


@pytest.mark.parametrize(
    "change",
    [
        {"candidate_name": ""},
        {"candidate_name": "x" * 81},
        {"filter_minutes": 4},
        {"probe_minutes": "x"},
        {"role": 1},
    ],
)
async def test_a_form_that_does_not_fit_is_explained(plane: Plane, change: dict[str, object]) -> None:
    body = {
        "candidate_name": "A",
        "interviewer_name": "B",
        "filter_minutes": 15,
        "probe_minutes": 45,
    } | change
    async with await plane.host() as host:
        answer = await host.post("/api/interviews", json=body)
        assert answer.status_code == 422
        assert error_of(answer) == "invalid"
        assert next(iter(change)) in answer.json()["error"]["message"]


async def test_a_link_that_is_unknown_and_one_of_an_interview_that_is_over(plane: Plane) -> None:
    interview = plane.interview()
    async with await plane.page(interview, "interviewer") as grace:
        await grace.do("move_stage", stage="finished")
    links = plane.store.interviews.links(interview)
    async with httpx.AsyncClient(base_url=plane.base) as client:
        for link, status, code in (
            ("/join/nothing", 404, "link_unknown"),
            (links.candidate, 200, ""),
            (links.interviewer, 200, ""),
        ):
            answer = await client.post("/api/join", json={"token": link.rpartition("/")[2]})
            assert answer.status_code == status
            assert not code or error_of(answer) == code
            if link == links.candidate:
                assert answer.json()["path"] == f"/mine/{interview}"


async def test_guessing_links_is_slowed_down(plane: Plane) -> None:
    async with httpx.AsyncClient(base_url=plane.base) as client:
        codes = [(await client.post("/api/join", json={"token": "guess"})).status_code for _ in range(40)]
    assert codes[0] == 404
    assert codes[-1] == 429


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"origin": "http://evil.example", "content-type": "application/json"}, b"{}", 403),
        ({"sec-fetch-site": "cross-site", "content-type": "application/json"}, b"{}", 403),
        ({"content-type": "text/plain"}, b"{}", 415),
        ({"content-type": "application/json"}, b" " * 70_000, 413),
        ({"content-type": "application/json"}, b"{", 422),
    ],
)
async def test_writes_from_elsewhere_or_of_another_kind_are_refused(
    plane: Plane, headers: dict[str, str], content: bytes, status: int
) -> None:
    async with httpx.AsyncClient(base_url=plane.base) as client:
        answer = await client.post("/api/join", content=content, headers=headers)
    assert answer.status_code == status
    error_of(answer)


async def test_every_answer_carries_the_security_headers(plane: Plane) -> None:
    async with httpx.AsyncClient(base_url=plane.base) as client:
        for path in ("/", "/api/health", "/api/nothing", "/room/x"):
            headers = (await client.get(path)).headers
            assert "script-src 'self';" in headers["content-security-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["x-content-type-options"] == "nosniff"
        assert (await client.get("/api/health")).headers["cache-control"] == "no-store"
        assert error_of(await client.get("/api/nothing")) == "unknown"


def build(assets: Path) -> None:
    """Three files as a build names them, one of them packed too."""
    assets.mkdir(parents=True)
    for name in ("lintWorker-Ab_1.js", "lintWorkers.js", "code-Ab_1.wasm"):
        (assets / name).write_bytes(b"plain")
    (assets / "code-Ab_1.wasm.gz").write_bytes(gzip.compress(b"plain"))


async def test_only_the_checkers_worker_may_compile_and_a_packed_file_is_sent_to_who_takes_it(
    plane: Plane,
) -> None:
    build(plane.settings.static / "assets")
    async with httpx.AsyncClient(base_url=plane.base) as client:
        worker = await client.get("/assets/lintWorker-Ab_1.js")
        assert "'wasm-unsafe-eval'" in worker.headers["content-security-policy"]
        for path in ("/assets/lintWorkers.js", "/assets/code-Ab_1.wasm", "/"):
            assert "wasm" not in (await client.get(path)).headers["content-security-policy"]
        packed = await client.get("/assets/code-Ab_1.wasm")
        assert packed.content == b"plain"
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.headers["content-type"] == "application/wasm"
        plain = await client.get("/assets/code-Ab_1.wasm", headers={"accept-encoding": "identity"})
        assert plain.content == b"plain"
        assert "content-encoding" not in plain.headers


async def test_pages_come_from_the_built_folder_and_from_nowhere_else(plane: Plane) -> None:
    static: Path = plane.settings.static
    async with httpx.AsyncClient(base_url=plane.base) as client:
        not_built = await client.get("/room/abc")
        assert not_built.status_code == 503
        assert "npm run build" in not_built.text
        static.joinpath("assets").mkdir(parents=True)
        static.joinpath("index.html").write_text("<!doctype html>page")
        static.joinpath("assets", "a-1.js").write_text("1")
        assert (await client.get("/room/abc/interviewer")).text == "<!doctype html>page"
        asset = await client.get("/assets/a-1.js")
        assert asset.text == "1"
        assert "immutable" in asset.headers["cache-control"]
        assert (await client.get("/assets/none.js")).status_code == 404
        for path in (
            "/..%2fseats.key",
            "/%2e%2e/seats.key",
            "/assets/..%2f..%2fseats.key",
            "//etc/passwd",
            "/a%00b",
        ):
            answer = await client.get(path)
            assert answer.text == "<!doctype html>page" or answer.status_code == 404
