"""The half of Greenhouse's Assessment Partner API that Greenhouse calls. Pure.

It lists tests, sends one to a candidate, is told by our PATCH that it is complete, and then asks for its
status. Shapes: developers.greenhouse.io/assessment.html
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sandbox.core.interview import Interview
from sandbox.core.outbound import MAX_REFERENCE, summary
from sandbox.core.result import Result
from wire.base import Wire

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]


class _Said(BaseModel):
    """What Greenhouse says beyond this is not ours to refuse."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Candidate(_Said):
    """Without the address: Probe sends no mail."""

    first_name: Text
    last_name: Text


class SendTest(_Said):
    partner_test_id: str = Field(max_length=100)
    candidate: Candidate
    url: Annotated[str, StringConstraints(max_length=MAX_REFERENCE, pattern=r"^[!-~]+$")]
    """Where to say that the test is complete."""

    @property
    def candidate_name(self) -> str:
        return f"{self.candidate.first_name} {self.candidate.last_name}".strip()


class ResponseError(_Said):
    """Which of our answers Greenhouse could not read."""

    api_call: str = Field(default="", max_length=100)
    errors: tuple[Annotated[str, Field(max_length=1000)], ...] = Field(default=(), max_length=50)


class Status(Wire):
    """``partner_status`` is complete, and the rest there, once a person has decided."""

    partner_status: str
    partner_profile_url: str | None = None
    partner_score: float | None = None
    metadata: dict[str, str] | None = None


def status_of(interview: Interview, result: Result | None) -> Status:
    if result is None:
        return Status(partner_status=interview.stage)
    return Status(
        partner_status="complete",
        partner_profile_url=result.report_url,
        partner_score=result.total,
        metadata={label: value for label, value in summary(result) if label != "Report"},
    )
