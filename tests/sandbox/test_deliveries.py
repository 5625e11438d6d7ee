"""What was decided reaches others at least once, in the shape they document, and is never sent on by mistake.

The receiver is a real server; the database is real. Only the clock is the test's, where hours have to pass.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import shutil
import ssl
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from sandbox.adapters.courier import MAX_BODY, HttpCourier
from sandbox.core.outbound import Ashby, Endpoint, Greenhouse, Lever, Webhook
from sandbox.core.retries import STEPS_S
from sandbox.ports import Request
from sandbox.service.outbound import DeliveryView, Outbound
from sandbox.store.outbox import Outbox
from tests.sandbox.conftest import Plane, serve
from tests.sandbox.receiver import Came, Receiver, receive, status
from tests.sandbox.test_decision import decide, finished, mark

KEY = b"0123456789abcdef0123456789abcdef"


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receive() as running:
        yield running


def webhook(receiver: Receiver, name: str = "bot") -> Webhook:
    return Webhook(name=name, url=f"{receiver.base}/hook", key=KEY)


async def decided(plane: Plane, outcome: str = "stop") -> str:
    """An interview with a decision, made as a person makes it."""
    interview = await finished(plane)
    async with await plane.page(interview, "interviewer") as grace:
        await mark(grace, 1, 2)
    made = await decide(
        plane, interview, await plane.cookies(interview, "interviewer"), outcome=outcome, reason="Law broken."
    )
    assert made.status_code == 200, made.text
    return interview


async def deliveries(plane: Plane, interview: str) -> list[dict[str, Any]]:
    async with await plane.host() as host:
        answer = await host.get(f"/api/rooms/{interview}/deliveries")
        found: list[dict[str, Any]] = answer.json()["deliveries"]
        return found


def verify(came: Came) -> dict[str, Any]:
    """As a receiver would, from the standard's text: raises unless it is genuine and fresh."""
    sent_at = came.headers["webhook-timestamp"]
    assert abs(time.time() - int(sent_at)) < 300
    signed = came.headers["webhook-id"].encode() + b"." + sent_at.encode() + b"." + came.body
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert came.headers["webhook-signature"].split(" ") == [f"v1,{expected}"]
    said: dict[str, Any] = json.loads(came.body)
    assert set(said) == {"type", "timestamp", "data"}
    return said


class Post:
    """The outbound service over a plane's database, with a clock that the test moves."""

    def __init__(self, plane: Plane, *endpoints: Endpoint, at_us: int = 0, timeout_s: float = 5.0) -> None:
        self.at_us = at_us
        store = plane.store
        self.outbound = Outbound(
            endpoints,
            outbox=Outbox(store.engine),
            log=store.log,
            interviews=store.interviews,
            courier=HttpCourier(timeout_s=timeout_s),
            now_us=lambda: self.at_us,
        )
        self.outbound.start()

    async def work(self) -> None:
        await self.outbound.file()
        await self.outbound.send_due()

    def one(self, interview: str) -> DeliveryView:
        (delivery,) = self.outbound.shown(interview)
        return delivery

    def wait(self, interview: str) -> float:
        """Let the time pass until the next attempt is due; how long that is, seconds."""
        due_us = self.one(interview).due_at * 1000
        waited = (due_us - self.at_us) / 1e6
        self.at_us = due_us
        return waited


async def test_a_decision_is_told_at_once_and_signed(
    tmp_path: Path, challenges: Path, receiver: Receiver
) -> None:
    async with serve(tmp_path / "data", challenges, endpoints=(webhook(receiver),)) as plane:
        interview = await decided(plane)
        await receiver.until(1)
        said = verify(receiver.came[0])
        assert (said["type"], said["data"]["interview"], said["data"]["candidate"]) == (
            "interview.decided",
            interview,
            "Ada",
        )
        assert (said["data"]["outcome"], said["data"]["decided_by"], said["data"]["total"]) == (
            "stop",
            "Grace",
            3,
        )
        assert said["data"]["report_url"] == f"{plane.base}/report/{interview}"


async def test_what_was_delivered_is_not_delivered_again_after_a_restart(
    tmp_path: Path, challenges: Path, receiver: Receiver
) -> None:
    async with serve(tmp_path / "data", challenges, endpoints=(webhook(receiver),)) as plane:
        first = await decided(plane)
        await receiver.until(1)
        while (await deliveries(plane, first))[0]["state"] == "waiting":
            continue
    async with serve(tmp_path / "data", challenges, endpoints=(webhook(receiver),)) as plane:
        second = await decided(plane)
        await receiver.until(2)
        assert [verify(one)["data"]["interview"] for one in receiver.came] == [first, second]
        (delivery,) = await deliveries(plane, first)
        assert (delivery["state"], [one["status"] for one in delivery["attempts"]]) == ("delivered", [200])


