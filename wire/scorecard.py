"""What the judge says about one submission: the one file that crosses from judge to control plane."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from wire.base import Wire

CheckName = Literal[
    "contract", "greedy", "law", "independence", "edges", "provenance", "economy", "cache", "speed"
]


class Status(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"  # ran, and the data could not decide
    NOT_RUN = "not_run"  # an earlier check made this one meaningless


class Measurement(Wire):
    """A number with its unit, its interval and how many observations it rests on.

    An exact figure (a count, a bound computed without sampling) has ``low == value == high``.
    """

    name: str
    value: float
    low: float
    high: float
    unit: str
    n: int = Field(ge=1)

    @model_validator(mode="after")
    def _ordered(self) -> Measurement:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.name}: want low <= value <= high, got {self!r}")
        return self


class Series(Wire):
    """One line (or row of bars) of a plot."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    """Ends of the intervals around each y; empty where there are none."""

    @model_validator(mode="after")
    def _paired(self) -> Series:
        if len(self.x) != len(self.y):
            raise ValueError(f"{self.name}: {len(self.x)} x for {len(self.y)} y")
        if (self.low or self.high) and not len(self.low) == len(self.high) == len(self.y):
            raise ValueError(f"{self.name}: {len(self.low)} low, {len(self.high)} high for {len(self.y)} y")
        if not all(low <= y <= high for low, y, high in zip(self.low, self.y, self.high, strict=False)):
            raise ValueError(f"{self.name}: want low <= y <= high")
        return self


class Line(Wire):
    """A horizontal reference line, such as a threshold or a bound."""

    name: str
    y: float


class Plot(Wire):
    """A picture as data; the report draws it and also prints it as a table for screen readers."""

    kind: Literal["line", "bar", "stack"]
    """``stack``: bars that stand on each other, the first series at the bottom."""
    title: str
    x_label: str
    y_label: str
    x_ticks: tuple[str, ...] = ()
    """Names for x = 0, 1, 2, ...; empty for a numeric axis."""
    series: tuple[Series, ...]
    lines: tuple[Line, ...] = ()
    log_y: bool = False


class Verdict(Wire):
    """What one check concludes."""

    check: CheckName
    status: Status
    summary: str
    """One sentence that the candidate could read: never a hidden seed, prompt or path."""
    diagnosis: str = ""
    """What an interviewer needs to see why, in plain sentences. Empty when there is nothing to explain."""
    measurements: tuple[Measurement, ...] = ()
    plots: tuple[Plot, ...] = ()


class WallTime(Wire):
    """How fast it was by the clock, on a real pair. Information: no verdict and no score hangs on it."""

    outcome: Literal["measured", "too_noisy", "not_measured"]
    pair: str
    summary: str
    """One sentence that the candidate could read."""
    explanation: str = ""
    """Why the clock and virtual time differ, from what was measured; plain sentences for an interviewer."""
    measurements: tuple[Measurement, ...] = ()
    plots: tuple[Plot, ...] = ()


class Score(Wire):
    """The machine's suggestion on one axis. A person confirms it or overrides it."""

    axis: Literal["research"]
    suggested: int = Field(ge=0, le=5)
    because: tuple[str, ...]
    """The evidence, a sentence each, strongest first."""


class Thresholds(Wire):
    """Where the suggested bands begin."""

    gain: float = 1.2
    """Speed-up over plain decoding below which there is little or no gain."""
    good_share: float = 0.7
    """Of the reference's speed, for band 4."""
    full_share: float = 0.95
    """Of the reference's speed, for band 5."""


class Prices(Wire):
    """A price list of virtual time, in micro-units; `pairs.prices` says what each is charged for."""

    name: str = Field(max_length=100)
    target_call: int
    target_position: int
    target_cached: int
    draft_call: int
    draft_position: int
    draft_cached: int
    target_copy: int
    target_copied: int
    draft_copy: int
    draft_copied: int


class SubmissionRef(Wire):
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    files: tuple[str, ...]


class Evidence(Wire):
    """All verdicts on one submission, and what they rest on."""

    submission: SubmissionRef
    challenge: str
    challenge_version: int = Field(ge=1)
    seed: int = Field(ge=0)
    seed_commitment: str = Field(pattern=r"^[0-9a-f]{64}$")
    """sha256 of the seed's decimal text, fixed before the submission was run."""
    budget: Literal["quick", "full"]
    runtime: str
    """What held the contestant: docker, embedded or none."""
    versions: dict[str, str]
    thresholds: Thresholds | None = None
    prices: tuple[Prices, ...] = ()
    record_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    """Of the record's canonical bytes (`harness.record`): `probe verify` works this scorecard out again from
    them. None, like the two fields before it, on scorecards from before there were records."""
    verdicts: tuple[Verdict, ...]
    wall_time: WallTime | None = None
    """None where no real pair was at hand, or nobody asked."""
    wall_s: float = Field(ge=0)
    """That the judgement took."""


class Scorecard(Evidence):
    """Evidence with the machine's suggestion. It exists only if the judge itself worked."""

    score: Score


class Progress(Wire):
    """One line of ``probe judge --progress``: JSON on standard output while it works."""

    check: str
    done: int = Field(ge=0)
    of: int = Field(ge=1)
    note: str = ""
