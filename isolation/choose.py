"""Which runtime holds hostile code on this host."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from isolation.contract import Runtime, RuntimeFault

if TYPE_CHECKING:
    from isolation.broker.client import BrokerRuntime

log = logging.getLogger(__name__)
_ASK_EVERY_S = 0.2


def choose(
    name: Literal["auto", "docker", "embedded", "none"],
    *,
    embedded_state: Path | None = None,
    oci_runtime: str | None = None,
) -> Runtime:
    """The runtime by that name; ``auto`` is Docker when an engine answers and has the image, else embedded.

    ``embedded_state`` is where an embedded runtime writes down its jails, if not in its usual place.
    ``oci_runtime`` is what the Docker engine starts containers with; None: as PROBE_OCI_RUNTIME says. Where
    one is named, ``auto`` is Docker or a fault.
    Raises RuntimeFault when it cannot be used here. ``none`` holds nothing and is never chosen by ``auto``.
    """
    # Each import stays in its branch: a host without the docker SDK can still use the embedded runtime.
    if name == "none":
        from isolation.bare import BareRuntime

        return BareRuntime()
    if name == "embedded":
        from isolation.bubblewrap import EmbeddedRuntime

        return EmbeddedRuntime(embedded_state)
    if name == "docker":
        from isolation.docker import DockerRuntime

        return DockerRuntime(oci_runtime)
    return choose(_found(oci_runtime), embedded_state=embedded_state, oci_runtime=oci_runtime)


def through_broker(path: Path, *, within_s: float = 0.0) -> BrokerRuntime:
    """The runtime behind the broker that listens on ``path``, which may take ``within_s`` to come up.

    Raises RuntimeFault.
    """
    from isolation.broker.client import BrokerRuntime

    deadline = time.monotonic() + within_s
    while True:
        try:
            return BrokerRuntime(path)
        except RuntimeFault:
            if time.monotonic() >= deadline:
                raise
        time.sleep(_ASK_EVERY_S)


def _found(oci_runtime: str | None) -> Literal["docker", "embedded"]:
    from isolation.docker import OCI_RUNTIME, why_not

    reason = why_not(oci_runtime)
    if oci_runtime or (oci_runtime is None and OCI_RUNTIME):
        return "docker"  # never less than what was asked for
    if reason:
        log.warning("Using the embedded runtime (bubblewrap). %s", reason)
        return "embedded"
    return "docker"
