"""What the stages show to each role, and not before its time. Pure."""

from __future__ import annotations

from sandbox.core.access import Role
from sandbox.core.events import Stage
from sandbox.core.recorded import lines
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


class Plan(Wire):
    """What the lobby may say before any stage has begun."""

    filter_minutes: int
    probe_minutes: int
    recorded: tuple[str, ...]
    kept: str
    """How long, in words."""


class CandidateMaterials(Wire):
    """Has no place for a guide or a rubric."""

    plan: Plan
    filter: FilterMaterials | None
    probe: ProbeMaterials | None


class InterviewerMaterials(CandidateMaterials):
    guide: GuideMaterials


def for_role(
    role: Role,
    stage: Stage,
    *,
    filter: FilterMaterials,
    probe: ProbeMaterials,
    guide: GuideMaterials,
    kept: str,
) -> CandidateMaterials:
    """A stage's materials are seen once it has begun; the interviewers see all, always."""
    plan = Plan(filter_minutes=filter.minutes, probe_minutes=probe.minutes, recorded=lines(), kept=kept)
    if role == "interviewer":
        return InterviewerMaterials(plan=plan, filter=filter, probe=probe, guide=guide)
    return CandidateMaterials(
        plan=plan,
        filter=filter if stage != "lobby" else None,
        probe=probe if stage in ("probe", "finished") else None,
    )
