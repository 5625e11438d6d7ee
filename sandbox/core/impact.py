"""Adverse impact: how often groups go on, beside the four-fifths figure and what it is worth here. Pure.

The four-fifths rule (29 CFR 1607.4 D) compares the rates of groups with that of the highest. Where few go
on, it misfires: two groups that are treated alike breach it by chance most of the time. So each comparison
says how often that would be, and comes with Fisher's exact test and an interval for the ratio.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

import numpy as np
from pydantic import Field, ValidationError
from scipy import stats

from sandbox.core.estimates import CONFIDENCE, Share, finite, share
from wire.base import Wire

FOUR_FIFTHS = 0.8
MAX_BYTES = 64 * 1024
MAX_ROWS = 200
COLUMNS = ("stage", "attribute", "group", "candidates", "reached")
FEWEST_IN_A_GROUP = 30
"""Below it a comparison is printed with the words that it is too small to say anything."""


class BadTable(ValueError):
    """The upload is not a table of counts. Safe to show: the text names the row and what would help."""


class Count(Wire):
    stage: str = Field(min_length=1, max_length=60)
    attribute: str = Field(min_length=1, max_length=60)
    group: str = Field(min_length=1, max_length=60)
    candidates: int = Field(ge=1, le=1_000_000)
    reached: int = Field(ge=0, le=1_000_000)


class Comparison(Wire):
    """One group against the group with the highest rate."""

    group: str
    reference: str
    rate: Share
    ratio: float | None
    """Rate over the reference's; None where the reference's is 0."""
    ratio_low: float | None
    ratio_high: float | None
    """Katz's interval for a ratio of two shares; None is no bound."""
    below_four_fifths: bool
    fisher_p: float
    by_chance: float
    """How often two groups of these sizes with one common rate show a ratio below four fifths."""
    too_few: str


class Impact(Wire):
    stage: str
    attribute: str
    reference: str
    reference_rate: Share
    comparisons: tuple[Comparison, ...]


def parse_counts(text: str) -> tuple[Count, ...]:
    """A CSV with the columns of `COLUMNS`, a row for each group. Raises BadTable."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise BadTable(f"The table is larger than {MAX_BYTES // 1024} KiB. Send counts, not people.")
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        header = tuple(name.strip().lower() for name in reader.fieldnames or ())
        if header != COLUMNS:
            raise BadTable(f"The first line must be: {','.join(COLUMNS)}.")
        reader.fieldnames = list(COLUMNS)
        rows = tuple(_count(number, row) for number, row in enumerate(reader, start=2))
    except csv.Error as error:
        raise BadTable(f"This is no CSV: {error}.") from error
    if not rows:
        raise BadTable("There is no row below the first line.")
    if len(rows) > MAX_ROWS:
        raise BadTable(f"More than {MAX_ROWS} rows. One row for each group is enough.")
    if len({(one.stage, one.attribute, one.group) for one in rows}) < len(rows):
        raise BadTable("A group is there twice for one stage and attribute. Add its rows up.")
    return rows


def _count(number: int, row: dict[str | None, str | None]) -> Count:
    if None in row or None in row.values():
        raise BadTable(f"Line {number} does not have {len(COLUMNS)} fields.")
    try:
        found = Count.model_validate(
            {str(key): str(value).strip() for key, value in row.items()}, strict=False
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise BadTable(f"Line {number}, {'.'.join(map(str, first['loc']))}: {first['msg']}.") from None
    if found.reached > found.candidates:
        raise BadTable(f"Line {number}: {found.reached} of {found.candidates} cannot have gone on.")
    return found


def impact(counts: Sequence[Count]) -> tuple[Impact, ...]:
    """For each stage and attribute, every group against the one with the highest rate."""
    tables: dict[tuple[str, str], list[Count]] = {}
    for one in counts:
        tables.setdefault((one.stage, one.attribute), []).append(one)
    return tuple(_impact(*key, groups) for key, groups in tables.items())


def _impact(stage: str, attribute: str, groups: Sequence[Count]) -> Impact:
    reference = max(groups, key=lambda one: (one.reached / one.candidates, one.candidates))
    return Impact(
        stage=stage,
        attribute=attribute,
        reference=reference.group,
        reference_rate=share(reference.reached, reference.candidates),
        comparisons=tuple(_compare(one, reference) for one in groups if one is not reference),
    )


def _compare(one: Count, reference: Count) -> Comparison:
    ratio, low, high = _ratio(one, reference)
    smaller = min(one.candidates, reference.candidates)
    table = [
        [one.reached, one.candidates - one.reached],
        [reference.reached, reference.candidates - reference.reached],
    ]
    return Comparison(
        group=one.group,
        reference=reference.group,
        rate=share(one.reached, one.candidates),
        ratio=ratio,
        ratio_low=low,
        ratio_high=high,
        below_four_fifths=ratio is not None and ratio < FOUR_FIFTHS,
        fisher_p=float(stats.fisher_exact(table).pvalue),
        by_chance=breach_by_chance(one, reference),
        too_few=f"Fewer than {FEWEST_IN_A_GROUP} in a group: too few to say."
        if smaller < FEWEST_IN_A_GROUP
        else "",
    )


def _ratio(one: Count, reference: Count) -> tuple[float | None, float | None, float | None]:
    if reference.reached == 0:
        return None, None, None
    if one.reached == 0:  # Katz's interval needs a count; the upper end is the exact one of the share
        return 0.0, 0.0, share(0, one.candidates).high / (reference.reached / reference.candidates)
    result = stats.contingency.relative_risk(
        one.reached, one.candidates, reference.reached, reference.candidates
    )
    interval = result.confidence_interval(CONFIDENCE)
    return finite(result.relative_risk), finite(interval.low), finite(interval.high)


def breach_by_chance(one: Count, other: Count) -> float:
    """Chance that two groups with one common rate, the pooled one, differ by more than four fifths.

    Exact but for the rate, which is estimated: a sum over the smaller group's count of two binomials.
    Whichever group comes out lower is compared with the other, as an auditor would.
    """
    rate = (one.reached + other.reached) / (one.candidates + other.candidates)
    return _lower(one.candidates, other.candidates, rate) + _lower(other.candidates, one.candidates, rate)


def _lower(n: int, m: int, rate: float) -> float:
    """P(X/n < 0.8 Y/m) for independent X ~ Bin(n, rate), Y ~ Bin(m, rate)."""
    y = np.arange(m + 1)
    most = np.ceil(FOUR_FIFTHS * y * n / m - 1e-9) - 1  # the largest x with x/n < 0.8 y/m
    below = np.where(most >= 0, stats.binom.cdf(most, n, rate), 0.0)
    return min(1.0, math.fsum(stats.binom.pmf(y, m, rate) * below))
