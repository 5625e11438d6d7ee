"""From entering the room to the first output of a Run: from a pool, cold, and with Jupyter the ordinary way.

All three run the first cell of the challenge's scratch file, which imports torch, the practice pair and
matplotlib. *Warm* and *cold* go the whole way: a page opens its WebSocket, waits for the sandbox, asks for
the Run and reads the first output; with a pool of one and with none. *Ordinary* starts jupyter-server and a
kernel as one would on a laptop: the same versions, no jail, no control plane, its caches in place.

The three take turns, one at a time, so that a busy machine is as busy for each.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import uvicorn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from isolation import candidate_env
from isolation.choose import choose
from isolation.contract import SOCKET_DIR, WORKSPACE, Runtime
from isolation.programs import SESSION_SERVER
from sandbox.adapters.jupyter import JupyterServer
from sandbox.adapters.kernel import Kernel
from sandbox.adapters.memory import MemoryJudge
from sandbox.adapters.sandboxes import LocalSandboxes
from sandbox.app import Store, create_app, open_store
from sandbox.core import events as ev
from sandbox.core.document import cell_at
from sandbox.core.pool import PoolPolicy
from sandbox.ports import Output
from sandbox.settings import PROJECT, Settings
from sandbox.store.journal import Journal
from sandbox.store.log import link
from sandbox.web.websocket import server_config
from tests.sandbox.page import Page, join

FILE = "scratch.py"
LINE = 4
"""In the scratch file's first cell."""
LEAST_ROUNDS = 2
READY_WITHIN_S = 180.0
GOAL_S, GOAL_RATIO = 1.0, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A control plane and its sandboxes."""

    base: str
    store: Store
    sandboxes: LocalSandboxes


@contextlib.asynccontextmanager
async def serve(folder: Path, runtime: Runtime, *, warm: int) -> AsyncIterator[Place]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        settings = Settings(data=folder, base_url=base)
        store = open_store(settings)
        sandboxes = LocalSandboxes(
            runtime, settings.challenges, settings.pairs, folder / "run", PoolPolicy(size=warm)
        )
        app = create_app(settings, store, sandboxes, MemoryJudge())
        server = uvicorn.Server(server_config(app))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            while not server.started:  # noqa: ASYNC110, uvicorn has no event for it
                await asyncio.sleep(0.01)
            yield Place(base=base, store=store, sandboxes=sandboxes)
        finally:
            server.should_exit = True
            await serving
            store.engine.dispose()


def ready_interview(store: Store) -> str:
    """An interview whose candidate has agreed and may run code, and has not come yet."""
    interview, _ = store.interviews.create(candidate_name="Casey", interviewer_name="Robin")
    row, journal = store.log.links(interview.id)[-1], Journal(store.engine)
    journal.start()
    for event in (ev.Consented(), ev.StageMoved(stage="filter"), ev.StageMoved(stage="probe")):
        entry = ev.Entry(seq=row.seq + 1, at_us=row.at_us, author="interviewer", event=event)
        row = link(row.hash, interview.id, entry)
        journal.append([row], lambda _: None)
    journal.close()
    return interview.id


async def through_the_room(place: Place) -> float:
    """Seconds from opening the room's WebSocket to the first output."""
    interview = ready_interview(place.store)
    cookies = await join(place.base, place.store.interviews.links(interview).candidate)
    began = time.perf_counter()
    async with Page(place.base, interview, "candidate", cookies) as page:
        await page.until(lambda: page.view["sandbox"]["state"] == "ready", timeout_s=120)
        await page.do("run", path=FILE, line=LINE)
        await page.until(lambda: any(page.outputs.values()), timeout_s=120)
        elapsed_s = time.perf_counter() - began
        await page.until(lambda: page.view["runs"][-1]["outcome"], timeout_s=120)
    shown = page.outputs[1]
    assert shown[0]["kind"] == "stdout", shown
    assert page.view["runs"][-1]["outcome"] == "ok", shown
    return elapsed_s


