"""Greenhouse sends an interview to a candidate, is told that it is decided, and reads how it went."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from sandbox.core.outbound import Greenhouse
from tests.sandbox.conftest import Plane, serve
from tests.sandbox.receiver import Receiver, receive
from tests.sandbox.test_deliveries import decided

KEY = ("gh-key", "")


@pytest_asyncio.fixture
async def greenhouse() -> AsyncIterator[Receiver]:
    async with receive() as running:
        yield running


@pytest_asyncio.fixture
async def plane(tmp_path: Path, challenges: Path, greenhouse: Receiver) -> AsyncIterator[Plane]:
    endpoint = Greenhouse(name="gh", url=greenhouse.base, api_key="gh-key", interviewer="Grace")
    async with serve(tmp_path / "data", challenges, endpoints=(endpoint,)) as running:
        yield running


def send_test(url: str, test: str, **candidate: str) -> dict[str, Any]:
    """As its documentation has it."""
    return {
        "partner_test_id": test,
        "candidate": {
            "first_name": "Ada",
            "last_name": "Lovelace",
            "resume_url": "https://example.com/resume",
            "phone_number": "123-456-7890",
            "email": "ada@example.com",
            "greenhouse_profile_url": "https://app.greenhouse.io/people/1?application_id=2",
        }
        | candidate,
        "url": url,
    }


async def test_a_candidate_goes_from_greenhouse_through_the_interview_and_back(
    plane: Plane, greenhouse: Receiver
) -> None:
    async with httpx.AsyncClient(base_url=f"{plane.base}/api/greenhouse", auth=KEY) as client:
        (test,) = (await client.get("/list_tests")).json()
        assert set(test) == {"partner_test_id", "partner_test_name"}
        url = f"{greenhouse.base}/integrations/testing_partners/take_home_tests/12345"
        sent = await client.post("/send_test", json=send_test(url, test["partner_test_id"]))
        interview = sent.json()["partner_interview_id"]
        assert sent.json() == {"partner_interview_id": interview}
        again = await client.post("/send_test", json=send_test(url, test["partner_test_id"]))
        assert again.json() == sent.json(), "asked again, it is the same interview"
        state = plane.store.interviews.get(interview)
        assert (state.candidate_name, state.interviewer_name) == ("Ada Lovelace", "Grace")

        asked = {"partner_interview_id": interview}
        assert (await client.get("/test_status", params=asked)).json() == {"partner_status": "lobby"}
        plane.interview = lambda: interview  # type: ignore[method-assign]
        await decided(plane)
        await greenhouse.until(1)
        (patch,) = greenhouse.came
        assert (patch.method, greenhouse.base + patch.path, patch.body) == ("PATCH", url, b"")
        assert patch.headers["authorization"] == "Basic Z2gta2V5Og=="
        status = (await client.get("/test_status", params=asked)).json()
        assert set(status) == {"partner_status", "partner_profile_url", "partner_score", "metadata"}
        assert (status["partner_status"], status["partner_score"]) == ("complete", 3)
        assert status["partner_profile_url"] == f"{plane.base}/report/{interview}"
        assert {type(one) for one in status["metadata"].values()} == {str}, "not nested"
        assert (status["metadata"]["Decision"], status["metadata"]["Decided by"]) == ("stop", "Grace")

        error = {"api_call": "test_status", "errors": ["no"], "partner_test_id": 1, "partner_interview_id": 2}
        assert (await client.post("/response_error", json=error)).status_code == 200


@pytest.mark.parametrize("auth", [None, ("", ""), ("gh-kez", ""), ("gh-key", "x"), ("gh-key:", "")])
async def test_nobody_gets_in_without_the_key(plane: Plane, auth: tuple[str, str] | None) -> None:
    async with httpx.AsyncClient(base_url=f"{plane.base}/api/greenhouse", auth=auth) as client:
        answer = await client.get("/list_tests")
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "no_key")


async def test_the_key_opens_only_what_came_from_greenhouse(plane: Plane, greenhouse: Receiver) -> None:
    other = plane.interview()
    slug = plane.store.catalogue.probe.challenge.slug
    async with httpx.AsyncClient(base_url=f"{plane.base}/api/greenhouse", auth=KEY) as client:
        hidden = await client.get("/test_status", params={"partner_interview_id": other})
        unknown = await client.get("/test_status", params={"partner_interview_id": "ffffffffffff"})
        assert (hidden.status_code, hidden.content) == (404, unknown.content)
        elsewhere = await client.post("/send_test", json=send_test("https://evil.example/x", slug))
        assert (elsewhere.status_code, elsewhere.json()["error"]["code"]) == (422, "bad_url")
        untested = await client.post("/send_test", json=send_test(f"{greenhouse.base}/x", "another"))
        assert (untested.status_code, untested.json()["error"]["code"]) == (422, "no_test")
        long = await client.post(
            "/send_test", json=send_test(f"{greenhouse.base}/x", slug, first_name="A" * 41)
        )
        assert long.status_code == 422
        assert len(plane.store.interviews.list()) == 1
