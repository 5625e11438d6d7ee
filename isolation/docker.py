"""The Docker runtime: jails as containers of one image, through the engine's own SDK.

Every container has the same fixed profile; what a spec may choose is its command, limits, mounts and
environment. Containers are found again by label, so a crash of their starter loses none.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal
from zlib import crc32

import docker
import requests
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.models.containers import Container
from docker.types import DeviceRequest, LogConfig, Mount, Ulimit

from isolation import binds, cgroups, endings, nvml, register, seccomp, socket_dirs
from isolation.admission import is_a_try
from isolation.contract import SOCKET_DIR, WORKSPACE, Device, Exit, Jail, JailSpec, RuntimeFault, Usage
from isolation.tail import TAIL_BYTES

IMAGE = os.environ.get("PROBE_SANDBOX_IMAGE", "probe-sandbox:latest")
OCI_RUNTIME = os.environ.get("PROBE_OCI_RUNTIME", "")
"""What the engine starts containers with, by the name that the engine knows it by; empty for its own default.
``runsc`` is gVisor: a kernel of its own between the container and the host's."""
GVISOR = "runsc"
LABEL = "probe.jail"
DEVICE_LABEL = "probe.device"
TMP_BYTES = 64 * 1024**2
LOG_BYTES = 1024**2
_PING_TIMEOUT_S = 3
_ENGINE_TIMEOUT_S = 60
_SAMPLE_EVERY_S = 1.0
_HOME = "/tmp"
_PATH = "/opt/venv/bin:/usr/local/bin:/usr/bin:/bin"
_UNKNOWN = Usage(cpu_s=None, peak_memory_bytes=None)
_PREFIX = "probe-"
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
        if reason := _unknown_oci_runtime(OCI_RUNTIME if oci_runtime is None else oci_runtime, client.info()):
            return reason
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
        raise RuntimeFault(f"The Docker engine does not answer: {_reason(error)}") from error
    return {name: str(entry.get("path", "")) for name, entry in found.items()}


def components() -> dict[str, str]:
    """Versions of the engine and what it runs jails with. Raises RuntimeFault."""
    try:
        found = docker.from_env(timeout=_PING_TIMEOUT_S).version()
    except (DockerException, requests.RequestException) as error:
        raise RuntimeFault(f"The Docker engine does not answer: {_reason(error)}") from error
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
        if reason := why_not(self._oci_runtime):
            raise RuntimeFault(reason)
        self._client = docker.from_env(timeout=_ENGINE_TIMEOUT_S)
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
            raise RuntimeFault(f"The image {IMAGE} cannot be found: {_reason(error)}") from error
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
            profile = _profile(spec, uid, hide_devices=self._info.get("DefaultRuntime") == "nvidia")
            container = self._client.containers.create(IMAGE, **profile, **self._holder())
        except (DockerException, requests.RequestException) as error:
            raise RuntimeFault(f"The Docker engine refused a container: {_reason(error)}") from error
        try:
            container.start()
        except (DockerException, requests.RequestException) as error:
            _remove(container)
            raise RuntimeFault(f"The Docker engine could not start a container: {_reason(error)}") from error
        return DockerJail(spec, container)

    def _holder(self) -> dict[str, str]:
        return {"runtime": self._oci_runtime} if self._oci_runtime else {}

    def _holder_of(self, device: str) -> str | None:
        """Name of a living container that was given the device, also by a process that has crashed since."""
        try:
            found = self._client.containers.list(filters={"label": f"{DEVICE_LABEL}={device}"})
        except (DockerException, requests.RequestException) as error:
            raise RuntimeFault(f"The Docker engine does not answer: {_reason(error)}") from error
        return str(found[0].name) if found else None

    def owned(self) -> Sequence[str]:
        """Raises RuntimeFault."""
        try:
            found = self._client.containers.list(all=True, filters={"label": LABEL}, ignore_removed=True)
        except (DockerException, requests.RequestException) as error:
            raise RuntimeFault(f"The Docker engine does not answer: {_reason(error)}") from error
        return sorted(container.labels[LABEL] for container in found)

    def reap(self, name: str) -> None:
        """Raises RuntimeFault."""
        try:
            container = self._client.containers.get(_PREFIX + name)
        except NotFound:
            return
        except (DockerException, requests.RequestException) as error:
            raise RuntimeFault(f"The Docker engine does not answer: {_reason(error)}") from error
        _remove(container)

    def _sweep(self) -> None:
        """Remove contestants whose judge was killed, and what was only tried.

        Sessions have an owner who reaps them by name.
        """
        try:
            for container in self._client.containers.list(
                all=True, filters={"label": LABEL}, ignore_removed=True
            ):
                has_owner = container.labels.get("probe.kind") == "session" and not is_a_try(
                    container.labels[LABEL]
                )
                if not has_owner and is_abandoned(container.attrs, datetime.now(UTC)):
                    _remove(container)
        except (DockerException, requests.RequestException) as error:
            raise RuntimeFault(f"The Docker engine does not answer: {_reason(error)}") from error


