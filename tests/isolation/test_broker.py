"""A broker over a runtime that holds nothing, asked over its socket: who may ask, and what ends with whom."""

from __future__ import annotations

import base64
import json
import multiprocessing
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from isolation import admission
from isolation.bare import BareRuntime
from isolation.broker import server
from isolation.broker.client import BrokerRuntime
from isolation.broker.core import Broker
from isolation.broker.frames import MAX_ANSWER, Frames, answer_of, frame
from isolation.broker.ledger import Ledger
from isolation.broker.meeting import MeetingRoot
from isolation.broker.policy import POLICY
from isolation.contract import Bind, JailSpec, RuntimeFault
from sandbox.adapters.safe_socket import checked
from wire.broker import Answer, Describe, Done, Ended, Names, Owned, Poll, Refused, Start

from .conftest import HOLDING, LIMITS, PROJECT, brokered, permissive, runtime_by_name
from .test_broker_policy import contestant_spec, session_spec

HANG = ("python", "-c", "import time; time.sleep(600)")


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """The socket of a broker that takes any program."""
    with brokered(BareRuntime(), tmp_path, permissive()) as path:
        yield path


@pytest.fixture
def client(path: Path) -> BrokerRuntime:
    return BrokerRuntime(path)


def spec(name: str, kind: Any = "contestant", argv: tuple[str, ...] = HANG, **fields: Any) -> JailSpec:
    return JailSpec(name=name, kind=kind, argv=argv, limits=LIMITS, **fields)


def ask_raw(path: Path, data: bytes) -> Answer | None:
    """What is answered to these bytes; None when the connection is closed without a word."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(path))
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        frames = Frames(MAX_ANSWER)
        while (body := frames.take()) is None:
            if not (received := connection.recv(65536)):
                return None
            frames.feed(received)
        return answer_of(body)


def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# -- who may ask


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: becomes another user")
def test_another_user_is_refused_by_the_kernels_word(path: Path) -> None:
    path.chmod(0o777)
    path.parent.chmod(0o777)
    connection = socket.socket(socket.AF_UNIX)
    parent, child = multiprocessing.get_context("fork").Pipe()

    def run() -> None:
        os.chdir(path.parent)
        os.setgid(64_001)
        os.setuid(64_001)
        connection.connect(path.name)
        connection.sendall(frame(Describe()))
        child.send(connection.recv(65536))

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    frames = Frames(MAX_ANSWER)
    frames.feed(parent.recv())
    process.join(10)
    assert isinstance(answer_of(frames.take() or b""), Refused)
    connection.close()


def test_one_users_jails_are_as_good_as_none_for_another(tmp_path: Path) -> None:
    from isolation.broker.meeting import Client

    broker = Broker(
        BareRuntime(),
        permissive(),
        meeting=MeetingRoot.make(tmp_path, os.getgid()),
        ledger=Ledger(tmp_path / "ledger"),
        project=PROJECT,
        challenges=PROJECT / "challenges",
        admit=lambda like: None,
    )
    ours, others = Client(uid=os.getuid(), gid=os.getgid()), Client(uid=64_001, gid=64_001)
    request = Start.model_validate(
        {
            "name": "mine",
            "kind": "session",
            "argv": HANG,
            "env": {},
            "limits": {"memory_bytes": 1 << 20, "cpus": 1.0, "pids": 8, "disk_bytes": 1 << 20},
        }
    )
    assert broker.answer(request, ours) == Done()
    try:
        gone = broker.answer(Poll(name="mine"), others)
        assert isinstance(gone, Ended)
        assert gone.exit is not None
        assert broker.answer(Owned(), others) == Names(names=())
        assert broker.answer(Poll(name="mine"), ours) == Ended(exit=None)
    finally:
        broker.close()
    assert broker.answer(Owned(), ours) == Names(names=())


def test_the_socket_is_closed_to_others_from_the_start(path: Path) -> None:
    assert path.stat().st_mode & 0o077 == 0


# -- what is said


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0\0",
        b"\xff\xff\xff\xff",
        b"\0\0\0\4null",
        b"\0\0\0\x20half",
        b"GET / HTTP/1.1\r\n\r\n",
        frame(Describe()) * 2,
        struct.pack(">I", 30_000) + b"[" * 30_000,
    ],
)
def test_what_is_no_request_is_refused_with_words(path: Path, data: bytes) -> None:
    assert isinstance(ask_raw(path, data), Refused)
    assert BrokerRuntime(path).owned() == ()


def test_a_slow_request_ends_and_keeps_nobody_waiting(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "REQUEST_WITHIN_S", 0.3)
    with socket.socket(socket.AF_UNIX) as slow:
        slow.connect(str(path))
        slow.sendall(b"\0\0\0\x10{")
        assert BrokerRuntime(path).name == "none"
        slow.settimeout(5)
        assert b"did not come within" in slow.recv(4096)


def test_descriptors_sent_along_are_not_taken(path: Path) -> None:
    """E4 of the attack catalogue."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            socket.send_fds(connection, [frame(Describe())], [0] * 50)
            assert connection.recv(4096)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 2


