"""What the host asks about all interviews together.

The statistics are imported when they are asked for: scipy alone would double the time that a server takes to
start, and rooms wait for it.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from sandbox.service.export import as_csv
from sandbox.web.errors import WebError
from sandbox.web.plane import Plane


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    csv: str


def add_cohort_routes(router: APIRouter, plane: Plane) -> None:
    @router.get("/calibration")
    def calibration() -> dict[str, Any]:
        from sandbox.core.calibration import calibrate
        from sandbox.service.cohort import cases

        return calibrate(cases(plane.log)).model_dump(mode="json")

    @router.post("/impact")
    def adverse_impact(body: Table) -> dict[str, Any]:
        """Worked out and forgotten: nothing about groups is ever stored."""
        from sandbox.core.impact import BadTable, impact, parse_counts

        try:
            found = impact(parse_counts(body.csv))
        except BadTable as error:
            raise WebError(422, "bad_table", str(error), "Correct it and send it again.") from None
        return {"impacts": [one.model_dump(mode="json") for one in found]}

    @router.get("/interviews.csv")
    def table() -> Response:
        attached = {"content-disposition": 'attachment; filename="interviews.csv"'}
        return Response(as_csv(plane.interviews.list()), media_type="text/csv", headers=attached)
