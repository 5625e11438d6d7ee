"""The Docker runtime: jails as containers of one image, through the engine's own SDK.

Containers are found again by label, so a crash of their starter loses none.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal
from zlib import crc32

import docker
import requests
from docker.errors import DockerException, ImageNotFound, NotFound

from isolation import binds, docker_profile, nvml, register, socket_dirs
from isolation.admission import is_a_try
from isolation.contract import Device, Jail, JailSpec, RuntimeFault
from isolation.docker_jail import ENGINE_TIMEOUT_S, DockerJail, reason, remove
from isolation.docker_profile import DEVICE_LABEL, KIND_LABEL, LABEL, PREFIX

IMAGE = os.environ.get("PROBE_SANDBOX_IMAGE", "probe-sandbox:latest")
OCI_RUNTIME = os.environ.get("PROBE_OCI_RUNTIME", "")
"""What the engine starts containers with, by the name that the engine knows it by; empty for its own default.
``runsc`` is gVisor: a kernel of its own between the container and the host's."""
GVISOR = "runsc"
_PING_TIMEOUT_S = 3
_ABANDONED_AFTER_S = 120
"""A living judge asks after its contestant every few seconds, and removes it once it has ended."""
_TOO_OLD_AFTER_S = 7_200
"""No judgement takes that long: `sandbox.adapters.judge` ends one after an hour."""


def why_not(oci_runtime: str | None = None) -> str:
    """Why this runtime cannot be used here, in a sentence; empty when it can.

    ``oci_runtime`` is None for `OCI_RUNTIME`.
    """
    try:
        client = docker.from_env(timeout=_PING_TIMEOUT_S)
        client.ping()
        client.images.get(IMAGE)
        if problem := _unknown_oci_runtime(
            OCI_RUNTIME if oci_runtime is None else oci_runtime, client.info()
        ):
            return problem
    except ImageNotFound:
        return f"A Docker engine answers, but the image {IMAGE} is not there: run images/build."
    except (DockerException, requests.RequestException):
        return "No Docker engine answers: run scripts/engine."
    return ""


def _unknown_oci_runtime(name: str, info: Mapping[str, Any]) -> str:
    """Never another one instead: whoever names gVisor counts on it."""
    known = sorted(info.get("Runtimes") or {})
    if not name or name in known:
        return ""
    return (
        f"The OCI runtime {name!r} is asked for and the engine knows only {', '.join(known)}. Install it and"
        " name it under `runtimes` in the engine's daemon.json, or unset PROBE_OCI_RUNTIME."
    )


def oci_runtimes() -> dict[str, str]:
    """Those that the engine knows, each with its program. Raises RuntimeFault."""
    try:
        found = docker.from_env(timeout=_PING_TIMEOUT_S).info().get("Runtimes") or {}
    except (DockerException, requests.RequestException) as error:
        raise RuntimeFault(f"The Docker engine does not answer: {reason(error)}") from error
    return {name: str(entry.get("path", "")) for name, entry in found.items()}


def components() -> dict[str, str]:
    """Versions of the engine and what it runs jails with. Raises RuntimeFault."""
    try:
        found = docker.from_env(timeout=_PING_TIMEOUT_S).version()
    except (DockerException, requests.RequestException) as error:
        raise RuntimeFault(f"The Docker engine does not answer: {reason(error)}") from error
    names = {"Engine": "engine", "containerd": "containerd", "runc": "runc"}
    return {names[part["Name"]]: part["Version"] for part in found["Components"] if part["Name"] in names}