def is_abandoned(attributes: dict[str, Any], now: datetime) -> bool:
    """Whether a contestant, by its attributes from the engine, can have no judge any more."""
    state = attributes["State"]
    if state["Status"] == "exited":
        return (now - _moment(state["FinishedAt"])).total_seconds() > _ABANDONED_AFTER_S
    return (now - _moment(attributes["Created"])).total_seconds() > _TOO_OLD_AFTER_S


def _moment(text: str) -> datetime:
    """The engine's clock has nanoseconds, in UTC."""
    return datetime.fromisoformat(text.partition(".")[0].removesuffix("Z")).replace(tzinfo=UTC)


class DockerJail:
    """Implements `isolation.contract.Jail`. The container is removed when its end is first seen."""

    def __init__(self, spec: JailSpec, container: Container) -> None:
        self._spec = spec
        self._name = spec.name
        self._container = container
        self._exit: Exit | None = None
        self._last_output = b""
        self._usage = _UNKNOWN
        self._group: cgroups.Group | None = None
        self._lock = threading.RLock()

    @property
    def name(self) -> str:
        return self._name

    def poll(self) -> Exit | None:
        with self._lock:
            if self._exit is None and not self._state()["Running"]:
                self._finish(timed_out=False)
            return self._exit

    def wait(self, timeout_s: float) -> Exit:
        deadline = time.monotonic() + timeout_s
        while self._exit is None:
            left = deadline - time.monotonic()
            if left <= 0:
                return self._kill(timed_out=True)
            self._sample()
            if self._ended_within(min(left, _SAMPLE_EVERY_S)):
                return self._finish(timed_out=False)
        return self._exit

    def output(self) -> bytes:
        with self._lock:
            return self._last_output if self._exit is not None else self._read_output()

    def usage(self) -> Usage:
        """The last reading: a container's use is forgotten when it ends, so some may be missing.

        Quick where the container's control group can be seen; else the engine takes a second to say.
        """
        with self._lock:
            if self._exit is None:
                self._sample()
            return self._usage

    def seal(self) -> None:
        socket_dirs.seal(self._spec)

    def stop(self) -> None:
        self._kill(timed_out=False)

    def _kill(self, *, timed_out: bool) -> Exit:
        with self._lock:
            if self._exit is not None:
                return self._exit
            self._sample()
            with contextlib.suppress(APIError, NotFound):  # it may have ended meanwhile
                self._container.kill()
            self._ended_within(_ENGINE_TIMEOUT_S)
            return self._finish(timed_out=timed_out)

    def _finish(self, *, timed_out: bool) -> Exit:
        with self._lock:
            if self._exit is not None:
                return self._exit
            state = self._state()
            ended = endings.from_status(state["ExitCode"], out_of_memory=bool(state["OOMKilled"]))
            self._last_output = self._read_output()
            self._exit = endings.TIMED_OUT if timed_out else ended
            _remove(self._container)
            return self._exit

    def _ended_within(self, seconds: float) -> bool:
        try:
            self._container.wait(timeout=seconds)
        except (requests.Timeout, requests.ConnectionError):  # the SDK reports its time-out as either
            return False
        except NotFound:
            return True
        except DockerException as error:
            raise RuntimeFault(f"The Docker engine does not answer: {_reason(error)}") from error
        return True

    def _state(self) -> dict[str, Any]:
        try:
            self._container.reload()
        except NotFound:  # somebody reaped it
            return {"Running": False, "ExitCode": 137, "OOMKilled": False}
        except (DockerException, requests.RequestException) as error:
            raise RuntimeFault(f"The Docker engine does not answer: {_reason(error)}") from error
        state: dict[str, Any] = self._container.attrs["State"]
        return state

    def _read_output(self) -> bytes:
        try:
            raw: bytes = self._container.logs(stdout=True, stderr=True)
        except (DockerException, requests.RequestException):
            return self._last_output
        return raw[-TAIL_BYTES:]

    def _sample(self) -> None:
        if self._group is None and (pid := self._state().get("Pid", 0)):
            container = str(self._container.id)
            self._group = cgroups.of_process(pid, container) or cgroups.of_container(container)
        if self._group is not None:
            usage = self._group.usage()
            if usage.cpu_s is not None:
                self._usage = usage
            return
        try:
            stats = self._container.stats(stream=False, one_shot=True)
        except (DockerException, requests.RequestException, ValueError):
            return
        memory = stats.get("memory_stats") or {}
        cpu_ns = ((stats.get("cpu_stats") or {}).get("cpu_usage") or {}).get("total_usage")
        before = self._usage.peak_memory_bytes or 0
        peak = max(before, memory.get("max_usage") or memory.get("usage") or 0)
        if cpu_ns:
            self._usage = Usage(cpu_s=cpu_ns / 1e9, peak_memory_bytes=peak or None)