def test_what_the_product_never_asks_for_is_refused_end_to_end(tmp_path: Path) -> None:
    """Through the product's own policy: nothing of it reaches a runtime."""
    root = tmp_path / "meeting"
    with brokered(BareRuntime(), root, POLICY) as path:
        client = BrokerRuntime(path)
        for folder in ("session-1/s", "probe-judge-a/submission", "probe-judge-a/sockets"):
            (root / folder).mkdir(parents=True)
        session = session_spec(root)
        contestant = contestant_spec(root)
        secret = Bind(source=Path("/etc"), target=contestant.binds[0].target)
        for forbidden in (
            replace(session, argv=("sh", "-c", "id")),
            replace(session, name="contestant-1"),
            replace(session, env={"LD_PRELOAD": "/x"}),
            replace(session, limits=replace(session.limits, memory_bytes=1 << 40)),
            replace(session, socket_dir=Path("/var/run")),
            replace(session, socket_dir=root / ".." / "x"),
            replace(contestant, binds=(secret,)),
            replace(contestant, binds=(replace(secret, source=root / "none"),)),
            replace(contestant, binds=(Bind(source=root / "session-1", target=Path("/etc")),)),  # type: ignore[arg-type]
        ):
            with pytest.raises(RuntimeFault):
                client.start(forbidden)
        assert client.owned() == ()
        assert [path.stat().st_uid for path in root.glob("*/*")] == [os.getuid()] * 3


# -- what ends with whom


CLIENT = """
import sys, time
from pathlib import Path
from isolation.broker.client import BrokerRuntime
from isolation.contract import JailSpec, Limits
runtime = BrokerRuntime(Path({path!r}))
for kind in ("session", "contestant"):
    limits = Limits(memory_bytes=1 << 28, cpus=1.0, pids=64, disk_bytes=1 << 24)
    argv = ["python", "-c", "import time; time.sleep(600)"]
    runtime.keep = getattr(runtime, "keep", []) + [
        runtime.start(JailSpec(name="left-" + kind, kind=kind, argv=argv, limits=limits))]
print("started", flush=True)
time.sleep(600)
"""


def test_a_client_that_dies_takes_its_contestants_along_and_leaves_its_session(path: Path) -> None:
    code = CLIENT.format(path=str(path))
    client = BrokerRuntime(path)
    with subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, stdout=subprocess.PIPE) as dying:
        assert dying.stdout is not None
        assert dying.stdout.readline() == b"started\n"
        assert client.owned() == ("left-contestant", "left-session")
        dying.kill()
    until(lambda: client.owned() == ("left-session",))
    client.reap("left-session")
    assert client.owned() == ()


def test_a_long_wait_keeps_nobody_else_waiting(client: BrokerRuntime) -> None:
    jail = client.start(spec("waited"))
    waiting = threading.Thread(target=jail.wait, args=(60.0,))
    waiting.start()
    began = time.monotonic()
    assert jail.poll() is None
    assert "waited" in client.owned()
    jail.stop()
    waiting.join(10)
    assert not waiting.is_alive()
    assert time.monotonic() - began < 10


def test_many_clients_at_once(path: Path) -> None:
    ends: list[int | None] = []

    def run(number: int) -> None:
        program = ("python", "-c", f"raise SystemExit({number})")
        ends.append(BrokerRuntime(path).start(spec(f"many-{number}", argv=program)).wait(60).code)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(end for end in ends if end is not None) == list(range(12))
    assert BrokerRuntime(path).owned() == ()


def test_the_folders_of_a_jail_are_the_clients_again_and_free_for_the_next(
    client: BrokerRuntime, tmp_path: Path
) -> None:
    """A judge restarts a contestant in the folder that the last one had."""
    folder = tmp_path / "judge" / "sockets"
    folder.mkdir(parents=True)
    for number in range(3):
        jail = client.start(spec(f"again-{number}", socket_dir=folder))
        with pytest.raises(RuntimeFault, match="another jail"):
            client.start(spec("second", socket_dir=folder))
        jail.stop()
        assert folder.stat().st_uid == os.getuid()
        assert folder.stat().st_mode & 0o777 == 0o700


def test_a_fault_of_the_runtime_comes_through_as_one(client: BrokerRuntime, tmp_path: Path) -> None:
    folder = tmp_path / "failed"
    folder.mkdir()
    with pytest.raises(RuntimeFault, match="Cannot start"):
        client.start(spec("failed", argv=("no-such-program",), socket_dir=folder))
    assert client.owned() == ()
    assert folder.stat().st_mode & 0o777 == 0o700


