"""Who was told what was decided, and telling them again."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter

from sandbox.web.errors import no_delivery, no_interview
from sandbox.web.plane import Plane


def add_delivery_routes(router: APIRouter, plane: Plane) -> None:
    @router.get("/rooms/{interview}/deliveries")
    def deliveries(interview: str) -> dict[str, Any]:
        if not plane.log.exists(interview):
            raise no_interview()
        return {"deliveries": [one.model_dump(mode="json") for one in plane.outbound.shown(interview)]}

    @router.post("/rooms/{interview}/deliveries/{delivery}/again")
    async def again(interview: str, delivery: str) -> dict[str, Any]:
        if not await asyncio.to_thread(plane.outbound.again, interview, delivery):
            raise no_delivery()
        plane.outbound.wake()
        return {}