async def the_ordinary_way(starter: dict[str, str]) -> float:
    """Seconds from starting jupyter-server to the first output."""
    with tempfile.TemporaryDirectory(prefix="probe-bench-") as name:
        folder = Path(name)
        for file, text in starter.items():
            (folder / file).write_text(text)
        program = candidate_env.locate().prefix / "bin" / "jupyter-server"
        options = SESSION_SERVER[SESSION_SERVER.index("warm.server") + 1 :]
        places = {str(SOCKET_DIR): name, str(WORKSPACE): name}
        words = [str(program), "--allow-root", *(_moved(word, places) for word in options)]
        visible = PROJECT / "challenges" / "speculative-decoding" / "visible"
        environment = {**os.environ, "PYTHONPATH": f"{PROJECT}:{visible}", "JUPYTER_TOKEN": "bench"}
        environment["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *words, cwd=name, env=environment, stderr=asyncio.subprocess.DEVNULL
        )
        server = JupyterServer(folder=folder, token="bench")
        try:
            while not await server.ready():  # noqa: ASYNC110, it tells nobody
                await asyncio.sleep(0.02)
            kernel = await Kernel.start(server, lambda: None)
            async with contextlib.aclosing(kernel.execute(cell_at(starter[FILE], LINE).source)) as items:
                first = await anext(items)
            elapsed_s = time.perf_counter() - began
            assert isinstance(first, Output), first
            assert first.kind == "stdout", first
            await kernel.close()
            return elapsed_s
        finally:
            process.terminate()
            await process.wait()


def _moved(word: str, places: dict[str, str]) -> str:
    for inside, outside in places.items():
        word = word.replace(inside, outside)
    return word


async def measure(runtime: Runtime, rounds: int, seconds: float) -> dict[str, list[float]]:
    """Seconds for each way; one round before the first is not counted.

    No round is begun when the first began longer than ``seconds`` ago, but two are always counted.
    """
    taken: dict[str, list[float]] = {"ordinary": [], "cold": [], "warm": []}
    with tempfile.TemporaryDirectory(prefix="probe-bench-", ignore_cleanup_errors=True) as name:
        async with (
            serve(Path(name, "cold"), runtime, warm=0) as cold,
            serve(Path(name, "warm"), runtime, warm=1) as warm,
        ):
            starter = {
                path.name: path.read_text()
                for path in (PROJECT / "challenges" / "speculative-decoding" / "starter").glob("*.py")
            }
            began = time.monotonic()
            for number in range(rounds + 1):
                if number > LEAST_ROUNDS and time.monotonic() - began > seconds:
                    break
                await _ready(warm.sandboxes)  # nothing else of ours is busy while one is timed
                taken["ordinary"].append(await the_ordinary_way(starter))
                taken["cold"].append(await through_the_room(cold))
                taken["warm"].append(await through_the_room(warm))
                last = ", ".join(f"{way} {times[-1]:.2f} s" for way, times in taken.items())
                print(f"  {last}", file=sys.stderr, flush=True)
    return {way: times[1:] for way, times in taken.items()}


async def _ready(sandboxes: LocalSandboxes) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while not sandboxes.pool.ready:  # it tries again by itself
        if time.monotonic() > deadline:
            raise SystemExit(f"first_output: nothing stands ready. {sandboxes.pool.reason}")
        await asyncio.sleep(0.05)


def summary(taken: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    """Seconds; the 95th percentile is the smallest time that 95 % of the rounds did not exceed."""
    return {
        way: {
            f"p{level}_s": round(float(np.percentile(times, level, method="inverted_cdf")), 3)
            for level in (50, 95)
        }
        for way, times in taken.items()
    }


def table(found: dict[str, dict[str, float]], runtime: str, rounds: int) -> str:
    warm = found["warm"]
    lines = [f"entering the room to the first output, {runtime}, {rounds} rounds", ""]
    lines += ["            p50 s    p95 s   times warm (p50, p95)"]
    for way, times in found.items():
        ratios = "   ".join(f"{times[key] / warm[key]:6.1f}" for key in ("p50_s", "p95_s"))
        lines.append(f"  {way:<9} {times['p50_s']:6.2f}   {times['p95_s']:6.2f}   {ratios}")
    ratio = found["cold"]["p50_s"] / warm["p50_s"]
    met = warm["p50_s"] < GOAL_S and ratio >= GOAL_RATIO
    lines.append(
        f"\ngoal: warm under {GOAL_S:g} s and {GOAL_RATIO:g} times faster than cold at p50: "
        + ("met" if met else "NOT met")
    )
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runtime", choices=("auto", "docker", "embedded"), default="auto")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=120.0, help="begin no round after them")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args(argv)
    runtime = choose(arguments.runtime)
    taken = asyncio.run(measure(runtime, arguments.rounds, arguments.seconds))
    found = summary(taken)
    print(table(found, runtime.name, rounds=len(taken["warm"])))
    if arguments.json:
        arguments.json.write_text(
            json.dumps({"runtime": runtime.name, "rounds": taken, "summary": found}, indent=2)
        )


if __name__ == "__main__":
    main()
