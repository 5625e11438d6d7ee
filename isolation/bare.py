"""The runtime that isolates nothing: a plain child process, for challenge authors on their own code.

Folders that a jail would show at fixed places are linked into a scratch folder, and these places are
replaced in the arguments and the environment. Limits are not enforced.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Literal

from isolation import processes
from isolation.contract import (
    SOCKET_DIR,
    WORKSPACE,
    Device,
    Ending,
    Exit,
    Jail,
    JailSpec,
    RuntimeFault,
    Usage,
)
from isolation.tail import Tail

_DEFAULT_ENV = Path(__file__).resolve().parent.parent / ".candidate-env"
_DEAD_WITHIN_S = 5.0


class BareRuntime:
    """Implements `isolation.contract.Runtime`, without the promises. Knows only the jails it started."""

    def __init__(self) -> None:
        """Raises RuntimeFault when there is no Python for the candidate's code."""
        self._interpreter = candidate_python()
        self._living: dict[str, BareJail] = {}

    @property
    def name(self) -> Literal["docker", "embedded", "none"]:
        return "none"

    @property
    def identity(self) -> str:
        return "none"

    @property
    def caveats(self) -> Sequence[str]:
        return (
            "Nothing is isolated: the code runs as you, with your files. Use it on your own code only.",
            "Memory, processors, processes and disk are not limited, and use of memory is not measured.",
        )

    @property
    def unpromised(self) -> frozenset[str]:
        """Nothing is promised, so nothing is tried either."""
        return frozenset()

    def devices(self) -> Sequence[Device]:
        """None to be given: the code sees all that you see."""
        return ()

    def start(self, spec: JailSpec) -> Jail:
        """Raises RuntimeFault."""
        root = Path(tempfile.mkdtemp(prefix="probe-bare-"))
        try:
            places = _lay_out(spec, root)
            argv = [str(self._interpreter) if spec.argv[0] == "python" else spec.argv[0]]
            argv += [_replaced(word, places) for word in spec.argv[1:]]
            env = {key: _replaced(value, places) for key, value in spec.env.items()}
            process = self._launch(
                argv, places[WORKSPACE], _base_env(self._interpreter, places[WORKSPACE]) | env
            )
        except OSError as error:
            shutil.rmtree(root, ignore_errors=True)
            raise RuntimeFault(f"Cannot start {spec.argv[0]!r}: {error.strerror or error}.") from error
        except RuntimeFault:
            shutil.rmtree(root, ignore_errors=True)
            raise
        self._living = {name: jail for name, jail in self._living.items() if jail.poll() is None}
        self._living[spec.name] = jail = BareJail(spec.name, process, root)
        return jail

    def _launch(self, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=env,
            start_new_session=True,
        )

    def owned(self) -> Sequence[str]:
        return [name for name, jail in self._living.items() if jail.poll() is None]

    def reap(self, name: str) -> None:
        if jail := self._living.pop(name, None):
            jail.stop()


class BareJail:
    """Implements `isolation.contract.Jail`: a session of processes and its scratch folder."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], root: Path) -> None:
        self._name = name
        self._process = process
        self._root = root
        self._timed_out = False
        self._usage = Usage(cpu_s=None, peak_memory_bytes=None)
        assert process.stdout is not None
        self._tail = Tail(process.stdout)  # type: ignore[arg-type]

    @property
    def name(self) -> str:
        return self._name

    def poll(self) -> Exit | None:
        status = self._process.poll()
        return None if status is None else self._ended(status)

    def wait(self, timeout_s: float) -> Exit:
        try:
            return self._ended(self._process.wait(timeout_s))
        except subprocess.TimeoutExpired:
            self._timed_out = True
            self.stop()
            return self._ended(self._process.returncode)

    def output(self) -> bytes:
        return self._tail.read()

    def usage(self) -> Usage:
        if self._process.poll() is None:
            self._usage = processes.usage(self._process.pid)
        return self._usage

    def seal(self) -> None:
        """Nothing is kept from the program here."""

    def stop(self) -> None:
        # Children have process groups, and may have sessions, of their own; their home ties them together.
        # Again and again: one may have been born in between, and a killed one takes a moment to die.
        deadline = time.monotonic() + _DEAD_WITHIN_S
        while (living := _living_in(self._root)) and time.monotonic() < deadline:
            for pid in living:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait(_DEAD_WITHIN_S)
        shutil.rmtree(self._root, ignore_errors=True)

    def _ended(self, status: int) -> Exit:
        if self._timed_out:
            return Exit(ending=Ending.TIMED_OUT, code=None)
        if status < 0:
            return Exit(ending=Ending.SIGNALLED, code=-status)
        return Exit(ending=Ending.EXITED, code=status)


def candidate_python() -> Path:
    """Interpreter of the candidate environment.

    ``PROBE_CANDIDATE_PYTHON``, else that of ``PROBE_CANDIDATE_ENV``, else that of ``.candidate-env``, else
    this process's own where torch can be imported. Raises RuntimeFault when there is none.
    """
    if named := os.environ.get("PROBE_CANDIDATE_PYTHON"):
        return _existing(Path(named), "PROBE_CANDIDATE_PYTHON")
    if prefix := os.environ.get("PROBE_CANDIDATE_ENV"):
        return _existing(Path(prefix) / "bin" / "python", "PROBE_CANDIDATE_ENV")
    if (default := _DEFAULT_ENV / "bin" / "python").exists():
        return default
    if find_spec("torch") is not None:
        return Path(sys.executable)
    raise RuntimeFault(
        "There is no Python with torch for the candidate's code. Make it with `make up`, or name one in"
        " PROBE_CANDIDATE_PYTHON."
    )


def _existing(path: Path, variable: str) -> Path:
    if not path.exists():
        raise RuntimeFault(f"{variable} points to {path}, which is not there.")
    return path.absolute()


def _lay_out(spec: JailSpec, root: Path) -> dict[PurePosixPath, Path]:
    """Link what a jail would show, and say where each place is now."""
    places = {WORKSPACE: root / "workspace"}
    places[WORKSPACE].mkdir()
    if spec.socket_dir is not None:
        places[SOCKET_DIR] = spec.socket_dir.absolute()
    for bind in spec.binds:
        link = root / "binds" / bind.target.relative_to("/")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(bind.source.absolute())
        top = PurePosixPath(*bind.target.parts[:2])
        places[top] = root / "binds" / top.relative_to("/")
    return places


def _replaced(value: str, places: Mapping[PurePosixPath, Path]) -> str:
    """Each path of a colon-separated list, moved to where its place is."""
    return ":".join(_moved(path, places) for path in value.split(":"))


def _moved(path: str, places: Mapping[PurePosixPath, Path]) -> str:
    for place, now in places.items():
        if path.startswith("/") and PurePosixPath(path).is_relative_to(place):
            return str(now / PurePosixPath(path).relative_to(place))
    return path


def _base_env(interpreter: Path, home: Path) -> dict[str, str]:
    return {
        "PATH": f"{interpreter.parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
    }


def _living_in(root: Path) -> list[int]:
    """Ids of processes that were started with a home below ``root`` (proc(5), environ)."""
    home = f"HOME={root}/".encode()
    members = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and home in (entry / "environ").read_bytes():
                members.append(int(entry.name))
        except OSError:
            continue
    return members
