"""Start the product in the background, wait until it answers, and print the demo interview's links.

Safe to repeat: a server that runs already is kept, or restarted when the code is newer than it.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
START_S = 90.0
STOP_S = 20.0
SOURCES = ("wire", "warm", "pairs", "isolation", "harness", "sandbox", "challenges")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8800)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--stop", action="store_true")
    arguments = parser.parse_args()
    data = arguments.data.resolve()
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        print(
            f"Cannot write to {data}: {error.strerror}. Name another folder: DATA=... make up",
            file=sys.stderr,
        )
        return 1
    if arguments.stop:
        return stop(data)
    return start(arguments.port, data)


def start(port: int, data: Path) -> int:
    base = f"http://127.0.0.1:{port}"
    if (pid := running(data)) is not None:
        if answers(base) and not newer_code(data):
            print(f"Already running (process {pid}).")
            return links(base, data)
        print("The code is newer than the running server: restarting it. Nothing is lost.")
        stop(data)
    if taken(port):
        print(
            f"Port {port} is taken by another program. Choose one: PORT={port + 1} make up", file=sys.stderr
        )
        return 1

    print(f"Starting the server on {base} (log: {data / 'server.log'})")
    with (data / "server.log").open("ab") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "probe", "serve", "--port", str(port), "--data", str(data)],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    (data / "server.pid").write_text(str(server.pid))
    deadline = time.monotonic() + START_S
    while not answers(base):
        if server.poll() is not None or time.monotonic() > deadline:
            print(tail(data / "server.log"), file=sys.stderr)
            print(f"The server did not start; the end of {data / 'server.log'} is above.", file=sys.stderr)
            return 1
        time.sleep(0.2)
    return links(base, data)


def stop(data: Path) -> int:
    pid = running(data)
    if pid is None:
        print("Not running.")
        return 0
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_S
    while running(data) is not None and time.monotonic() < deadline:
        time.sleep(0.1)
    if running(data) is not None:
        os.kill(pid, signal.SIGKILL)
    (data / "server.pid").unlink(missing_ok=True)
    print("Stopped.")
    return 0


def links(base: str, data: Path) -> int:
    health = json.load(urlopen(f"{base}/api/health", timeout=5))
    print(f"Sandbox runtime: {health['runtime']}")
    for caveat in health["caveats"]:
        print(f"  - not promised here: {caveat}")
    print(flush=True)
    return subprocess.call(
        [sys.executable, "-m", "probe", "demo", "--data", str(data), "--base-url", base], cwd=ROOT
    )


def running(data: Path) -> int | None:
    """The server's process id, when the recorded process is alive and really is the server."""
    try:
        pid = int((data / "server.pid").read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (OSError, ValueError):
        return None
    return pid if b"serve" in command and state != "Z" else None


def newer_code(data: Path) -> bool:
    started = (data / "server.pid").stat().st_mtime
    files = (
        file for folder in SOURCES for file in (ROOT / folder).rglob("*") if "__pycache__" not in file.parts
    )
    return any(file.stat().st_mtime > started for file in files)


def answers(base: str) -> bool:
    try:
        with urlopen(f"{base}/api/health", timeout=2) as response:
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


def taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def tail(path: Path, lines: int = 15) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


if __name__ == "__main__":
    sys.exit(main())
