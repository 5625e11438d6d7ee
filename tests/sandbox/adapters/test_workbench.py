"""A real kernel in a real jail: what the candidate runs, and what can go wrong with it."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import aclosing
from pathlib import Path
from typing import cast

import pytest

from isolation.contract import Jail, JailSpec, Runtime
from sandbox.adapters import workbench as workbench_module
from sandbox.adapters.kernel import MAX_OUTPUT_BYTES
from sandbox.adapters.sandboxes import LocalSandboxes
from sandbox.ports import Finished, Output, SandboxFault, ToolLine
from tests.isolation.conftest import runtime_by_name

from .conftest import Bench, States, sandboxes_on

pytestmark = [pytest.mark.embedded, pytest.mark.asyncio(loop_scope="module")]
OK = Finished(outcome="ok")


async def test_an_interview_on_each_runtime(
    sandboxes: LocalSandboxes, capsys: pytest.CaptureFixture[str]
) -> None:
    """Open, write, run, plot, complete, test, close: one pass over everything, on Docker too."""
    states = States()
    began = time.monotonic()
    workbench = await sandboxes.open("i", on_kernel=states.add, visible="tiny")
    try:
        bench = Bench(workbench, states, sandboxes._runtime)
        await workbench.write_files({"specdec.py": "print('from the file')\nvalue = 4\n"})
        assert await bench.run("%run specdec.py") == [Output(kind="stdout", text="from the file\n"), OK]
        first_output_s = time.monotonic() - began
        assert (await bench.run("value * 2"))[0] == Output(kind="result", text="8")
        drawn = await bench.run("import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()")
        images = [item.image[:22] for item in drawn if isinstance(item, Output) and item.image]
        assert images == ["data:image/png;base64,"]
        completions = await workbench.complete("value.bit_le", 12)
        assert [match.removeprefix(".") for match in completions.matches] == ["bit_length"]
        tools = [item async for item in workbench.run_tool("tests")]
        assert ToolLine(payload={"tool": "tests", "event": "finished", "error": ""}) in tools
        assert tools[-1] == OK
        assert await bench.text("import os; print(os.listdir('/opt/challenge'), os.listdir('/opt/lib'))")
    finally:
        await workbench.close()
    assert states[:2] == ["starting", "idle"]
    assert await sandboxes.reap() == 0
    with capsys.disabled():
        print(f"\n{sandboxes.runtime}: start to first output {first_output_s:.2f} s")


async def test_output_streams_while_code_runs(bench: Bench) -> None:
    code = "import time\nfor i in range(3): print(i, flush=True); time.sleep(0.3)"
    times = []
    async for item in bench.workbench.execute(code):
        if isinstance(item, Output):
            times.append(time.monotonic())
    assert times[-1] - times[0] > 0.3
    assert bench.states[-2:] == ["busy", "idle"]


async def test_a_display_is_replaced_in_place_and_cleared_with_what_follows(bench: Bench) -> None:
    first, second, *_ = await bench.run("shown = display('a', display_id='bar'); shown.update('b')")
    assert (first, second) == (
        Output(kind="display", text="'a'", id="bar"),
        Output(kind="update", text="'b'", id="bar"),
    )
    code = "from IPython.display import clear_output\nprint(1)\nclear_output(wait=True)\nprint(2)"
    kinds = [item.kind for item in await bench.run(code) if isinstance(item, Output)]
    assert kinds == ["stdout", "clear", "stdout"]


async def test_an_error_has_its_traceback(bench: Bench) -> None:
    error, finished = await bench.run("1 / 0")
    assert isinstance(error, Output)
    assert error.kind == "error"
    assert "ZeroDivisionError" in error.text
    assert finished == Finished(outcome="error")


async def test_the_workspace_holds_exactly_the_files(bench: Bench) -> None:
    await bench.workbench.write_files({"specdec.py": "a = 1\n", "helper.py": ""})
    await bench.run("open('mine.py', 'w').write('left'); open('notes.txt', 'w').write('kept')")
    await bench.workbench.write_files({"specdec.py": "a = 2 # é\n"})
    listing = await bench.text("import glob; print(sorted(glob.glob('*')), open('specdec.py').read())")
    assert listing == "['notes.txt', 'specdec.py'] a = 2 # é\n\n"


async def test_a_file_name_that_is_a_path_is_refused(bench: Bench) -> None:
    for name in ("../x.py", "a/b.py", ".x.py", "x.txt", "x.py\n", "", "a" * 90 + ".py"):
        with pytest.raises(SandboxFault, match="no file name"):
            await bench.workbench.write_files({name: ""})


async def test_the_challenge_and_the_pairs_are_shown_and_nothing_else(bench: Bench) -> None:
    seen = await bench.text("import os, pairs; print(os.listdir('/opt/challenge'))")
    assert seen == "['probe_tools.py']\n"
    assert await bench.text("print(os.path.exists('/opt/challenge/../judge.toml'))") == "False\n"


async def test_an_endless_loop_is_interrupted(bench: Bench) -> None:
    async with aclosing(bench.workbench.execute("print('on', flush=True)\nwhile True: pass")) as items:
        assert await anext(items) == Output(kind="stdout", text="on\n")
        completions = await bench.workbench.complete("pri", 3)
        assert "print" in completions.matches  # while the kernel is busy
        assert "Signature: print(*args, sep=' '" in await bench.workbench.inspect("print", 5)
        assert await bench.workbench.inspect("no_such_name", 5) == ""
        await bench.workbench.interrupt()
        rest = [item async for item in items]
    assert rest[-1] == Finished(outcome="interrupted")
    assert await bench.run("pass") == [OK]


async def test_one_execution_at_a_time(bench: Bench) -> None:
    async with aclosing(bench.workbench.execute("print('on', flush=True)\nwhile True: pass")) as items:
        await anext(items)
        with pytest.raises(SandboxFault, match="runs already"):
            await bench.run("pass")
        await bench.workbench.interrupt()
        async for _ in items:
            pass


@pytest.mark.parametrize(
    "code", ["while True: print('x' * 100)", "print('x' * 3_000_000)", "while True: print(flush=True)"]
)
async def test_a_flood_is_cut_and_the_kernel_lives(bench: Bench, code: str) -> None:
    items = await bench.run(code)
    assert items[-1] == Finished(outcome="flooded")
    assert sum(len(item.text) for item in items if isinstance(item, Output)) <= MAX_OUTPUT_BYTES
    assert await bench.text("print('still here')") == "still here\n"


async def test_a_message_too_large_to_read_ends_in_a_flood_and_a_restart(bench: Bench) -> None:
    assert (await bench.run("print('x' * 30_000_000)"))[-1] == Finished(outcome="flooded")
    assert bench.states[-1] == "dead"
    await bench.workbench.restart()
    assert await bench.text("print('again')") == "again\n"


async def test_a_dead_kernel_is_told_and_restarted_on_demand(bench: Bench) -> None:
    await bench.workbench.write_files({"specdec.py": "value = 4\n"})
    assert (await bench.run("import os; os._exit(1)"))[-1] == Finished(outcome="died")
    assert bench.states[-1] == "dead"
    with pytest.raises(SandboxFault, match="Restart"):
        await bench.run("pass")
    await bench.workbench.restart()
    assert bench.states[-2:] == ["starting", "idle"]
    assert (await bench.run("from specdec import value; value"))[0] == Output(kind="result", text="4")


async def test_a_kernel_that_dies_idle_is_told(bench: Bench) -> None:
    await bench.run("import os, threading; threading.Timer(0.2, os._exit, [1]).start()")
    await bench.until("dead")


async def test_a_sandbox_that_ended_is_replaced_with_its_files(bench: Bench) -> None:
    await bench.workbench.write_files({"specdec.py": "value = 4\n"})
    first = bench.runtime.owned()
    code = "import os; os.kill(int(open(f'/proc/{os.getppid()}/stat').read().split()[3]), 9)"  # the server
    assert (await bench.run(code))[-1] == Finished(outcome="died")
    await bench.workbench.restart()
    assert (await bench.run("from specdec import value; value"))[0] == Output(kind="result", text="4")
    assert len(bench.runtime.owned()) == 1
    assert bench.runtime.owned() != first


async def test_what_is_shown_can_be_read_and_not_written(bench: Bench) -> None:
    """The text pair's weights lie below `pairs`."""
    code = """
import errno, os, pathlib
for folder in ("/opt/challenge", "/opt/lib/pairs", "/opt/lib/pairs/weights", "/opt/lib/warm"):
    try:
        pathlib.Path(folder, "mine").write_text("")
    except OSError as error:
        print(len(os.listdir(folder)) > 0, errno.errorcode[error.errno])
"""
    assert await bench.text(code) == "True EROFS\n" * 4


