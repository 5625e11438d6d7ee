"""How a result is told to others: one interface over a signed webhook, Greenhouse, Lever and Ashby. Pure.

`request_for` turns a result into the request that an endpoint documents, `read_answer` says what its answer
means. The shapes follow, as of 2026:

- Greenhouse, Assessment Partner API, PATCH Completed Test: developers.greenhouse.io/assessment.html
- Lever, Create a note: hire.lever.co/developer/documentation
- Ashby, assessment.addCompletedToCandidate: developers.ashbyhq.com/reference
"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, assert_never
from urllib.parse import quote, urlencode, urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from sandbox.core.result import Result
from sandbox.core.retries import retry_after_s
from sandbox.core.signing import signature_headers
from sandbox.ports import Answer, Request

EVENT_TYPE = "interview.decided"
TRY_AGAIN = frozenset({408, 409, 425, 429})
"""Of the answers that say that we are wrong, those that may pass. Any other 4xx will not."""
MAX_REASON = 200
MAX_REFERENCE = 500
"""Characters of what an interview is called elsewhere: an id or an address, so printable ASCII."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A receiver of the generic JSON, signed by Standard Webhooks."""

    name: str
    url: str
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Greenhouse:
    """The reference of an interview is the ``url`` of Greenhouse's ``send_test``."""

    name: str
    url: str
    """Where that url must lie: the key is sent nowhere else."""
    api_key: str = field(repr=False)
    """Greenhouse calls us by it too."""
    interviewer: str = "Interviewer"
    """Whom the interviews are made for that Greenhouse asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """The reference of an interview is the id of the opportunity."""

    name: str
    url: str
    api_key: str = field(repr=False)
    perform_as: str
    """Id of the Lever user in whose name the note is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ashby:
    """The reference of an interview is the id of the candidate."""

    name: str
    url: str
    api_key: str = field(repr=False)
    partner_id: UUID


Endpoint = Webhook | Greenhouse | Lever | Ashby


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TryAgain:
    reason: str
    asked_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Sending the same again would be refused again."""

    reason: str


class CannotSend(Exception):
    """The result does not fit the endpoint. Safe to show: says what is missing."""


def request_for(endpoint: Endpoint, result: Result, *, message: str, at_s: int) -> Request:
    """``message``: the delivery's id, ``at_s`` when it is sent, epoch seconds. Raises CannotSend."""
    match endpoint:
        case Webhook():
            return _webhook(endpoint, result, message, at_s)
        case Greenhouse():
            return _greenhouse(endpoint, result)
        case Lever():
            return _lever(endpoint, result)
        case Ashby():
            return _ashby(endpoint, result)
        case _:
            assert_never(endpoint)


def read_answer(endpoint: Endpoint, answer: Answer, *, now_s: float) -> Taken | TryAgain | Refused:
    status = answer.status
    if status is None:
        return TryAgain(reason=answer.fault[:MAX_REASON] or "no answer")
    if 200 <= status < 300:
        return _ashby_success(answer) if isinstance(endpoint, Ashby) else Taken()
    reason = f"answered {status}"
    if status in TRY_AGAIN or status >= 500:
        return TryAgain(reason=reason, asked_s=retry_after_s(answer.retry_after, now_s=now_s))
    if 300 <= status < 400:
        return Refused(reason=f"{reason}, a redirect; name the address that it leads to")
    return Refused(reason=reason)


def _webhook(endpoint: Webhook, result: Result, message: str, at_s: int) -> Request:
    decided = datetime.fromtimestamp(result.decided_at / 1000, UTC)
    body = _json(
        {
            "type": EVENT_TYPE,
            "timestamp": decided.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "data": result.model_dump(mode="json"),
        }
    )
    signed = signature_headers(endpoint.key, message=message, at_s=at_s, body=body)
    return Request(
        method="POST", url=endpoint.url, headers={"content-type": "application/json", **signed}, body=body
    )


def _greenhouse(endpoint: Greenhouse, result: Result) -> Request:
    """Says that the test is complete, and no more: Greenhouse then asks us for its status."""
    if not within(result.reference, endpoint.url):
        raise CannotSend(f"the interview's reference is no address under {endpoint.url}")
    return Request(method="PATCH", url=result.reference, headers=_authorized(endpoint.api_key))


