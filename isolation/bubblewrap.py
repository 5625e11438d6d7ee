"""The embedded runtime: jails made by bubblewrap, for hosts where no Docker engine answers.

Starts, watches, kills and finds jails. What a jail looks like inside is `bwrap_argv`, its limits are
`cgroups`, the record that outlives a crash is `register`.
"""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

from isolation import (
    binds,
    bwrap_argv,
    candidate_env,
    cgroups,
    endings,
    processes,
    register,
    seccomp,
    socket_dirs,
)
from isolation.contract import Device, Exit, Jail, JailSpec, RuntimeFault, Usage
from isolation.tail import Tail

_DEAD_WITHIN_S = 5.0
_OUTPUT_ENDS_WITHIN_S = 1.0
_UNKNOWN = Usage(cpu_s=None, peak_memory_bytes=None)

# A jail dies with the *thread* that started it (PR_SET_PDEATHSIG, prctl(2)), so all are started by one
# that lives as long as this process.
_STARTER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jail-starter")


class EmbeddedRuntime:
    """Implements `isolation.contract.Runtime`."""

    def __init__(self, state: Path | None = None) -> None:
        """Raises RuntimeFault when bubblewrap is missing or `state` is not ours."""
        for program in ("bwrap", "prlimit", "setpriv"):
            if shutil.which(program) is None:
                raise RuntimeFault(f"`{program}` is missing. Install the packages bubblewrap and util-linux.")
        self._as_root = os.geteuid() == 0
        self._hierarchy = cgroups.find() if self._as_root else None
        self._register = register.Register.open(state)

    @property
    def name(self) -> Literal["docker", "embedded", "none"]:
        return "embedded"

    @property
    def identity(self) -> str:
        """Raises RuntimeFault when there is no candidate environment."""
        return f"embedded {platform.release()} {candidate_env.locate().prefix}"

    @property
    def caveats(self) -> Sequence[str]:
        always = [
            "No Docker engine is used: jails share the host's kernel and are held by namespaces, seccomp and "
            "resource limits.",
            "Programs and libraries under the host's /usr can be read inside.",
        ]
        if self._hierarchy is None:
            always += [
                "The memory limit is per process only: this host lets us make no control group, so many "
                "processes together can use more.",
                "The share of the CPU is not limited, and use of memory is not measured.",
            ]
        if not self._as_root:
            always.append("All jails run as the user who started the server, apart by user namespaces only.")
            always.append("What a session writes to its socket folder, on the host's disk, is not limited.")
        if platform.machine() not in seccomp.ARCHITECTURES:
            always.append(f"No system calls are refused: there is no list for {platform.machine()}.")
        return tuple(always)

    @property
    def unpromised(self) -> frozenset[str]:
        if self._hierarchy is not None:
            return frozenset()
        return frozenset(
            {
                "use more memory than the limit, by several processes",
                "use more than its share of the processor",
            }
        )

    def devices(self) -> Sequence[Device]:
        """None: a jail here has a bare /dev of its own."""
        return ()

    def start(self, spec: JailSpec) -> Jail:
        """Raises RuntimeFault."""
        if spec.device:
            raise RuntimeFault("The embedded runtime gives no GPU to a jail. Use the Docker runtime.")
        environment = candidate_env.locate()
        if self._as_root:  # else the jail's user is the one who starts it
            binds.check(spec.binds)
        record = self._register.enter(spec.name)
        try:
            return self._start(spec, environment, record)
        except BaseException:
            self.reap(spec.name)
            raise

    def owned(self) -> Sequence[str]:
        """Every jail that has not been cleaned up, also one whose processes died with their starter."""
        return self._register.names()

    def reap(self, name: str) -> None:
        record = self._register.read(name)
        if record is not None and record.pid and register.start_time(record.pid) == record.started:
            with contextlib.suppress(ProcessLookupError):
                os.kill(record.pid, signal.SIGKILL)
        if self._hierarchy is not None:
            self._hierarchy.clear(self._register.scoped(name))
        self._register.leave(name)

    def _start(
        self, spec: JailSpec, environment: candidate_env.CandidateEnv, record: register.Record
    ) -> BubblewrapJail:
        uid = record.uid if self._as_root else bwrap_argv.UID_AS_PLAIN_USER
        socket_dirs.hand_over(spec, uid)
        folder = self._register.folder(spec.name)
        group = None
        if self._hierarchy is not None:
            group = self._hierarchy.make(self._register.scoped(spec.name), spec.limits)
        with _filter_file(folder, spec.kind) as seccomp_fd:
            confinement = bwrap_argv.Confinement(
                uid=uid,
                as_root=self._as_root,
                has_cgroup=group is not None,
                candidate_env=environment.prefix,
                folders=environment.folders,
                etc=_write_etc(folder, uid),
                seccomp_fd=seccomp_fd,
            )
            argv = bwrap_argv.build(spec, confinement)
            if group is not None:
                argv = bwrap_argv.enter_groups(group.doors, argv)
            process = _STARTER.submit(_spawn, argv, seccomp_fd).result()
        started = register.start_time(process.pid) or 0
        self._register.write(spec.name, register.Record(uid=record.uid, pid=process.pid, started=started))
        return BubblewrapJail(spec, process, group, self._register)


