"""Run as a plain user: hold the probe of inside.py in a jail, and say in one JSON object how it went.

Only the standard library and `isolation`, so that any Python on the machine can run it.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from isolation.bubblewrap import EmbeddedRuntime
from isolation.contract import Exit, JailSpec, Limits

MIB = 1024**2
LIMITS = Limits(memory_bytes=512 * MIB, cpus=1.0, pids=64, disk_bytes=16 * MIB)
INSIDE = Path(__file__).with_name("inside.py")
FORK = (
    "import os, time\ncount = 0\ntry:\n    while count < 500:\n"
    "        if os.fork() == 0: time.sleep(600)\n        count += 1\n"
    "except BlockingIOError: pass\nprint(count)"
)


def main() -> None:
    runtime = EmbeddedRuntime(Path(tempfile.mkdtemp()) / "state")

    def run(name: str, program: str, **env: str) -> tuple[Exit, str]:
        argv = ["python", "-u", "-c", program]
        jail = runtime.start(JailSpec(name=name, kind="contestant", argv=argv, limits=LIMITS, env=env))
        ended = jail.wait(60)
        return ended, jail.output().decode()

    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        ended, tried = run(
            "tries",
            INSIDE.read_text(),
            HOST_SECRET=str(Path(__file__)),
            HOST_REPOSITORY=str(Path(__file__).resolve().parents[2]),
            HOST_PORT=str(server.getsockname()[1]),
            HOST_ABSTRACT="none",
            HOST_PID=str(os.getpid()),
        )
    report = {
        "caveats": list(runtime.caveats),
        "ended": asdict(ended),
        "tried": [json.loads(line) for line in tried.splitlines()],
        "memory": run("memory", "held = bytearray(1 << 30)")[1],
        "forks": int(run("forks", FORK)[1]),
        "owned": list(runtime.owned()),
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