def _lever(endpoint: Lever, result: Result) -> Request:
    opportunity = quote(_reference(result, "Lever opportunity"), safe="")
    query = urlencode({"perform_as": endpoint.perform_as})
    return Request(
        method="POST",
        url=f"{endpoint.url.rstrip('/')}/v1/opportunities/{opportunity}/notes?{query}",
        headers={"content-type": "application/json", **_authorized(endpoint.api_key)},
        body=_json({"value": "\n".join(f"{label}: {value}" for label, value in summary(result))}),
    )


def _ashby(endpoint: Ashby, result: Result) -> Request:
    """Ids are derived, so that sending twice says the same thing of the same assessment."""
    try:
        candidate = UUID(_reference(result, "Ashby candidate"))
    except ValueError:
        raise CannotSend("the interview's reference is no Ashby id, which is a UUID") from None
    kind = uuid5(endpoint.partner_id, " ".join(f"{one.slug} {one.version}" for one in result.challenges))
    total = _ashby_field("total", "Total of 10", "numeric_score", result.total)
    told = [
        _ashby_field(label.lower().replace(" ", "-"), label, "url" if label == "Report" else "string", value)
        for label, value in summary(result)
        if label != "Total"
    ]
    body = {
        "candidateId": str(candidate),
        "partnerId": str(endpoint.partner_id),
        "assessment": {
            "assessmentTypeId": str(kind),
            "assessmentId": str(uuid5(NAMESPACE_URL, result.report_url)),
            "assessmentName": "Live coding interview",
            "result": total,
            "metadata": told,
        },
        "timestamp": result.decided_at,
    }
    accept = {"accept": "application/json; version=1", "content-type": "application/json"}
    return Request(
        method="POST",
        url=f"{endpoint.url.rstrip('/')}/assessment.addCompletedToCandidate",
        headers={**accept, **_authorized(endpoint.api_key)},
        body=_json(body),
    )


def _ashby_field(identifier: str, label: str, kind: str, value: str | float) -> dict[str, str | float]:
    return {"identifier": identifier, "label": label, "type": kind, "value": value}


def _ashby_success(answer: Answer) -> Taken | Refused:
    """Ashby answers 200 to what it refuses too, and says so inside."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return Refused(reason="answered 200 with something that is not Ashby's JSON")
    if isinstance(said, dict) and said.get("success") is True:
        return Taken()
    return Refused(reason="answered 200 with success false; look at the ids and the key's permissions")


def summary(result: Result) -> list[tuple[str, str]]:
    """The result as labelled lines, for systems that hold text."""
    checks = ", ".join(f"{one.check} {one.status}" for one in result.verdicts)
    return [
        ("Total", f"{result.total:.1f} of 10 ({result.total_low:.1f} to {result.total_high:.1f})"),
        ("Decision", result.outcome),
        ("Decided by", result.decided_by),
        ("Reason", result.reason),
        ("Verdicts", checks or "nothing was judged"),
        ("Challenges", ", ".join(f"{one.slug} version {one.version}" for one in result.challenges)),
        ("Submission", result.submission_sha256 or "nothing was submitted"),
        ("Report", result.report_url),
    ]


def _reference(result: Result, what: str) -> str:
    """Raises CannotSend."""
    if not result.reference:
        raise CannotSend(f"the interview was made without a reference; it would name the {what}")
    return result.reference


def basic(api_key: str) -> str:
    """HTTP Basic (RFC 7617) as all three take it: the key as user name, without a password."""
    return f"Basic {b64encode(f'{api_key}:'.encode()).decode()}"


def within(address: str, base: str) -> bool:
    """Whether an address has the origin of another, and nothing that hides where it leads."""
    try:
        one, other = urlsplit(address), urlsplit(base)
        same = (one.scheme, one.hostname, one.port) == (other.scheme, other.hostname, other.port)
    except ValueError:
        return False
    return same and "@" not in one.netloc and "\\" not in address


def _authorized(api_key: str) -> dict[str, str]:
    return {"authorization": basic(api_key)}


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
