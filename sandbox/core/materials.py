"""What the stages show to each role, and not before its time. Pure."""

from __future__ import annotations

from sandbox.core.access import Role
from sandbox.core.events import Stage
from wire.base import Wire
from wire.challenge import Rubric


class Exhibit(Wire):
    path: str
    text: str


class FilterMaterials(Wire):
    title: str
    minutes: int
    brief: str
    exhibit: Exhibit


class ProbeMaterials(Wire):
    title: str
    minutes: int
    brief: str
    entry: str


class Rubrics(Wire):
    engineering: Rubric
    research: Rubric


class GuideMaterials(Wire):
    filter: str
    probe: str
    rubrics: Rubrics


class CandidateMaterials(Wire):
    """Has no place for a guide or a rubric."""

    filter: FilterMaterials | None
    probe: ProbeMaterials | None


class InterviewerMaterials(CandidateMaterials):
    guide: GuideMaterials


def for_role(
    role: Role, stage: Stage, *, filter: FilterMaterials, probe: ProbeMaterials, guide: GuideMaterials
) -> CandidateMaterials:
    """The candidate sees a stage's materials once it has begun; the interviewer sees all, always."""
    if role == "interviewer":
        return InterviewerMaterials(filter=filter, probe=probe, guide=guide)
    return CandidateMaterials(
        filter=filter if stage != "lobby" else None, probe=probe if stage in ("probe", "finished") else None
    )
