"""Run as a plain user: hold the probe of admission in a jail, and say in one JSON object how it went.

Only the standard library and `isolation`, so that any Python on the machine can run it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from isolation import probe_inside
from isolation.bubblewrap import EmbeddedRuntime
from isolation.contract import Exit, JailSpec, Limits

MIB = 1024**2
LIMITS = Limits(memory_bytes=512 * MIB, cpus=1.0, pids=64, disk_bytes=16 * MIB)
PROBE = Path(probe_inside.__file__).read_text()
GIVEN = {**asdict(LIMITS), "tmp_bytes": 64 * MIB, "variables": [], "shown": []}
FORK = (
    "import os, time\ncount = 0\ntry:\n    while count < 500:\n"
    "        if os.fork() == 0: time.sleep(600)\n        count += 1\n"
    "except BlockingIOError: pass\nprint(count)"
)


def main() -> None:
    runtime = EmbeddedRuntime(Path(tempfile.mkdtemp()) / "state")

    def run(name: str, program: str, *words: str) -> tuple[Exit, str]:
        argv = ["python", "-u", "-c", program, *words]
        jail = runtime.start(JailSpec(name=name, kind="contestant", argv=argv, limits=LIMITS))
        ended = jail.wait(60)
        return ended, jail.output().decode()

    ended, tried = run("probe", PROBE, json.dumps(GIVEN))
    if tried.startswith("bwrap:"):  # the jail could not be made, say of an interpreter in root's own home
        sys.exit(tried)
    report = {
        "caveats": list(runtime.caveats),
        "ended": asdict(ended),
        "tried": [json.loads(line) for line in tried.splitlines()],
        "unpromised": sorted(runtime.unpromised),
        "memory": run("memory", "held = bytearray(1 << 30)")[1],
        "forks": int(run("forks", FORK)[1]),
        "deadline": _deadline(runtime),
        "owned": list(runtime.owned()),
    }
    json.dump(report, sys.stdout)


def _deadline(runtime: EmbeddedRuntime) -> dict[str, object]:
    """A tree that detaches itself, past its deadline: how it ended, and who is left a moment later."""
    mark = f"mark-{os.getpid()}"
    child = f"import time; time.sleep(600) # {mark}"
    program = (
        f"import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {child!r}], "
        "start_new_session=True)\nprint('ready', flush=True); time.sleep(600)"
    )
    argv = ["python", "-c", program]
    jail = runtime.start(JailSpec(name="deadline", kind="contestant", argv=argv, limits=LIMITS))
    while b"ready" not in jail.output():
        time.sleep(0.02)
    ended = jail.wait(0.1)
    deadline = time.monotonic() + 10
    while (left := _commands_with(mark)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return {"ending": ended.ending, "left": left}


def _commands_with(mark: str) -> int:
    commands = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            commands.append(path.read_bytes())
    return sum(mark.encode() in command for command in commands)


if __name__ == "__main__":
    main()
