"""What the what-if page compares its model with. It is no secret, and the page needs no seat."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from sandbox.service.batch_pressure import BadMeasurement, read_batch_pressure
from sandbox.web.errors import WebError
from sandbox.web.plane import Plane


def add_what_if_routes(router: APIRouter, plane: Plane) -> None:
    @router.get("/batch-pressure")
    def batch_pressure() -> dict[str, Any]:
        try:
            found = read_batch_pressure(plane.measured)
        except BadMeasurement as fault:
            raise WebError(
                500, "bad_measurement", str(fault), "Measure again, or remove the file."
            ) from fault
        return {"results": [] if found is None else [one.model_dump(mode="json") for one in found.results]}
