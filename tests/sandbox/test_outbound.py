"""What is said to whom, how it is signed, what their answers mean and when to try again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.core.outbound import (
    EVENT_TYPE,
    Ashby,
    CannotSend,
    Endpoint,
    Greenhouse,
    Lever,
    Refused,
    Taken,
    TryAgain,
    Webhook,
    read_answer,
    request_for,
)
from sandbox.core.result import Challenge, CheckStatus, Result
from sandbox.core.retries import JITTER, LONGEST_ASKED_S, STEPS_S, delay_s, retry_after_s
from sandbox.core.signing import BadSecret, signature_headers, signing_key
from sandbox.ports import Answer, Request
from wire.scorecard import Status

CANDIDATE = "0cf9a1b2-7b5e-4b7e-9a55-0f2b9b4f7c11"
RESULT = Result(
    interview="ab12cd34ef56",
    reference=CANDIDATE,
    candidate="Casey",
    outcome="go on",
    decided_by="Robin",
    reason="Derives the residual.",
    decided_at=1_760_000_000_123,
    total=8.5,
    total_low=8.0,
    total_high=9.0,
    challenges=(
        Challenge(slug="filter-llm-serving", version=3),
        Challenge(slug="speculative-decoding", version=5),
    ),
    submission_sha256="a" * 64,
    verdicts=(CheckStatus(check="law", status=Status.PASS),),
    report_url="https://probe.example/report/ab12cd34ef56",
)
WEBHOOK = Webhook(name="bot", url="https://bot.example/probe?team=ml", key=b"k" * 32)
GREENHOUSE = Greenhouse(name="gh", url="https://app.greenhouse.io", api_key="gh-key")
LEVER = Lever(name="lever", url="https://api.lever.co", api_key="lever-key", perform_as="user 1")
ASHBY = Ashby(name="ashby", url="https://api.ashbyhq.com", api_key="ashby-key", partner_id=UUID(int=7))
ALL: tuple[Endpoint, ...] = (WEBHOOK, GREENHOUSE, LEVER, ASHBY)


def ask(endpoint: Endpoint, **changed: Any) -> Request:
    return request_for(endpoint, RESULT.model_copy(update=changed), message="msg_1", at_s=1_760_000_100)


def basic(key: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


# -- signatures


def test_a_signature_is_that_of_the_published_example() -> None:
    key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signature_headers(
        key, message="msg_p5jXN8AQM9LWM0D4loKWxJek", at_s=1614265330, body=b'{"test": 2432232314}'
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(key=st.binary(min_size=24, max_size=64), body=st.binary(max_size=200), at=st.integers(0, 2**40))
def test_who_has_the_secret_can_check_a_signature_and_a_change_breaks_it(
    key: bytes, body: bytes, at: int
) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    headers = signature_headers(signing_key(secret), message="msg_a", at_s=at, body=body)
    version, _, given_mac = headers["webhook-signature"].partition(",")
    made = hmac.new(key, b"msg_a.%d.%s" % (at, body), hashlib.sha256)
    assert (version, base64.b64decode(given_mac)) == ("v1", made.digest())
    for other in ({"body": body + b" "}, {"at_s": at + 1}, {"message": "msg_b"}):
        changed: Any = {"message": "msg_a", "at_s": at, "body": body} | other
        assert signature_headers(key, **changed)["webhook-signature"] != headers["webhook-signature"]


@pytest.mark.parametrize(
    "secret", ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_äöü", "whsec_c2hvcnQ="]
)
def test_a_secret_that_is_none_is_refused_without_being_repeated(secret: str) -> None:
    with pytest.raises(BadSecret) as refused:
        signing_key(secret)
    assert not secret.removeprefix("whsec_") or secret.removeprefix("whsec_") not in str(refused.value)


# -- shapes


def test_a_webhook_carries_the_whole_result_and_its_signature() -> None:
    request = ask(WEBHOOK)
    assert (request.method, request.url) == ("POST", WEBHOOK.url)
    assert json.loads(request.body) == {
        "type": EVENT_TYPE,
        "timestamp": "2025-10-09T08:53:20.123Z",
        "data": json.loads(RESULT.model_dump_json()),
    }
    assert request.headers == {
        "content-type": "application/json",
        **signature_headers(WEBHOOK.key, message="msg_1", at_s=1_760_000_100, body=request.body),
    }


def test_greenhouse_is_told_that_the_test_is_complete_at_the_address_it_gave() -> None:
    given_url = "https://app.greenhouse.io/integrations/testing_partners/take_home_tests/12345"
    request = ask(GREENHOUSE, reference=given_url)
    assert (request.method, request.url, request.body) == ("PATCH", given_url, b"")
    assert request.headers == {"authorization": basic("gh-key")}


@pytest.mark.parametrize(
    "elsewhere",
    [
        "",
        "12345",
        "http://app.greenhouse.io/x",
        "https://app.greenhouse.io.evil.example/x",
        "https://app.greenhouse.io@evil.example/x",
        "https://evil.example/https://app.greenhouse.io",
        "https://app.greenhouse.io:8443/x",
        "https://app.greenhouse.io\\@evil.example/x",
        "https://[/x",
    ],
)
def test_the_key_of_greenhouse_is_sent_nowhere_else(elsewhere: str) -> None:
    with pytest.raises(CannotSend, match="no address under"):
        ask(GREENHOUSE, reference=elsewhere)


def test_lever_gets_a_note_on_the_opportunity_in_the_name_of_a_user() -> None:
    request = ask(LEVER, reference="../x?y")
    parts = urlsplit(request.url)
    assert (request.method, parts.netloc) == ("POST", "api.lever.co")
    assert parts.path == "/v1/opportunities/..%2Fx%3Fy/notes"
    assert parse_qs(parts.query) == {"perform_as": ["user 1"]}
    assert request.headers == {"content-type": "application/json", "authorization": basic("lever-key")}
    note = json.loads(request.body)
    assert set(note) == {"value"}
    assert "Total: 8.5 of 10 (8.0 to 9.0)\nDecision: go on\nDecided by: Robin" in note["value"]
    assert RESULT.report_url in note["value"]


def test_ashby_gets_a_completed_assessment() -> None:
    request = ask(ASHBY)
    assert (request.method, request.url) == (
        "POST",
        "https://api.ashbyhq.com/assessment.addCompletedToCandidate",
    )
    assert request.headers["authorization"] == basic("ashby-key")
    body = json.loads(request.body)
    assert set(body) == {"candidateId", "partnerId", "assessment", "timestamp"}
    assert (body["candidateId"], body["partnerId"]) == (CANDIDATE, str(UUID(int=7)))
    assert body["timestamp"] == RESULT.decided_at
    assessment = body["assessment"]
    assert set(assessment) == {"assessmentTypeId", "assessmentId", "assessmentName", "result", "metadata"}
    assert UUID(assessment["assessmentTypeId"]) != UUID(assessment["assessmentId"])
    for one in (assessment["result"], *assessment["metadata"]):
        assert set(one) == {"identifier", "label", "type", "value"}
        assert one["type"] in ("numeric_score", "url", "string")
    assert (assessment["result"]["type"], assessment["result"]["value"]) == ("numeric_score", 8.5)
    told = {one["identifier"]: one for one in assessment["metadata"]}
    assert len(told) == len(assessment["metadata"]), "identifiers are unique"
    assert (told["report"]["type"], told["report"]["value"]) == ("url", RESULT.report_url)
    assert ask(ASHBY) == request, "sent again, it is the same assessment"


@pytest.mark.parametrize("endpoint", [LEVER, ASHBY])
def test_what_needs_a_reference_says_so_where_there_is_none(endpoint: Endpoint) -> None:
    with pytest.raises(CannotSend, match="without a reference"):
        ask(endpoint, reference="")


def test_ashby_ids_are_uuids() -> None:
    with pytest.raises(CannotSend, match="UUID"):
        ask(ASHBY, reference="casey")


@pytest.mark.parametrize("endpoint", ALL)
def test_no_secret_is_in_what_a_log_would_show(endpoint: Endpoint) -> None:
    reference = GREENHOUSE.url + "/x" if endpoint is GREENHOUSE else CANDIDATE
    shown = repr(endpoint) + repr(ask(endpoint, reference=reference))
    assert not [secret for secret in ("-key", "kkk", "Basic", "v1,") if secret in shown]


# -- answers


@given(code=st.integers(100, 599))
def test_of_answers_only_success_is_success_and_only_what_may_pass_is_tried_again(code: int) -> None:
    came = read_answer(WEBHOOK, Answer(status=code), now_s=0)
    if 200 <= code < 300:
        assert came == Taken()
    elif code >= 500 or code in (408, 409, 425, 429):
        assert isinstance(came, TryAgain)
        assert str(code) in came.reason
    else:
        assert isinstance(came, Refused)
        assert str(code) in came.reason


@pytest.mark.parametrize("endpoint", ALL)
def test_no_answer_is_tried_again(endpoint: Endpoint) -> None:
    assert read_answer(endpoint, Answer(status=None, fault="x" * 999), now_s=0) == TryAgain(reason="x" * 200)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"success": false, "errors": ["no"]}', b'{"success": 1}', b"[" * 60_000, b"\xff"],
)
def test_ashby_says_inside_whether_it_took_it(body: bytes) -> None:
    assert isinstance(read_answer(ASHBY, Answer(status=200, body=body), now_s=0), Refused)
    assert read_answer(ASHBY, Answer(status=200, body=b'{"success": true}'), now_s=0) == Taken()


# -- retries


@given(message=st.text(max_size=40), failed=st.integers(1, len(STEPS_S)), asked=st.floats(0, 1e9))
def test_a_wait_is_bounded_the_same_each_time_and_never_less_than_was_asked(
    message: str, failed: int, asked: float
) -> None:
    wait = delay_s(message, failed)
    assert wait == delay_s(message, failed)
    assert wait is not None
    assert STEPS_S[failed - 1] <= wait <= STEPS_S[failed - 1] * (1 + JITTER)
    longer = delay_s(message, failed, asked_s=asked)
    assert longer is not None
    assert max(wait, min(asked, LONGEST_ASKED_S)) == longer


@given(failed=st.integers(len(STEPS_S) + 1, 10**6))
def test_after_the_last_step_it_is_given_up(failed: int) -> None:
    assert delay_s("m", failed, asked_s=5) is None


def test_what_failed_together_is_not_tried_again_together() -> None:
    waits = [delay_s(f"msg_{at}", 2) or 0 for at in range(200)]
    assert max(waits) - min(waits) > STEPS_S[1] * JITTER * 0.9


@given(st.text(max_size=30))
def test_retry_after_is_a_number_within_bounds_whatever_it_says(header: str) -> None:
    assert 0 <= retry_after_s(header, now_s=1_760_000_000) <= LONGEST_ASKED_S


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after_s("120", now_s=0) == 120
    assert retry_after_s("Wed, 21 Oct 2015 07:28:00 GMT", now_s=1445412470) == 10
    assert retry_after_s("Wed, 21 Oct 2015 07:28:00 GMT", now_s=1445412490) == 0
    assert retry_after_s("9" * 5000, now_s=0) == LONGEST_ASKED_S