async def test_what_failed_outlives_a_restart_and_can_be_sent_again_by_hand(
    tmp_path: Path, challenges: Path, receiver: Receiver
) -> None:
    receiver.answers = [status("503 Busy")]
    async with serve(tmp_path / "data", challenges, endpoints=(webhook(receiver),)) as plane:
        interview = await decided(plane)
        await receiver.until(1)
    async with (
        serve(tmp_path / "data", challenges, endpoints=(webhook(receiver),)) as plane,
        await plane.host() as host,
    ):
        (delivery,) = await deliveries(plane, interview)
        again = f"/api/rooms/{interview}/deliveries/{delivery['id']}/again"
        assert (await host.post(again, json={})).status_code == 200
        await receiver.until(2)
        assert (
            receiver.came[0].headers["webhook-id"] == receiver.came[1].headers["webhook-id"] == delivery["id"]
        )
        verify(receiver.came[1])
        other = plane.interview()
        elsewhere = await host.post(f"/api/rooms/{other}/deliveries/{delivery['id']}/again", json={})
        assert elsewhere.status_code == 404


async def test_errors_and_silence_are_tried_again_at_growing_distances_until_it_is_taken(
    plane: Plane, receiver: Receiver
) -> None:
    receiver.answers = [status("500 Oops"), None, status("503 Busy")]
    interview = await decided(plane)
    post = Post(plane, webhook(receiver), timeout_s=0.3)
    waited = []
    for _ in range(3):
        await post.work()
        assert post.one(interview).state == "waiting"
        before = len(receiver.came)
        await post.work()
        assert len(receiver.came) == before, "it is not due yet"
        waited.append(post.wait(interview))
    await post.work()
    delivery = post.one(interview)
    assert delivery.state == "delivered"
    assert [one.status for one in delivery.attempts] == [500, None, 503, 200]
    assert delivery.attempts[1].reason == "no answer within 0.3 s"
    assert all(step <= wait <= 1.2 * step + 0.1 for step, wait in zip(STEPS_S, waited, strict=False))
    assert len({one.headers["webhook-id"] for one in receiver.came}) == 1
    post.at_us += 10**12
    await post.work()
    assert len(receiver.came) == 4


async def test_it_is_given_up_after_the_last_step(plane: Plane, receiver: Receiver) -> None:
    receiver.usual = status("500 Oops")
    interview = await decided(plane)
    post = Post(plane, webhook(receiver))
    await post.work()
    while post.one(interview).state == "waiting":
        post.wait(interview)
        await post.work()
    assert post.one(interview).state == "gave_up"
    assert len(receiver.came) == len(STEPS_S) + 1


async def test_a_refusal_is_final_until_somebody_asks_again(plane: Plane, receiver: Receiver) -> None:
    receiver.answers = [status("400 Bad Request")]
    interview = await decided(plane)
    post = Post(plane, webhook(receiver))
    await post.work()
    delivery = post.one(interview)
    assert (delivery.state, delivery.attempts[0].reason) == ("gave_up", "answered 400")
    post.at_us += 10**12
    await post.work()
    assert len(receiver.came) == 1
    assert post.outbound.again(interview, delivery.id)
    await post.work()
    assert post.one(interview).state == "delivered"


async def test_a_receiver_that_asks_for_time_gets_it_within_bounds(plane: Plane, receiver: Receiver) -> None:
    receiver.answers = [
        status("429 Slow down", "retry-after: 120"),
        status("429 Slow down", "retry-after: 99999999"),
    ]
    interview = await decided(plane)
    post = Post(plane, webhook(receiver))
    await post.work()
    assert post.wait(interview) == pytest.approx(120, abs=0.01)
    await post.work()
    assert post.wait(interview) == pytest.approx(24 * 3600, abs=0.01)


async def test_a_redirect_is_not_followed(plane: Plane, receiver: Receiver) -> None:
    receiver.answers = [status("307 Elsewhere", f"location: {receiver.base}/other")]
    interview = await decided(plane)
    post = Post(plane, webhook(receiver))
    await post.work()
    assert [one.path for one in receiver.came] == ["/hook"]
    assert "redirect" in post.one(interview).attempts[0].reason


