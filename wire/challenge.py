"""A challenge is a folder that an author can write without reading the control plane.

challenge.toml   this file's Challenge
brief.md         what the candidate reads; mathematics between $ and $$
guide.md         what only the interviewer reads
rubric.toml      this file's Rubric: levels 0-5 and the lines an interviewer can tick
starter/         implement: files copied into the candidate's editor
visible/         implement: shipped whole, read-only, into the candidate's sandbox
exhibit/         review: the file under review
judge.toml       implement: settings only the judge reads
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, ValidationError, model_validator

from wire.base import Wire
from wire.scorecard import CheckName

Axis = Literal["engineering", "research"]
Term = Annotated[str, Field(min_length=2, max_length=60, pattern=r"^\S+( \S+)*$")]
ModuleName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$")]
T = TypeVar("T", bound=Wire)


class BadChallenge(Exception):
    """The folder cannot be used; the text says which file and why. Safe to show."""


class Challenge(Wire):
    slug: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: int = Field(ge=1)
    """Raised whenever brief, starter, checks or rubric change. Scores compare only within one."""
    title: str
    kind: Literal["review", "implement"]
    axis: Axis
    minutes: int = Field(ge=5, le=240)
    entry: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*\.py$")
    """review: the file in exhibit/; implement: the file in starter/ that is judged."""
    imports: tuple[ModuleName, ...] = ()
    """implement: modules that a sandbox standing ready has imported already. No name of them is bound."""


class Level(Wire):
    """One anchored point of the scale."""

    score: int = Field(ge=0, le=5)
    title: str
    descriptors: tuple[str, ...]
    """What one would observe, in words two interviewers would agree on."""


class Finding(Wire):
    """One line an interviewer can tick while listening."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    level: int = Field(ge=0, le=5)
    """The lowest score that it indicates; for a red flag, the highest score that it leaves open."""
    text: str
    listen_for: str
    """How it sounds when a candidate says it."""
    red_flag: bool = False
    measured_by: str = ""
    """Check of the judge that backs it with a figure, or empty."""
    ask: tuple[str, ...] = ()
    """Questions that lead further on this line, once it was touched upon."""
    terms: tuple[Term, ...] = ()
    """Words that a written review would use for it; `sandbox.core.matching` says how they match."""


class TopicFigure(Wire):
    """A measurement of the judge that backs a topic, under a name that fits beside it."""

    check: CheckName
    name: str
    label: str = Field(max_length=60)


class Topic(Wire):
    """One subject of the discussion. It is for looking at: no score follows from it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    strong: str
    """What a strong answer says."""
    findings: tuple[str, ...] = Field(min_length=1)
    """Lines of this rubric; the topic is ticked as soon as one of them is."""
    measured: tuple[TopicFigure, ...] = ()


class Rubric(Wire):
    axis: Axis
    levels: tuple[Level, ...]
    findings: tuple[Finding, ...]
    topics: tuple[Topic, ...] = ()
    follow_ups: tuple[str, ...]
    """Questions the interviewer can ask."""

    @model_validator(mode="after")
    def _complete(self) -> Rubric:
        if [level.score for level in self.levels] != [0, 1, 2, 3, 4, 5]:
            raise ValueError("levels must be 0 to 5, in order")
        if len({finding.id for finding in self.findings}) != len(self.findings):
            raise ValueError("finding ids must be unique")
        known = {finding.id for finding in self.findings}
        for topic in self.topics:
            if unknown := set(topic.findings) - known:
                raise ValueError(f"topic {topic.id}: there is no finding {sorted(unknown)[0]}")
        return self


def load_challenge(folder: Path) -> Challenge:
    """Read ``challenge.toml``. Raises BadChallenge."""
    return _load(Challenge, folder / "challenge.toml")


def load_rubric(folder: Path) -> Rubric:
    """Read ``rubric.toml``. Raises BadChallenge."""
    return _load(Rubric, folder / "rubric.toml")


def _load(model: type[T], path: Path) -> T:
    try:
        # Strict models take JSON's arrays for tuples, but not tomllib's lists.
        return model.model_validate_json(json.dumps(tomllib.loads(path.read_text(encoding="utf-8"))))
    except (OSError, tomllib.TOMLDecodeError, ValidationError, TypeError) as error:
        raise BadChallenge(f"{path}: {error}") from error
