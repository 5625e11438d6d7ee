"""What a jail is as a container: one fixed profile. Pure: nothing here talks to an engine.

A spec chooses its command, limits, mounts, environment and device, and nothing else.
"""

from __future__ import annotations

import json
from typing import Any

from docker.types import DeviceRequest, LogConfig, Mount, Ulimit

from isolation import seccomp
from isolation.contract import SOCKET_DIR, WORKSPACE, JailSpec

LABEL = "probe.jail"
KIND_LABEL = "probe.kind"
DEVICE_LABEL = "probe.device"
PREFIX = "probe-"
"""Of a container's name, before the jail's."""
TMP_BYTES = 64 * 1024**2
LOG_BYTES = 1024**2
_HOME = "/tmp"
_PATH = "/opt/venv/bin:/usr/local/bin:/usr/bin:/bin"


def profile(spec: JailSpec, uid: int, *, hide_devices: bool) -> dict[str, Any]:
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
        "name": PREFIX + spec.name,
        "labels": {
            LABEL: spec.name,
            KIND_LABEL: spec.kind,
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