async def test_without_the_process_that_kernels_are_forked_from_they_are_started_as_everywhere(
    bench: Bench,
) -> None:
    first = bench.runtime.owned()
    assert (await bench.run("import os; os.kill(os.getppid(), 9)\nwhile True: pass"))[-1] == Finished(
        outcome="died"
    )
    await bench.workbench.restart()
    assert (await bench.run("value = 4; value"))[0] == Output(kind="result", text="4")
    tools = [item async for item in bench.workbench.run_tool("tests")]
    assert tools[-1] == OK
    assert bench.runtime.owned() == first


async def test_tools_run_beside_a_busy_kernel(bench: Bench) -> None:
    async with aclosing(bench.workbench.execute("print('on', flush=True)\nwhile True: pass")) as items:
        await anext(items)
        tools = [item async for item in bench.workbench.run_tool("bench")]
        await bench.workbench.interrupt()
        async for _ in items:
            pass
    assert tools == [
        ToolLine(payload={"tool": "bench", "event": "collected", "total": 1}),
        Output(kind="stdout", text="words between the lines\n"),
        ToolLine(payload={"tool": "bench", "event": "case", "name": "/workspace", "outcome": "passed"}),
        ToolLine(payload={"tool": "bench", "event": "finished", "error": ""}),
        OK,
    ]


