"""All interviews as one table for a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import UTC, datetime

from defusedcsv import csv  # a cell that a spreadsheet would run as a formula gets an apostrophe

from sandbox.core.summary import InterviewSummary

HEADER = ("interview", "candidate", "interviewer", "created", "stage", "total", "synthetic")


def as_csv(interviews: Iterable[InterviewSummary]) -> str:
    """RFC 4180, one line for each interview. Names are what people typed and may try to be formulas."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for one in interviews:
        created = datetime.fromtimestamp(one.created_at / 1000, UTC).isoformat(timespec="seconds")
        total = "" if one.total is None else one.total
        names = (
            one.candidate_name.strip(),
            one.interviewer_name.strip(),
        )  # a leading blank hides the formula
        writer.writerow((one.id, *names, created, one.stage, total, "yes" if one.synthetic else ""))
    return text.getvalue()