async def test_an_endpoint_that_is_new_is_not_told_of_the_past(plane: Plane, receiver: Receiver) -> None:
    old = await decided(plane)
    post = Post(plane, webhook(receiver), at_us=time.time_ns() // 1000)
    new = await decided(plane)
    post.outbound.decided(new)
    await post.work()
    assert [verify(one)["data"]["interview"] for one in receiver.came] == [new]
    assert post.outbound.shown(old) == ()


async def test_a_slow_endpoint_holds_up_no_other(plane: Plane, receiver: Receiver) -> None:
    await decided(plane)
    async with receive() as silent:
        silent.answers = [None]
        post = Post(plane, webhook(silent, "a-silent-one"), webhook(receiver, "b"), timeout_s=0.4)
        await post.work()
    assert len(silent.came) == len(receiver.came) == 1


async def test_an_endpoint_that_is_gone_is_not_waited_for(plane: Plane, receiver: Receiver) -> None:
    receiver.answers = [status("500 Oops")]
    interview = await decided(plane)
    first = Post(plane, webhook(receiver))
    await first.work()
    later = Post(plane, webhook(receiver, "another"), at_us=time.time_ns() // 1000)
    await later.work()
    (delivery,) = later.outbound.shown(interview)
    assert (delivery.state, "no endpoint bot" in delivery.attempts[-1].reason) == ("gave_up", True)


async def test_a_decision_that_was_replaced_is_not_told(plane: Plane, receiver: Receiver) -> None:
    receiver.answers = [status("500 Oops")]
    interview = await decided(plane)
    post = Post(plane, webhook(receiver))
    await post.work()
    panel = await plane.cookies(interview, "interviewer")
    assert (await decide(plane, interview, panel, outcome="go on", reason="Seen anew.")).status_code == 200
    post.outbound.decided(interview)
    post.wait(interview)
    await post.work()
    old, new = post.outbound.shown(interview)
    assert (old.state, new.state) == ("gave_up", "delivered")
    assert "another decision" in old.attempts[-1].reason
    assert [json.loads(one.body)["data"]["outcome"] for one in receiver.came] == ["stop", "go on"]


async def test_each_system_gets_its_own_shape_under_the_reference_of_the_interview(
    plane: Plane, receiver: Receiver
) -> None:
    """The systems' own schemas are held against each request in test_outbound."""
    candidate = "0cf9a1b2-7b5e-4b7e-9a55-0f2b9b4f7c11"
    base = receiver.base
    async with await plane.host() as host:
        made = await host.post(
            "/api/interviews",
            json={
                "candidate_name": "Ada",
                "interviewer_name": "Grace",
                "filter_minutes": 15,
                "probe_minutes": 45,
                "reference": candidate,
            },
        )
    interview = made.json()["interview"]["id"]
    assert plane.store.interviews.get(interview).reference == candidate
    plane.interview = lambda: interview  # type: ignore[method-assign]
    await decided(plane)
    post = Post(
        plane,
        Ashby(name="ashby", url=base, api_key="a", partner_id=UUID(int=7)),
        Greenhouse(name="greenhouse", url=base, api_key="g"),
        Lever(name="lever", url=base, api_key="l", perform_as="u"),
    )
    await post.work()
    states = {one.endpoint: (one.state, one.attempts[-1].reason) for one in post.outbound.shown(interview)}
    assert states == {
        "ashby": ("delivered", ""),
        "greenhouse": ("gave_up", f"not sent: the interview's reference is no address under {base}"),
        "lever": ("delivered", ""),
    }
    assert {(one.method, one.path) for one in receiver.came} == {
        ("POST", "/assessment.addCompletedToCandidate"),
        ("POST", f"/v1/opportunities/{candidate}/notes?perform_as=u"),
    }


async def test_a_reference_is_an_id_or_an_address(plane: Plane) -> None:
    body = {"candidate_name": "A", "interviewer_name": "B", "filter_minutes": 15, "probe_minutes": 45}
    async with await plane.host() as host:
        for reference in ("two words", "x" * 501, "line\nline", "ü"):
            refused = await host.post("/api/interviews", json={**body, "reference": reference})
            assert refused.status_code == 422, reference


# -- the courier


async def test_an_answer_is_read_in_part_and_one_that_trickles_in_is_none(receiver: Receiver) -> None:
    request = Request(method="POST", url=f"{receiver.base}/x", headers={}, body=b"{}")
    receiver.answers = [b"HTTP/1.1 200 OK\r\ncontent-length: 9000000\r\n\r\n" + b"a" * (MAX_BODY + 1)]
    answer = await HttpCourier().send(request)
    assert (answer.status, len(answer.body)) == (200, MAX_BODY)
    receiver.answers = [None, b"nonsense\r\n\r\n"]
    assert (await HttpCourier(timeout_s=0.2).send(request)).fault == "no answer within 0.2 s"
    assert (await HttpCourier().send(request)).fault.startswith("cannot be reached")


async def test_nobody_there_is_said_in_words() -> None:
    nowhere = Request(method="POST", url="http://127.0.0.1:1/x", headers={})
    answer = await HttpCourier().send(nowhere)
    assert (answer.status, answer.fault.startswith("cannot be reached")) == (None, True)


@pytest.fixture
def self_signed(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl, which makes the certificate")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    named = ("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2")
    out = ("-keyout", key, "-out", certificate)
    subprocess.run(
        ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *named, *out),
        check=True,
        capture_output=True,
    )
    return certificate, key


async def test_a_certificate_that_nobody_vouches_for_is_refused(self_signed: tuple[Path, Path]) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*self_signed)
    trust = ssl.create_default_context(cafile=str(self_signed[0]))
    async with receive(tls) as secure:
        request = Request(method="POST", url=f"{secure.base}/x", headers={}, body=b"{}")
        answer = await HttpCourier().send(request)
        assert (answer.status, "CERTIFICATE_VERIFY_FAILED" in answer.fault) == (None, True)
        async with httpx.AsyncClient(verify=trust) as trusting:
            assert (await trusting.post(request.url, content=request.body)).status_code == 200