def _profile(spec: JailSpec, uid: int, *, hide_devices: bool) -> dict[str, Any]:
    """Everything about the container. Nothing here comes from the jailed code.

    ``hide_devices``: the engine's ordinary runtime shows the GPUs that the environment names, or the image's.
    """
    limits = spec.limits
    owner = f"uid={uid},gid={uid},mode=0700,nosuid,nodev"
    mounts = [
        Mount(str(bind.target), str(bind.source.resolve()), type="bind", read_only=True)
        for bind in spec.binds
    ]
    if spec.socket_dir is not None:
        read_only = spec.kind == "contestant"
        mounts.append(
            Mount(str(SOCKET_DIR), str(spec.socket_dir.resolve()), type="bind", read_only=read_only)
        )
    return {
        "name": _PREFIX + spec.name,
        "labels": {
            LABEL: spec.name,
            "probe.kind": spec.kind,
            **({DEVICE_LABEL: spec.device} if spec.device else {}),
        },
        "entrypoint": [],
        "command": list(spec.argv),
        "environment": {
            **spec.env,
            "PATH": _PATH,
            "HOME": _HOME,
            "LANG": "C.UTF-8",
            "OMP_NUM_THREADS": "1",
            **({"NVIDIA_VISIBLE_DEVICES": "void"} if hide_devices and not spec.device else {}),
        },
        "device_requests": [_device_request(spec.device)] if spec.device else [],
        "user": f"{uid}:{uid}",
        "working_dir": str(WORKSPACE),
        "hostname": "sandbox",
        "init": True,  # reaps orphans, and lets the program itself be killed by a signal
        "detach": True,
        "stdin_open": False,
        "network_mode": "none",
        "ipc_mode": "private",
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges", f"seccomp={json.dumps(seccomp.docker_profile(spec.kind))}"],
        "mem_limit": limits.memory_bytes,
        "memswap_limit": limits.memory_bytes,
        "nano_cpus": int(limits.cpus * 1e9),
        "pids_limit": limits.pids,
        "shm_size": TMP_BYTES,
        "tmpfs": {
            str(WORKSPACE): f"size={limits.disk_bytes},{owner}",
            "/tmp": f"size={TMP_BYTES},{owner},exec",
        },
        "ulimits": [Ulimit(name="core", soft=0, hard=0), Ulimit(name="nofile", soft=1024, hard=1024)],
        "mounts": mounts,
        "log_config": LogConfig(type="json-file", config={"max-size": str(LOG_BYTES), "max-file": "1"}),
        "healthcheck": {"test": ["NONE"]},
        "restart_policy": {"Name": "no"},
    }


def _device_request(device: str) -> DeviceRequest:
    """By id, never by count: an engine keeps no account of what it has given away."""
    return DeviceRequest(driver="nvidia", device_ids=[device], capabilities=[["gpu", "compute", "utility"]])


def _remove(container: Container) -> None:
    try:
        container.remove(force=True, v=True)
    except NotFound:
        return
    except APIError as error:
        if error.status_code != requests.codes.conflict:  # 409: its removal is under way already
            raise RuntimeFault(f"A container cannot be removed: {_reason(error)}") from error
    except requests.RequestException as error:
        raise RuntimeFault(f"The Docker engine does not answer: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return str(getattr(error, "explanation", "") or error)
