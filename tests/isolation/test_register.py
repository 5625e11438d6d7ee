"""The record of jails outlives whoever wrote it, and is nobody else's."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from isolation import endings, register
from isolation.contract import Ending, Exit, RuntimeFault
from isolation.register import Record, Register


@pytest.fixture
def entries(tmp_path: Path) -> Register:
    return Register.open(tmp_path / "jails")


def test_each_jail_has_a_uid_of_its_own_until_it_leaves(entries: Register) -> None:
    first, second = entries.enter("one"), entries.enter("two")
    assert first.uid != second.uid
    entries.leave("one")
    assert entries.enter("three").uid == first.uid
    assert entries.names() == ["three", "two"]


def test_a_second_reader_sees_what_the_first_wrote(entries: Register) -> None:
    entries.enter("one")
    entries.write("one", Record(uid=5, pid=6, started=7))
    again = Register.open(entries.root)
    assert again.read("one") == Record(uid=5, pid=6, started=7)
    assert again.read("other") is None


def test_two_registers_do_not_share_a_name_on_the_host(tmp_path: Path) -> None:
    first, second = Register.open(tmp_path / "one"), Register.open(tmp_path / "two")
    assert first.scoped("jail") != second.scoped("jail")
    assert first.scoped("jail") == Register.open(tmp_path / "one").scoped("jail")


def test_a_name_is_taken_once(entries: Register) -> None:
    entries.enter("one")
    with pytest.raises(RuntimeFault, match="exists already"):
        entries.enter("one")


@pytest.mark.parametrize("name", ["", "../x", "A", "a b", "a" * 41, "a\n"])
def test_a_name_cannot_be_a_path(entries: Register, name: str) -> None:
    with pytest.raises(RuntimeFault, match="no name for a jail"):
        entries.enter(name)


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(RuntimeFault, match="somebody else"):
        Register.open(tmp_path / "link")


def test_a_pid_that_was_given_again_is_another_process() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        started = register.start_time(process.pid)
        assert started is not None
        assert started >= (register.start_time(os.getpid()) or 0)
        process.kill()
    assert register.start_time(process.pid) is None


@pytest.mark.parametrize(
    ("status", "out_of_memory", "expected"),
    [
        (0, False, Exit(ending=Ending.EXITED, code=0)),
        (3, True, Exit(ending=Ending.EXITED, code=3)),
        (-signal.SIGKILL, False, Exit(ending=Ending.SIGNALLED, code=9)),
        (128 + signal.SIGSEGV, False, Exit(ending=Ending.SIGNALLED, code=11)),
        (128 + signal.SIGKILL, True, Exit(ending=Ending.OUT_OF_MEMORY, code=None)),
        (128 + signal.SIGSEGV, True, Exit(ending=Ending.SIGNALLED, code=11)),
        (255, False, Exit(ending=Ending.EXITED, code=255)),
        (128, False, Exit(ending=Ending.EXITED, code=128)),
    ],
)
def test_endings_are_read_from_a_status(status: int, out_of_memory: bool, expected: Exit) -> None:
    assert endings.from_status(status, out_of_memory=out_of_memory) == expected