async def test_a_tool_has_a_time_limit_that_ends_all_it_started(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbench_module, "TOOL_LIMIT_S", {"tests": 3.0, "bench": 3.0})
    await bench.workbench.write_files({"slow.py": ""})
    tools = [item async for item in bench.workbench.run_tool("tests")]
    assert tools[0] == ToolLine(payload={"tool": "tests", "event": "collected", "total": 1})
    assert tools[-1] == Finished(outcome="timed_out")
    alive = await bench.text(
        "import os\ntry: print(open(f\"/proc/{open('/tmp/child').read()}/stat\").read().split()[2])\n"
        "except OSError: print('gone')"
    )
    assert alive in {"gone\n", "Z\n"}
    await bench.workbench.write_files({})
    assert [item async for item in bench.workbench.run_tool("tests")][-1] == OK


async def test_closing_leaves_nothing(tmp_path: Path, challenges: Path) -> None:
    runtime = runtime_by_name("embedded", tmp_path / "jails")
    states = States()
    opened = sandboxes_on(runtime, challenges, tmp_path / "state")
    workbench = await opened.open("i", on_kernel=states.add, visible="tiny")
    await workbench.close()
    await workbench.close()
    assert list(runtime.owned()) == []
    assert list((tmp_path / "state").iterdir()) == []
    assert "dead" not in states  # an end that we made is no death


async def test_reaping_counts_our_own_survivors_only(tmp_path: Path, challenges: Path) -> None:
    runtime = runtime_by_name("embedded", tmp_path / "jails")
    left = await sandboxes_on(runtime, challenges, tmp_path / "a").open(
        "i", on_kernel=lambda _: None, visible="tiny"
    )
    try:
        assert await sandboxes_on(runtime, challenges, tmp_path / "b").reap() == 0
        assert await sandboxes_on(runtime, challenges, tmp_path / "a").reap() == 1
        assert list(runtime.owned()) == []
        assert list((tmp_path / "a").iterdir()) == []
    finally:
        await left.close()


async def test_folders_of_sandboxes_that_died_with_their_server_are_cleared(
    sandboxes: LocalSandboxes, tmp_path: Path
) -> None:
    workbench = await sandboxes.open("i", on_kernel=lambda _: None, visible="tiny")
    (folder,) = (tmp_path / "state").iterdir()
    await workbench.close()
    assert list((tmp_path / "state").iterdir()) == []
    (folder / "s").mkdir(parents=True)  # as kill -9 leaves it, with the jail gone
    assert await sandboxes.reap() == 0
    assert list((tmp_path / "state").iterdir()) == []


class _SlowToStart:
    """A runtime that says when a start is under way, and goes on when it is told to."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.under_way, self.go_on = threading.Event(), threading.Event()

    def __getattr__(self, name: str) -> object:
        return getattr(self._runtime, name)

    def start(self, spec: JailSpec) -> Jail:
        if "-probe-" not in spec.name:  # that one is over before a session is started
            self.under_way.set()
            self.go_on.wait(10)
        return self._runtime.start(spec)


async def test_a_start_that_nobody_wants_any_more_leaves_nothing(tmp_path: Path, challenges: Path) -> None:
    slow = _SlowToStart(runtime_by_name("embedded", tmp_path / "jails"))
    sandboxes = sandboxes_on(cast(Runtime, slow), challenges, tmp_path / "state")
    opening = asyncio.create_task(sandboxes.open("i", on_kernel=lambda _: None, visible="tiny"))
    await asyncio.to_thread(slow.under_way.wait, 60)
    opening.cancel()
    slow.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert await sandboxes.reap() == 0
    assert list((tmp_path / "state").iterdir()) == []


async def test_an_unknown_challenge_is_a_fault(sandboxes: LocalSandboxes) -> None:
    with pytest.raises(SandboxFault, match="visible/"):
        await sandboxes.open("i", on_kernel=lambda _: None, visible="missing")