class DockerRuntime:
    """Implements `isolation.contract.Runtime`."""

    def __init__(
        self,
        oci_runtime: str | None = None,
        inventory: Callable[[], Sequence[Device]] = nvml.devices,
    ) -> None:
        """``oci_runtime`` is None for `OCI_RUNTIME`; ``inventory`` reads the host's GPUs.

        Raises RuntimeFault when no engine answers, or the image or that runtime is missing.
        """
        self._inventory = inventory
        self._oci_runtime = OCI_RUNTIME if oci_runtime is None else oci_runtime
        if problem := why_not(self._oci_runtime):
            raise RuntimeFault(problem)
        self._client = docker.from_env(timeout=ENGINE_TIMEOUT_S)
        self._info: dict[str, Any] = self._client.info()
        self._sweep()

    @property
    def name(self) -> Literal["docker", "embedded", "none"]:
        return "docker"

    @property
    def identity(self) -> str:
        """Raises RuntimeFault."""
        try:
            image = self._client.images.get(IMAGE).id
        except (DockerException, requests.RequestException) as error:
            raise RuntimeFault(f"The image {IMAGE} cannot be found: {reason(error)}") from error
        holder = self._oci_runtime or self._info.get("DefaultRuntime")
        return f"docker {self._info.get('ServerVersion')} {self._info.get('KernelVersion')} {holder} {image}"

    @property
    def caveats(self) -> Sequence[str]:
        found = []
        if self._oci_runtime != GVISOR:
            found.append("Containers share the host's kernel: a hole in it reaches the host.")
        options = " ".join(self._info.get("SecurityOptions") or ())
        if "userns" not in options and "rootless" not in options:
            found.append("User ids inside are user ids of the host: the engine runs without userns-remap.")
        for key, what in (
            ("MemoryLimit", "memory"),
            ("SwapLimit", "swap"),
            ("PidsLimit", "number of processes"),
            ("CpuCfsQuota", "share of the CPU"),
        ):
            if not self._info.get(key):
                found.append(f"The {what} is not limited: the engine cannot do it on this host.")
        if not self._gives_devices and self._has_devices():
            found.append(
                "The GPUs of this host cannot be given to sandboxes: the engine has no NVIDIA runtime. "
                "Install the NVIDIA Container Toolkit and run `nvidia-ctk runtime configure`."
            )
        if "seccomp" not in options:
            found.append("No system calls are refused: the engine runs without seccomp.")
        return tuple(found)

    @property
    def unpromised(self) -> frozenset[str]:
        """A host without the other limits of `caveats` holds nobody: only work of our own may run there."""
        if self._info.get("CpuCfsQuota"):
            return frozenset()
        return frozenset({"use more than its share of the processor"})

    @property
    def _gives_devices(self) -> bool:
        return "nvidia" in (self._info.get("Runtimes") or {})

    def _has_devices(self) -> bool:
        try:
            return bool(self._inventory())
        except RuntimeFault:
            return False

    def devices(self) -> Sequence[Device]:
        """Raises RuntimeFault."""
        return self._inventory() if self._gives_devices else ()

    def start(self, spec: JailSpec) -> Jail:
        """Raises RuntimeFault."""
        if not register.NAME.fullmatch(spec.name):
            raise RuntimeFault(f"{spec.name!r} is no name for a jail: a-z, 0-9 and -, at most 40.")
        binds.check(spec.binds)
        if spec.device and (holder := self._holder_of(spec.device)):
            raise RuntimeFault(f"The device {spec.device} is in use by the container {holder}.")
        uid = register.FIRST_UID + crc32(spec.name.encode()) % register.UIDS
        socket_dirs.hand_over(spec, uid)
        try:
            profile = docker_profile.profile(
                spec, uid, hide_devices=self._info.get("DefaultRuntime") == "nvidia"
            )
            container = self._client.containers.create(IMAGE, **profile, **self._holder())
        except (DockerException, requests.RequestException) as error:
            raise RuntimeFault(f"The Docker engine refused a container: {reason(error)}") from error
        try:
            container.start()
        except (DockerException, requests.RequestException) as error:
            remove(container)
            raise RuntimeFault(f"The Docker engine could not start a container: {reason(error)}") from error
        return DockerJail(spec, container)

    def _holder(self) -> dict[str, str]:
        return {"runtime": self._oci_runtime} if self._oci_runtime else {}

    def _holder_of(self, device: str) -> str | None:
        """Name of a living container that was given the device, also by a process that has crashed since."""
        try:
            found = self._client.containers.list(filters={"label": f"{DEVICE_LABEL}={device}"})
        except (DockerException, requests.RequestException) as error:
            raise RuntimeFault(f"The Docker engine does not answer: {reason(error)}") from error
        return str(found[0].name) if found else None

    def owned(self) -> Sequence[str]:
        """Raises RuntimeFault."""
        try:
            found = self._client.containers.list(all=True, filters={"label": LABEL}, ignore_removed=True)
        except (DockerException, requests.RequestException) as error:
            raise RuntimeFault(f"The Docker engine does not answer: {reason(error)}") from error
        return sorted(container.labels[LABEL] for container in found)

    def reap(self, name: str) -> None:
        """Raises RuntimeFault."""
        try:
            container = self._client.containers.get(PREFIX + name)
        except NotFound:
            return
        except (DockerException, requests.RequestException) as error:
            raise RuntimeFault(f"The Docker engine does not answer: {reason(error)}") from error
        remove(container)

    def _sweep(self) -> None:
        """Remove contestants whose judge was killed, and what was only tried.

        Sessions have an owner who reaps them by name.
        """
        try:
            for container in self._client.containers.list(
                all=True, filters={"label": LABEL}, ignore_removed=True
            ):
                has_owner = container.labels.get(KIND_LABEL) == "session" and not is_a_try(
                    container.labels[LABEL]
                )
                if not has_owner and is_abandoned(container.attrs, datetime.now(UTC)):
                    remove(container)
        except (DockerException, requests.RequestException) as error:
            raise RuntimeFault(f"The Docker engine does not answer: {reason(error)}") from error


def is_abandoned(attributes: dict[str, Any], now: datetime) -> bool:
    """Whether a contestant, by its attributes from the engine, can have no judge any more."""
    state = attributes["State"]
    if state["Status"] == "exited":
        return (now - _moment(state["FinishedAt"])).total_seconds() > _ABANDONED_AFTER_S
    return (now - _moment(attributes["Created"])).total_seconds() > _TOO_OLD_AFTER_S


def _moment(text: str) -> datetime:
    """The engine's clock has nanoseconds, in UTC."""
    return datetime.fromisoformat(text.partition(".")[0].removesuffix("Z")).replace(tzinfo=UTC)