def test_without_a_broker_the_fault_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(RuntimeFault, match="probe broker --socket"):
        BrokerRuntime(tmp_path / "none.sock")


def test_a_broker_that_dies_is_a_fault_and_no_hang(tmp_path: Path) -> None:
    with brokered(BareRuntime(), tmp_path, permissive()) as path:
        jail = BrokerRuntime(path).start(spec("orphan"))
    with pytest.raises(RuntimeFault):
        jail.poll()


def test_answers_that_are_none_are_a_fault(tmp_path: Path) -> None:
    """The client does not trust the broker's bytes blindly either: they are typed and bounded."""
    answers = [
        b"",
        b"\xff\xff\xff\xff",
        b"\0\0\0\4null",
        frame(Done()),
        struct.pack(">I", 8) + b'{"answer',
        struct.pack(">I", 2) + base64.b64encode(b"a")[:2],
    ]
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "b"))
        listening.listen()

        def answer_all() -> None:
            for answer in answers:
                connection, _ = listening.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(answer)

        thread = threading.Thread(target=answer_all)
        thread.start()
        for _ in answers:
            with pytest.raises(RuntimeFault):
                BrokerRuntime(tmp_path / "b")
        thread.join(5)


# -- for another user than its own, over runtimes that hold

LISTENS = (
    "import os, socket, time; os.mkdir('/run/jail/deep'); open('/run/jail/deep/x', 'w').close()\n"
    "server = socket.socket(socket.AF_UNIX); server.bind('/run/jail/j'); os.chmod('/run/jail/j', 0o666)\n"
    "server.listen(); print('ready'); server.accept()[0].sendall(b'from inside'); time.sleep(600)"
)
CONNECTS = (
    "import socket, time\n"
    "while True:\n"
    "    try:\n"
    "        client = socket.socket(socket.AF_UNIX); client.connect('/run/jail/later'); break\n"
    "    except OSError: time.sleep(0.05)\n"
    "client.sendall(b'from inside'); print(open('/opt/challenge/x.py').read()); time.sleep(600)"
)


def session_and_contestant(path: Path) -> None:
    """What the server and the judge do, as a user without privileges."""
    runtime = BrokerRuntime(path)
    sockets = runtime.root / "session" / "s"
    sockets.mkdir(parents=True)
    session = runtime.start(spec("session", "session", ("python", "-u", "-c", LISTENS), socket_dir=sockets))
    until(lambda: b"ready" in session.output())
    with socket.socket(socket.AF_UNIX) as meeting, checked(sockets, "j") as name:
        session.seal()
        meeting.settimeout(10)
        meeting.connect(name)
        assert meeting.recv(64) == b"from inside"
    session.stop()
    shutil.rmtree(runtime.root / "session")

    folder = runtime.root / "judge"
    (folder / "sockets").mkdir(parents=True)
    (folder / "submission").mkdir()
    (folder / "submission" / "x.py").write_text("x = 1")
    shown = Bind(source=folder / "submission", target=PurePosixPath("/opt/challenge"))
    contestant = runtime.start(
        spec(
            "contestant",
            argv=("python", "-u", "-c", CONNECTS),
            binds=(shown,),
            socket_dir=folder / "sockets",
        )
    )
    with socket.socket(socket.AF_UNIX) as listening:  # after the start, as the judge does for each trial
        listening.bind(str(folder / "sockets" / "later"))
        (folder / "sockets" / "later").chmod(0o666)
        listening.listen()
        listening.settimeout(30)
        connection, _ = listening.accept()
        assert connection.recv(64) == b"from inside"
        connection.close()
    until(lambda: contestant.output() == b"x = 1\n")
    contestant.stop()
    shutil.rmtree(folder)
    assert list(runtime.owned()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: becomes another user")
@pytest.mark.parametrize("name", HOLDING)
def test_a_client_without_privileges_meets_its_jails(name: str) -> None:
    stranger = 64_001
    with tempfile.TemporaryDirectory(prefix="probe-") as folder:
        Path(folder).chmod(0o755)
        meeting = Path(folder, "meeting")
        runtime = runtime_by_name(name, Path(folder, "jails"))
        with brokered(runtime, meeting, permissive(), user=(stranger, stranger)) as path:

            def run() -> None:
                os.setgroups([])
                os.setgid(stranger)
                os.setuid(stranger)
                session_and_contestant(path)

            process = multiprocessing.get_context("fork").Process(target=run)
            process.start()
            process.join(120)
            assert process.exitcode == 0


# -- as a process


@pytest.mark.embedded
def test_the_command_serves_until_it_is_told_to_end_and_leaves_nothing() -> None:
    """And what a killed one left is ended by the next."""
    with tempfile.TemporaryDirectory(prefix="probe-") as short:
        folder = Path(short)
        command = [sys.executable, "probe.py", "broker", "--socket", str(folder / "b.sock")]
        command += ["--runtime", "embedded", "--state", str(folder / "state")]
        for number in (signal.SIGKILL, signal.SIGTERM):
            with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE) as broker:
                assert broker.stdout is not None
                assert broker.stdout.readline().startswith(b"broker on ")
                client = BrokerRuntime(folder / "b.sock")
                assert client.owned() == ()
                sockets = client.root / f"session-{number}" / "s"
                sockets.mkdir(parents=True)
                session = replace(session_spec(client.root), name=f"session-{number}", socket_dir=sockets)
                client.start(session)
                assert client.owned() == (f"session-{number}",)
                broker.send_signal(number)
                broker.wait(30)
        assert broker.returncode == 0
        assert not (folder / "b.sock").exists()
        assert [*(folder / "state" / "ledger").iterdir(), *(folder / "state" / "jails").iterdir()] == []
        assert {path.stat().st_mode & 0o777 for path in client.root.glob("*/s")} == {0o700}


