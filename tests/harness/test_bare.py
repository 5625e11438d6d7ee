"""The runtime that isolates nothing still keeps the contract's manners: places, deadlines, no leftovers."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest

from isolation.bare import BareRuntime
from isolation.contract import Bind, Ending, Exit, Jail, JailSpec, Limits, RuntimeFault

LIMITS = Limits(memory_bytes=1 << 28, cpus=1.0, pids=16, disk_bytes=1 << 20)


def start(runtime: BareRuntime, code: str, **fields: object) -> Jail:
    spec = {"name": "bare-test", "kind": "contestant", "argv": ("python", "-c", code), "limits": LIMITS}
    return runtime.start(JailSpec(**(spec | fields)))  # type: ignore[arg-type]


def test_it_reports_how_the_process_ended(runtime: BareRuntime) -> None:
    assert start(runtime, "raise SystemExit(7)").wait(20) == Exit(ending=Ending.EXITED, code=7)
    killed = start(runtime, "import os; os.kill(os.getpid(), 9)").wait(20)
    assert killed == Exit(ending=Ending.SIGNALLED, code=9)


def test_past_the_deadline_it_is_killed(runtime: BareRuntime) -> None:
    jail = start(runtime, "while True: pass")
    assert jail.poll() is None
    assert jail.wait(0.1).ending is Ending.TIMED_OUT


def test_bound_folders_and_sockets_are_where_arguments_and_environment_say(
    runtime: BareRuntime, tmp_path: Path
) -> None:
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown" / "note.py").write_text("text = 'shown'")
    (tmp_path / "sockets").mkdir()
    (tmp_path / "sockets" / "here").write_text("")
    code = (
        "import note, os, sys; print(note.text, os.listdir(sys.argv[1]), os.getcwd() == os.environ['HOME'])"
    )
    jail = start(
        runtime,
        "",
        argv=("python", "-c", code, "/run/jail"),
        env={"PYTHONPATH": "/opt/other:/opt/shown"},
        binds=(Bind(source=tmp_path / "shown", target=PurePosixPath("/opt/shown")),),
        socket_dir=tmp_path / "sockets",
    )
    assert jail.wait(20).code == 0, jail.output()
    assert jail.output() == b"shown ['here'] True\n"


def test_nothing_is_inherited(runtime: BareRuntime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROBE_SECRET", "x")
    jail = start(runtime, "import os; print(sorted(os.environ))", env={"GIVEN": "1"})
    jail.wait(20)
    names = {"GIVEN", "HOME", "LANG", "LC_CTYPE", "OMP_NUM_THREADS", "PATH"}
    assert {name.strip("'") for name in jail.output().decode().strip()[1:-1].split(", ")} <= names


def test_stopping_takes_along_what_left_the_process_group(runtime: BareRuntime) -> None:
    code = """
import os, time
child = os.fork()
if child == 0:
    os.setsid()
    time.sleep(60)
print(child, flush=True)
time.sleep(60)
"""
    jail = start(runtime, code)
    while not (said := jail.output()):
        assert jail.poll() is None
    jail.stop()
    jail.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(_still_running(int(said)), 0)


def _still_running(pid: int) -> int:
    """The id, or one that cannot exist if the process is dead and only waits for its parent to notice."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return pid
    return 1 << 22 if state == "Z" else pid


def test_a_living_jail_can_be_reaped_by_name(runtime: BareRuntime) -> None:
    start(runtime, "while True: pass", name="bare-other")
    assert "bare-other" in runtime.owned()
    runtime.reap("bare-other")
    runtime.reap("bare-other")
    assert "bare-other" not in runtime.owned()


def test_what_cannot_be_started_says_so(runtime: BareRuntime) -> None:
    with pytest.raises(RuntimeFault, match="no-such-program"):
        start(runtime, "", argv=("no-such-program",))


def test_an_interpreter_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROBE_CANDIDATE_PYTHON", "/nowhere/python")
    with pytest.raises(RuntimeFault, match="/nowhere/python"):
        BareRuntime()
