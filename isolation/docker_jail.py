"""A jail that is a container: how it ends, what it printed, what it used; through the engine's own SDK."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any

import requests
from docker.errors import APIError, DockerException, NotFound
from docker.models.containers import Container

from isolation import cgroups, endings, socket_dirs
from isolation.contract import Exit, JailSpec, RuntimeFault, Usage
from isolation.tail import TAIL_BYTES

ENGINE_TIMEOUT_S = 60
_SAMPLE_EVERY_S = 1.0
_UNKNOWN = Usage(cpu_s=None, peak_memory_bytes=None)


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
            self._ended_within(ENGINE_TIMEOUT_S)
            return self._finish(timed_out=timed_out)

    def _finish(self, *, timed_out: bool) -> Exit:
        with self._lock:
            if self._exit is not None:
                return self._exit
            state = self._state()
            ended = endings.from_status(state["ExitCode"], out_of_memory=bool(state["OOMKilled"]))
            self._last_output = self._read_output()
            self._exit = endings.TIMED_OUT if timed_out else ended
            remove(self._container)
            return self._exit

    def _ended_within(self, seconds: float) -> bool:
        try:
            self._container.wait(timeout=seconds)
        except (requests.Timeout, requests.ConnectionError):  # the SDK reports its time-out as either
            return False
        except NotFound:
            return True
        except DockerException as error:
            raise RuntimeFault(f"The Docker engine does not answer: {reason(error)}") from error
        return True

    def _state(self) -> dict[str, Any]:
        try:
            self._container.reload()
        except NotFound:  # somebody reaped it
            return {"Running": False, "ExitCode": 137, "OOMKilled": False}
        except (DockerException, requests.RequestException) as error:
            raise RuntimeFault(f"The Docker engine does not answer: {reason(error)}") from error
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


def remove(container: Container) -> None:
    try:
        container.remove(force=True, v=True)
    except NotFound:
        return
    except APIError as error:
        if error.status_code != requests.codes.conflict:  # 409: its removal is under way already
            raise RuntimeFault(f"A container cannot be removed: {reason(error)}") from error
    except requests.RequestException as error:
        raise RuntimeFault(f"The Docker engine does not answer: {reason(error)}") from error


def reason(error: Exception) -> str:
    """Why the engine or its SDK says no, in words."""
    return str(getattr(error, "explanation", "") or error)