def test_wrong_use_is_64(tmp_path: Path) -> None:
    for wrong in ([], ["--socket"], ["--socket", "x", "--client", "root"]):
        done = subprocess.run(
            [sys.executable, "probe.py", "broker", *wrong], cwd=PROJECT, capture_output=True, check=False
        )
        assert done.returncode == 64


def test_a_second_broker_on_the_same_socket_is_refused(path: Path, tmp_path: Path) -> None:
    command = [sys.executable, "probe.py", "broker", "--socket", str(path)]
    command += ["--runtime", "embedded", "--state", str(tmp_path / "b")]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "another broker listens there" in done.stderr
    assert BrokerRuntime(path).name == "none"


def test_the_ledger_survives_and_a_broken_one_is_said(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "x.json").write_text(json.dumps({"name": "x"}))
    with pytest.raises(RuntimeFault, match="cannot be read"):
        Ledger(tmp_path / "ledger")


# -- nobody is let in where something forbidden works, whoever asks


def test_the_broker_tries_a_jail_itself_before_the_first_of_a_kind(tmp_path: Path) -> None:
    """A client that was taken over asks for a session and never for a probe."""
    tried: list[JailSpec] = []
    with brokered(BareRuntime(), tmp_path, permissive(), admit=tried.append) as path:
        client = BrokerRuntime(path)
        jail = client.start(spec("session-a", "session"))
        assert [like.name for like in tried] == ["session-a"]
        client.reap(jail.name)


def test_a_jail_that_does_not_hold_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    def refuse(like: JailSpec) -> None:
        raise RuntimeFault("A sandbox on this host does not hold: mount (it was made).")

    with brokered(BareRuntime(), tmp_path, permissive(), admit=refuse) as path:
        client = BrokerRuntime(path)
        (client.root / "s").mkdir()
        with pytest.raises(RuntimeFault, match="does not hold: mount"):
            client.start(spec("session-a", "session", socket_dir=client.root / "s"))
        assert list(client.owned()) == []
        assert (client.root / "s").stat().st_uid == os.getuid()  # the folder is the client's again
        (client.root / "s").rmdir()


@pytest.mark.parametrize("name", HOLDING)
def test_a_broker_lets_its_clients_in_where_all_holds_and_not_with_a_defence_off(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = runtime_by_name(name, tmp_path / "jails")
    seen: list[str] = []

    def examined(on: Any, like: JailSpec) -> admission.Verdict:
        seen.append(like.kind)
        return admission.examine(on, like)

    def admit() -> Callable[[JailSpec], None]:
        return admission.Admission(runtime, examined).check

    with brokered(runtime, tmp_path / "m", permissive(), admit=admit()) as path:
        client = BrokerRuntime(path)
        for number in range(2):
            client.start(spec(f"session-{number}", "session")).stop()
        assert seen == ["session"]  # once for an identity
    without_filter(monkeypatch, name)
    with (
        brokered(runtime, tmp_path / "m2", permissive(), admit=admit()) as path,
        pytest.raises(RuntimeFault, match=r"does not hold: .*probe doctor"),
    ):
        BrokerRuntime(path).start(spec("session-2", "session"))


def without_filter(patch: pytest.MonkeyPatch, name: str) -> None:
    if name == "docker":
        from isolation import docker_profile

        whole = docker_profile.profile
        open_to_all = {"security_opt": ["no-new-privileges", "seccomp=unconfined"]}
        patch.setattr(
            docker_profile, "profile", lambda spec, uid, **more: {**whole(spec, uid, **more), **open_to_all}
        )
    else:
        patch.setattr("isolation.seccomp.program", lambda kind: struct.pack("=HBBI", 0x06, 0, 0, 0x7FFF_0000))
