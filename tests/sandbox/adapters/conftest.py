"""A tiny challenge and the runtimes a workbench is tried on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from isolation.contract import Runtime
from sandbox.adapters.sandboxes import LocalSandboxes
from sandbox.adapters.workbench import JupyterWorkbench
from sandbox.ports import Finished, KernelState, Output, ToolLine
from tests.isolation.conftest import HOLDING, runtime_by_name

ROOT = Path(__file__).resolve().parents[3]

PROBE_TOOLS = '''
"""A stand-in for a challenge's tools."""
import json, os, subprocess, sys, time

tool = sys.argv[1]
print(json.dumps({"tool": tool, "event": "collected", "total": 1}))
print("words between the lines")
if os.path.exists("slow.py"):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    open("/tmp/child", "w").write(str(child.pid))
    time.sleep(600)
print(json.dumps({"tool": tool, "event": "case", "name": os.getcwd(), "outcome": "passed"}))
print(json.dumps({"tool": tool, "event": "finished", "error": ""}))
'''

Items = list[Output | ToolLine | Finished]


class States(list[KernelState]):
    """What a kernel was said to be, in order, and a way to wait for more."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()

    def add(self, state: KernelState) -> None:
        self.append(state)
        self.changed.set()


class Bench:
    """A workbench and what its kernel was said to be."""

    def __init__(self, workbench: JupyterWorkbench, states: States, runtime: Runtime) -> None:
        self.workbench = workbench
        self.states = states
        self.runtime = runtime

    async def until(self, state: KernelState) -> None:
        async with asyncio.timeout(20):
            while self.states[-1] != state:
                self.states.changed.clear()
                await self.states.changed.wait()

    async def run(self, code: str) -> Items:
        return [item async for item in self.workbench.execute(code)]

    async def text(self, code: str) -> str:
        """All the text that running `code` shows."""
        return "".join(item.text for item in await self.run(code) if isinstance(item, Output))


@pytest.fixture
def challenges(tmp_path: Path) -> Path:
    visible = tmp_path / "challenges" / "tiny" / "visible"
    visible.mkdir(parents=True)
    (visible / "probe_tools.py").write_text(PROBE_TOOLS)
    (tmp_path / "challenges" / "tiny" / "judge.toml").write_text("hidden = true")
    return tmp_path / "challenges"


@pytest.fixture(params=HOLDING)
def sandboxes(request: pytest.FixtureRequest, tmp_path: Path, challenges: Path) -> LocalSandboxes:
    return sandboxes_on(runtime_by_name(request.param, tmp_path / "jails"), challenges, tmp_path / "state")


def sandboxes_on(runtime: Runtime, challenges: Path, state: Path) -> LocalSandboxes:
    return LocalSandboxes(runtime=runtime, challenges=challenges, pairs=ROOT / "pairs", state=state)


@pytest.fixture
async def bench(tmp_path: Path, challenges: Path) -> AsyncIterator[Bench]:
    """On the embedded runtime: what is inside does not depend on how it is held."""
    runtime = runtime_by_name("embedded", tmp_path / "jails")
    states = States()
    workbench = await sandboxes_on(runtime, challenges, tmp_path / "state").open(
        "i", on_kernel=states.add, visible="tiny"
    )
    yield Bench(workbench, states, runtime)
    await workbench.close()
