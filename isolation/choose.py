"""Which runtime holds hostile code on this host."""

from __future__ import annotations

import logging
from typing import Literal

from isolation.contract import Runtime

log = logging.getLogger(__name__)


def choose(name: Literal["auto", "docker", "embedded", "none"]) -> Runtime:
    """The runtime by that name; ``auto`` is Docker when an engine answers and has the image, else embedded.

    Raises RuntimeFault when it cannot be used here. ``none`` holds nothing and is never chosen by ``auto``.
    """
    # Each import stays in its branch: a host without the docker SDK can still use the embedded runtime.
    if name == "none":
        from isolation.bare import BareRuntime

        return BareRuntime()
    if name == "embedded":
        from isolation.bubblewrap import EmbeddedRuntime

        return EmbeddedRuntime()
    if name == "docker":
        from isolation.docker import DockerRuntime

        return DockerRuntime()
    return _choose_auto()


def _choose_auto() -> Runtime:
    from isolation.docker import why_not

    reason = why_not()
    if reason:
        log.warning("Using the embedded runtime (bubblewrap). %s", reason)
        return choose("embedded")
    return choose("docker")
