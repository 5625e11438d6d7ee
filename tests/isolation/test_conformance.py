"""What every runtime promises, tried on each: embedded, Docker and none."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from isolation.broker.client import BrokerRuntime
from isolation.contract import Bind, Ending, Exit, Jail, Runtime, RuntimeFault
from isolation.tail import TAIL_BYTES

from .conftest import LIMITS, MIB, Starter, runtime_by_name

ROOT = Path(__file__).resolve().parents[2]
LONG = 30.0
HANG = "import time; print('ready'); time.sleep(600)"


def until_says(jail: Jail, text: bytes, seconds: float = LONG) -> None:
    """Wait for the jail's output: it comes by a pipe or a log that offers no event."""
    deadline = time.monotonic() + seconds
    while text not in jail.output():
        assert jail.poll() is None, jail.output()
        assert time.monotonic() < deadline, jail.output()
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    try:
        return "Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True


def processes_with(mark: str) -> list[int]:
    """Pids of the host whose command line holds `mark`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if mark.encode() in command and int(folder.name) != os.getpid() and not is_gone(int(folder.name)):
            found.append(int(folder.name))
    return found


def until_gone(mark: str, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while left := processes_with(mark):
        assert time.monotonic() < deadline, left
        time.sleep(0.02)


# -- life and death


def test_a_program_that_ends_has_its_exit_code(runtime: Runtime, start: Starter) -> None:
    jail = start(runtime, "print('said'); raise SystemExit(3)")
    assert jail.wait(LONG) == Exit(ending=Ending.EXITED, code=3)
    assert jail.output() == b"said\n"
    assert jail.poll() == Exit(ending=Ending.EXITED, code=3)


def test_a_running_jail_has_no_exit_and_is_owned(runtime: Runtime, start: Starter) -> None:
    jail = start(runtime, HANG)
    until_says(jail, b"ready")
    assert jail.poll() is None
    assert jail.name in runtime.owned()


def test_a_program_killed_by_a_signal_says_which(runtime: Runtime, start: Starter) -> None:
    jail = start(runtime, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert jail.wait(LONG) == Exit(ending=Ending.SIGNALLED, code=signal.SIGKILL)


def test_a_deadline_kills_the_whole_tree(runtime: Runtime, start: Starter) -> None:
    mark = f"mark-{os.getpid()}-{time.monotonic_ns()}"
    jail = start(
        runtime,
        "import subprocess, sys, time\n"
        f"code = 'import time; time.sleep(600) # {mark}'\n"
        "subprocess.Popen([sys.executable, '-c', code], start_new_session=True)\n"
        "print('ready'); time.sleep(600)",
    )
    until_says(jail, b"ready")
    assert processes_with(mark)
    assert jail.wait(0.1).ending is Ending.TIMED_OUT
    until_gone(mark)
    assert jail.name not in runtime.owned()


def test_stopping_twice_is_fine(runtime: Runtime, start: Starter) -> None:
    jail = start(runtime, HANG)
    jail.stop()
    first = jail.poll()
    jail.stop()
    assert first is not None
    assert jail.poll() == first
    assert jail.name not in runtime.owned()


def test_a_name_is_taken_while_its_jail_lives(holding: Runtime, start: Starter) -> None:
    jail = start(holding, HANG, name=f"test-taken-{os.getpid()}")
    with pytest.raises(RuntimeFault):
        start(holding, "pass", name=jail.name)
    assert jail.poll() is None


def test_reaping_by_name_ends_a_jail_and_one_that_is_gone_is_fine(runtime: Runtime, start: Starter) -> None:
    jail = start(runtime, HANG)
    runtime.reap(jail.name)
    runtime.reap(jail.name)
    assert jail.name not in runtime.owned()
    assert jail.wait(LONG).ending is not Ending.EXITED


STARTER = """
import sys, time
from pathlib import Path
from tests.isolation.conftest import LIMITS, runtime_by_name
from isolation.broker.client import BrokerRuntime
from isolation.contract import JailSpec
runtime = {runtime}
program = "import time; print('ready', flush=True); time.sleep(600) # {mark}"
jail = runtime.start(JailSpec(name={name!r}, kind="session", argv=["python", "-c", program], limits=LIMITS))
while b"ready" not in jail.output():
    time.sleep(0.02)