class BubblewrapJail:
    """Implements `isolation.contract.Jail`. The group and the record go when the end is first seen."""

    def __init__(
        self,
        spec: JailSpec,
        process: subprocess.Popen[bytes],
        group: cgroups.Group | None,
        entries: register.Register,
    ) -> None:
        self._spec = spec
        self._name = spec.name
        self._process = process
        self._group = group
        self._register = entries
        self._exit: Exit | None = None
        self._usage = _UNKNOWN
        self._lock = threading.RLock()
        assert process.stdout is not None
        self._tail = Tail(process.stdout)  # type: ignore[arg-type]

    @property
    def name(self) -> str:
        return self._name

    def poll(self) -> Exit | None:
        if self._exit is None and self._process.poll() is not None:
            self._finish(timed_out=False)
        return self._exit

    def wait(self, timeout_s: float) -> Exit:
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return self._kill(timed_out=True)
        return self._finish(timed_out=False)

    def output(self) -> bytes:
        return self._tail.read()

    def usage(self) -> Usage:
        with self._lock:
            if self._exit is None:
                self._usage = self._group.usage() if self._group else processes.usage(self._process.pid)
            return self._usage

    def seal(self) -> None:
        socket_dirs.seal(self._spec)

    def stop(self) -> None:
        self._kill(timed_out=False)

    def _kill(self, *, timed_out: bool) -> Exit:
        # Its death takes the first process inside along, and that one's death all others (pid_namespaces(7)).
        self._process.kill()
        try:
            self._process.wait(_DEAD_WITHIN_S)
        except subprocess.TimeoutExpired:
            raise RuntimeFault(f"Jail {self._name} does not end; end process {self._process.pid}.") from None
        return self._finish(timed_out=timed_out)

    def _finish(self, *, timed_out: bool) -> Exit:
        with self._lock:
            if self._exit is not None:
                return self._exit
            out_of_memory = False
            if self._group is not None:
                self._group.kill()
                self._usage = self._group.usage()
                out_of_memory = self._group.ran_out_of_memory()
                self._group.remove()
            self._tail.join(_OUTPUT_ENDS_WITHIN_S)
            self._register.leave(self._name)
            ended = endings.from_status(self._process.returncode, out_of_memory=out_of_memory)
            self._exit = endings.TIMED_OUT if timed_out else ended
            return self._exit


def _spawn(argv: list[str], seccomp_fd: int) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[seccomp_fd],
            env={"PATH": "/usr/bin:/bin"},
            cwd="/",
            start_new_session=True,  # Ctrl-C on the server's terminal is for the server
        )
    except OSError as error:
        raise RuntimeFault(f"bubblewrap cannot be started: {error}") from error


@contextlib.contextmanager
def _filter_file(folder: Path, kind: seccomp.Kind) -> Iterator[int]:
    """A descriptor to read the seccomp program from."""
    path = folder / "seccomp"
    path.write_bytes(seccomp.program(kind))
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _write_etc(folder: Path, uid: int) -> Path:
    """The few files of /etc that libraries look for. Nothing of the host's own is shown."""
    etc = folder / "etc"
    etc.mkdir()
    files = {
        "passwd": f"root:x:0:0::/:/usr/sbin/nologin\nsandbox:x:{uid}:{uid}::{bwrap_argv.HOME}:/bin/sh\n",
        "group": f"root:x:0:\nsandbox:x:{uid}:\n",
        "hosts": "127.0.0.1 localhost\n::1 localhost\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }
    for name, text in files.items():
        path = etc / name
        path.write_text(text)
        path.chmod(0o644)
    return etc
