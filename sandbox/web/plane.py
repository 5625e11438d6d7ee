"""What the routes need, in one frozen value: built by `sandbox.app`, held by the application."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.core.outbound import Greenhouse
from sandbox.ports import Sandboxes
from sandbox.service.catalogue import Catalogue
from sandbox.service.deletion import Deletion
from sandbox.service.desk import Desk
from sandbox.service.hall import Hall
from sandbox.service.interviews import Interviews
from sandbox.service.leasing import Leasing
from sandbox.service.outbound import Outbound
from sandbox.store.log import EventLog
from sandbox.store.records import Records
from sandbox.store.seats import Seats


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    catalogue: Catalogue
    hall: Hall
    desk: Desk
    interviews: Interviews
    log: EventLog
    records: Records
    seats: Seats
    runtime: str
    caveats: Sequence[str]
    sandboxes: Sandboxes
    leasing: Leasing
    outbound: Outbound
    greenhouse: Sequence[Greenhouse]
    """Who may call by key."""
    deletion: Deletion
    keep_days: int | None
    """After the end of an interview; None keeps it."""
    measured: Sequence[Path]
    """Folders that may have measurements for the what-if page; the first that has one is taken."""
    secure: bool
    """Browsers reach us by https, so cookies may say so."""