print("started", flush=True)
time.sleep(600)
"""


def test_what_a_killed_starter_leaves_is_found_and_reaped(holding: Runtime, tmp_path: Path) -> None:
    mark = f"mark-{os.getpid()}-{time.monotonic_ns()}"
    name = f"test-left-{os.getpid()}"
    again = f"runtime_by_name({holding.name!r}, Path({str(tmp_path / 'state')!r}))"
    if isinstance(holding, BrokerRuntime):
        again = f"BrokerRuntime(Path({str(tmp_path / 'broker.sock')!r}))"
    code = STARTER.format(runtime=again, mark=mark, name=name)
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        try:
            assert starter.stdout.readline() == b"started\n"
        finally:
            starter.kill()
    assert name in holding.owned()
    holding.reap(name)
    assert name not in holding.owned()
    until_gone(mark)


@pytest.mark.embedded
def test_an_embedded_jail_dies_with_its_starter(tmp_path: Path) -> None:
    """Without anybody to reap it. One killed in the milliseconds of a start is left to `reap`."""
    mark = f"mark-{os.getpid()}-{time.monotonic_ns()}"
    again = f"runtime_by_name('embedded', Path({str(tmp_path / 'state')!r}))"
    code = STARTER.format(runtime=again, mark=mark, name="test-orphan")
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"started\n"
        starter.kill()
    until_gone(mark)
    runtime = runtime_by_name("embedded", tmp_path / "state")
    assert runtime.owned() == ["test-orphan"]  # what it wrote down is still there
    runtime.reap("test-orphan")
    assert runtime.owned() == []


@pytest.mark.embedded
def test_an_embedded_jail_outlives_the_thread_that_asked_for_it(tmp_path: Path, start: Starter) -> None:
    runtime = runtime_by_name("embedded", tmp_path / "state")
    jails: list[Jail] = []
    thread = threading.Thread(target=lambda: jails.append(start(runtime, HANG)))
    thread.start()
    thread.join()
    until_says(jails[0], b"ready")
    time.sleep(0.2)  # a death that must not come has no event to wait for
    assert jails[0].poll() is None


# -- bounds


def test_a_flood_of_output_is_kept_to_its_tail(runtime: Runtime, start: Starter) -> None:
    jail = start(runtime, "import os\nwhile True: os.write(1, b'y' * 65536)")
    assert jail.wait(4.0).ending is Ending.TIMED_OUT
    output = jail.output()
    assert TAIL_BYTES // 2 < len(output) <= TAIL_BYTES
    assert set(output) <= set(b"y\n")


def test_use_is_measured_from_outside(holding: Runtime, start: Starter) -> None:
    jail = start(
        holding,
        "import time\nheld = bytearray(64 << 20)\nend = time.process_time() + 1.0\n"
        "while time.process_time() < end: pass\nprint('ready'); time.sleep(600)",
    )
    until_says(jail, b"ready")
    usage = jail.usage()
    assert usage.cpu_s is not None
    assert 0.9 < usage.cpu_s < 10
    assert usage.peak_memory_bytes is not None
    assert 64 * MIB < usage.peak_memory_bytes < 256 * MIB
    jail.stop()
    assert (jail.usage().cpu_s or 0) >= usage.cpu_s


def test_running_out_of_memory_is_told_apart(holding: Runtime, start: Starter) -> None:
    jail = start(holding, "held = b'x' * (512 << 20)")
    assert jail.wait(LONG) == Exit(ending=Ending.OUT_OF_MEMORY, code=None)


def test_a_fork_bomb_stops_at_the_limit(holding: Runtime, start: Starter) -> None:
    program = (
        "import os, time\ncount = 0\n"
        "try:\n"
        "    while count < 500:\n"
        "        if os.fork() == 0: time.sleep(600)\n"
        "        count += 1\n"
        "except BlockingIOError: pass\n"
        "print('forked', count)"
    )
    jail = start(holding, program)
    jail.wait(LONG)
    assert 30 < int(jail.output().split()[1]) < LIMITS.pids


def test_the_workspace_is_where_it_starts_and_has_a_size(holding: Runtime, start: Starter) -> None:
    program = (
        "import errno, os\nprint(os.getcwd())\nwritten = 0\n"
        "try:\n"
        "    with open('big', 'wb', buffering=0) as file:\n"
        "        while written < 64: file.write(bytes(1 << 20)); written += 1\n"
        "except OSError as error: print(errno.errorcode[error.errno])\nprint(written)"
    )
    jail = start(holding, program)
    jail.wait(LONG)
    assert jail.output().split()[:2] == [b"/workspace", b"ENOSPC"]
    assert 14 <= int(jail.output().split()[2]) <= 16


def test_the_share_of_the_cpu_is_limited(holding: Runtime, start: Starter) -> None:
    program = (
        "import time\nend = time.monotonic() + 2\n"
        "while time.monotonic() < end: pass\nprint(time.process_time())"
    )
    jail = start(holding, program, limits=replace(LIMITS, cpus=0.25))
    jail.wait(LONG)
    assert float(jail.output()) < 1.0


# -- what is seen inside


def test_the_environment_holds_nothing_of_the_host(
    holding: Runtime, start: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROBE_SECRET", "hunter2")
    jail = start(
        holding, "import json, os; print(json.dumps(dict(os.environ)))", env={"GIVEN": "yes", "HOME": "/root"}
    )
    jail.wait(LONG)
    environment = json.loads(jail.output())
    assert environment["GIVEN"] == "yes"
    assert environment["HOME"] == "/tmp"
    assert environment["OMP_NUM_THREADS"] == "1"
    allowed = {
        "GIVEN",
        "HOME",
        "PATH",
        "LANG",
        "OMP_NUM_THREADS",
        "PWD",
        "HOSTNAME",
        "LOGNAME",
        "HF_HUB_OFFLINE",
    }
    assert set(environment) <= allowed | {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


def test_a_bind_is_read_only_and_at_its_place(holding: Runtime, start: Starter, tmp_path: Path) -> None:
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown" / "brief.txt").write_text("the brief")
    jail = start(
        holding,
        "print(open('/opt/challenge/brief.txt').read())\n"
        "try: open('/opt/challenge/new', 'w')\nexcept OSError as error: print(error.strerror)",
        binds=[Bind(source=tmp_path / "shown", target=PurePosixPath("/opt/challenge"))],
    )
    jail.wait(LONG)
    assert jail.output().decode().splitlines() == ["the brief", "Read-only file system"]


def test_a_session_listens_in_its_socket_folder(holding: Runtime, start: Starter, tmp_path: Path) -> None:
    sockets = tmp_path / "s"
    sockets.mkdir()
    jail = start(
        holding,
        "import os, socket\nserver = socket.socket(socket.AF_UNIX)\nserver.bind('/run/jail/j')\n"
        "server.listen()\nprint('ready')\npeer, _ = server.accept()\npeer.sendall(b'from inside')",
        kind="session",
        socket_dir=sockets,
    )
    until_says(jail, b"ready")
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(LONG)
        client.connect(str(sockets / "j"))
        assert client.recv(64) == b"from inside"


def test_a_sealed_session_is_reached_and_writes_nothing_more_there(
    holding: Runtime, start: Starter, tmp_path: Path
) -> None:
    """S03 of the attack catalogue: that folder is on the host's disk, beyond every limit of the jail."""
    sockets = tmp_path / "s"
    sockets.mkdir()
    jail = start(
        holding,
        "import os, socket\nserver = socket.socket(socket.AF_UNIX)\nserver.bind('/run/jail/j')\n"
        "os.chmod('/run/jail/j', 0o666)\nserver.listen()\nprint('ready')\npeer, _ = server.accept()\n"
        "for change in (lambda: open('/run/jail/x', 'w'), lambda: os.unlink('/run/jail/j'),\n"
        "               lambda: os.mkdir('/run/jail/y'), lambda: os.chmod('/run/jail', 0o777)):\n"
        "    try: change(); print('worked')\n    except PermissionError: print('refused')\n"
        "peer.sendall(b'from inside')",
        kind="session",
        socket_dir=sockets,
    )
    until_says(jail, b"ready")
    jail.seal()
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(LONG)
        client.connect(str(sockets / "j"))
        assert client.recv(64) == b"from inside"
    jail.wait(LONG)
    if os.geteuid() == 0:
        assert jail.output().split() == [b"ready", *[b"refused"] * 4]


def test_a_contestant_only_connects(holding: Runtime, start: Starter, tmp_path: Path) -> None:
    sockets = tmp_path / "s"
    sockets.mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(sockets / "j"))
        server.listen()
        server.settimeout(LONG)
        jail = start(
            holding,
            "import os, socket\nclient = socket.socket(socket.AF_UNIX)\nclient.connect('/run/jail/j')\n"
            "client.sendall(b'from inside')\n"
            "try: os.unlink('/run/jail/j')\nexcept OSError as error: print(error.strerror)",
            kind="contestant",
            socket_dir=sockets,
        )
        peer, _ = server.accept()
        with peer:
            assert peer.recv(64) == b"from inside"
        jail.wait(LONG)
    assert jail.output() == b"Read-only file system\n"
