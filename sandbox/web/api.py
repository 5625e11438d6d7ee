"""All calls behind one gate."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from sandbox.web.cohort_routes import add_cohort_routes
from sandbox.web.delivery_routes import add_delivery_routes
from sandbox.web.gate import Gate
from sandbox.web.greenhouse_routes import add_greenhouse_routes
from sandbox.web.plane import Plane
from sandbox.web.replay_routes import add_replay_routes
from sandbox.web.report_routes import add_report_routes
from sandbox.web.rights_routes import add_rights_routes
from sandbox.web.routes import add_routes
from sandbox.web.security import JoinLimit
from sandbox.web.what_if_routes import add_what_if_routes


def make_api(plane: Plane, limit: JoinLimit) -> APIRouter:
    """Every call of the application; who may make it stands in `sandbox.core.access`."""
    router = APIRouter(prefix="/api", dependencies=[Depends(Gate(plane))])
    add_routes(router, plane, limit)
    add_report_routes(router, plane)
    add_delivery_routes(router, plane)
    add_greenhouse_routes(router, plane)
    add_replay_routes(router, plane)
    add_rights_routes(router, plane)
    add_cohort_routes(router, plane)
    add_what_if_routes(router, plane)
    return router
