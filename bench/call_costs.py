"""From timed calls to what a call costs on this machine: a table, a slope, and what is outside. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Role = Literal["target", "draft"]


@dataclass(frozen=True, slots=True)
class Pass:
    """One forward pass."""

    role: Role
    fed: int
    cached: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Timed:
    """One generation."""

    wall_s: float
    tokens: int
    passes: tuple[Pass, ...]
    virtual: int

    @property
    def per_token(self) -> float:
        return self.wall_s / self.tokens


@dataclass(frozen=True, slots=True)
class Costs:
    """What calls were found to cost on this machine, seconds."""

    table: dict[tuple[Role, int], float]
    slope: dict[Role, float]
    """For each cached position."""
    a_call: float
    a_token: float

    def inside(self, run: Timed) -> float:
        return sum(self._of(each) for each in run.passes)

    def all(self, run: Timed) -> float:
        return self.inside(run) + self.a_call * len(run.passes) + self.a_token * run.tokens

    def _of(self, each: Pass) -> float:
        known = [fed for role, fed in self.table if role == each.role]
        fed = min(known, key=lambda fed: abs(fed - each.fed))
        return self.table[each.role, fed] * (each.fed / fed if fed > 16 else 1.0) + (
            self.slope[each.role] * each.cached
        )


def calibrated(runs: Sequence[Timed]) -> Costs:
    """Medians by positions fed, a slope by cached positions, least squares for what is outside."""
    passes = [each for run in runs for each in run.passes]
    slope: dict[Role, float] = {}
    for role in ("target", "draft"):
        own = [each for each in passes if each.role == role and each.fed <= 16]
        slope[role] = _slope(own)
    by_shape: dict[tuple[Role, int], list[float]] = {}
    for each in passes:
        rest = each.seconds - slope[each.role] * each.cached
        by_shape.setdefault((each.role, each.fed), []).append(rest)
    table = {shape: statistics.median(rests) for shape, rests in by_shape.items()}
    inside = Costs(table, slope, 0.0, 0.0)
    outside = np.array([run.wall_s - sum(each.seconds for each in run.passes) for run in runs])
    shape = np.array([[len(run.passes), run.tokens] for run in runs], dtype=np.float64)
    (a_call, a_token), *_ = np.linalg.lstsq(shape, outside, rcond=None)
    return Costs(inside.table, slope, float(a_call), float(a_token))


def _slope(passes: Sequence[Pass]) -> float:
    """Seconds a cached position, within equal numbers fed; never so many that a pass would cost nothing."""
    above = below = 0.0
    for fed in {each.fed for each in passes}:
        own = [each for each in passes if each.fed == fed]
        cached = np.array([each.cached for each in own], dtype=np.float64)
        spent = np.array([each.seconds for each in own])
        kept = spent <= np.quantile(spent, 0.9)  # the slowest tenth was interrupted
        centred = cached[kept] - cached[kept].mean()
        above += float(centred @ spent[kept])
        below += float(centred @ centred)
    least = min((each.seconds / max(each.cached, 1) for each in passes), default=0.0)
    return min(max(above / below, 0.0), least) if below else 0.0
