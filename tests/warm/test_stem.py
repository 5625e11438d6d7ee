"""Kernels and tools are forked from one process that has all loaded, and end with whoever ordered them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warm import forked
from warm.forked import LOST, ForkedProcess, start
from warm.orders import VARIABLE, NotForked, Order

PROJECT = Path(__file__).parents[2]
STEM = """
import os, socket, sys
from warm import stem
listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
listener.bind(sys.argv[1] + ".new")
listener.listen()
os.rename(sys.argv[1] + ".new", sys.argv[1])
stem.run(listener, 0, ["loaded_ahead", "there.is.no.such.module"])
"""
PROGRAMS = {
    "loaded_ahead": "import random\nvalue = random.random()\n",
    "tell": "import sys, os, loaded_ahead as l\nprint(l.value, sys.argv[1:], __name__, os.getcwd())",
    "draw": "import random; print(random.random())",
    "leave": "import sys; sys.exit(7)",
    "fail": "1 / 0",
    "stay": "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)",
    "threads": "import os\nprint(*(sorted(os.listdir(f'/proc/self/{name}')) for name in ('task', 'fd')))",
    "last_words": "import atexit; atexit.register(print, 'good-bye')",
}
Start = Callable[..., "Run"]


class Run:
    """A program that was ordered, and the end of the pipe that it prints to."""

    def __init__(self, process: ForkedProcess | subprocess.Popen[bytes], reading: int) -> None:
        self.process = process
        self._lines = os.fdopen(reading, errors="replace")

    def line(self) -> str:
        return self._lines.readline().strip()

    def rest(self) -> str:
        return self._lines.read()


@pytest.fixture
def stem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """A stem whose lifeline is its standard input."""
    for name, text in PROGRAMS.items():
        (tmp_path / f"{name}.py").write_text(text)
    path = str(tmp_path / "s")
    process = subprocess.Popen(
        [sys.executable, "-c", STEM, path],
        stdin=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": f"{PROJECT}:{tmp_path}"},
    )
    while not Path(path).exists():
        time.sleep(0.01)
    monkeypatch.setenv(VARIABLE, path)
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def run(stem: subprocess.Popen[bytes], tmp_path: Path) -> Start:
    def started(program: str, *arguments: str) -> Run:
        reading, writing = os.pipe()
        with Path(os.devnull).open() as nothing:
            streams = (nothing.fileno(), writing, writing)
            process = start(program, arguments, folder=str(tmp_path), streams=streams)
        os.close(writing)
        return Run(process, reading)

    return started


def test_a_fork_has_what_was_loaded_and_runs_as_a_program(run: Start, tmp_path: Path) -> None:
    first, second = run("tell", "a", "b"), run("tell", "a", "b")
    said = first.line()
    assert said == second.line()  # a random number: drawn once, when the stem loaded it
    assert said.endswith(f" ['a', 'b'] __main__ {tmp_path}")
    assert first.process.wait() == 0


def test_each_fork_draws_random_numbers_of_its_own(run: Start) -> None:
    assert run("draw").line() != run("draw").line()


def test_a_fork_has_one_thread_and_no_descriptor_of_the_stem(run: Start) -> None:
    program = run("threads")
    assert program.line() == f"['{program.process.pid}'] ['0', '1', '2', '3']"  # 3 lists the folder


def test_how_it_ended_is_told(run: Start) -> None:
    assert run("leave").process.wait() == 7
    failed = run("fail")
    assert failed.process.wait() == 1
    assert failed.rest().endswith("ZeroDivisionError: division by zero\n")
    killed = run("stay")
    assert killed.process.poll() is None
    killed.process.kill()
    assert killed.process.wait() == -signal.SIGKILL
    assert killed.process.poll() == -signal.SIGKILL


def test_what_was_registered_for_the_end_runs(run: Start) -> None:
    assert run("last_words").rest() == "good-bye\n"


def test_a_fork_leads_a_group_of_its_own(run: Start) -> None:
    stays = run("stay")
    assert int(stays.line()) == stays.process.pid == os.getpgid(stays.process.pid)
    os.killpg(stays.process.pid, signal.SIGKILL)
    assert stays.process.wait() == -signal.SIGKILL


def test_a_fork_ends_with_whoever_ordered_it(run: Start) -> None:
    stays = run("stay")
    stays.line()
    assert isinstance(stays.process, ForkedProcess)
    stays.process._connection.close()
    assert stays.rest() == ""  # which waits for the pipe's other end to be closed


def test_the_stem_ends_with_its_lifeline(stem: subprocess.Popen[bytes], run: Start) -> None:
    stays = run("stay")
    assert stem.stdin is not None
    stem.stdin.close()
    assert stem.wait(10) == 0
    assert stays.process.wait() == LOST
    os.killpg(int(stays.line()), signal.SIGKILL)


def test_without_a_stem_it_is_started_the_ordinary_way(stem: subprocess.Popen[bytes], run: Start) -> None:
    stem.kill()
    stem.wait()
    program = run("leave")
    assert isinstance(program.process, subprocess.Popen)
    assert program.process.wait() == 7


@pytest.mark.parametrize("message", [b"", b"{", b"[]", b"{}", b'{"module": 1}'])
def test_what_is_no_order_is_refused_and_the_next_one_served(
    message: bytes, stem: subprocess.Popen[bytes], run: Start
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.connect(os.environ[VARIABLE])
        socket.send_fds(connection, [message or b" "], [0, 1, 2] if message else [])
        connection.settimeout(10)
        assert connection.recv(64) == b""
    assert run("leave").process.wait() == 7


def test_an_order_that_is_too_long_is_not_forked(run: Start) -> None:
    order = Order(module="leave", arguments=["x" * 10**6], folder="/", environment={})
    with pytest.raises(NotForked):
        forked.fork(order, (0, 1, 2))


TEXT = st.text(max_size=20)


@given(
    order=st.builds(
        Order,
        module=TEXT,
        arguments=st.lists(TEXT, max_size=3),
        folder=TEXT,
        environment=st.dictionaries(TEXT, TEXT, max_size=3),
    )
)
def test_an_order_comes_back_as_it_was(order: Order) -> None:
    assert Order.decoded(order.encoded()) == order


@given(st.binary(max_size=100))
def test_any_bytes_are_an_order_or_none(message: bytes) -> None:
    with contextlib.suppress(NotForked):
        assert isinstance(Order.decoded(message), Order)
