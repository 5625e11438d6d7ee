"""How large an hour of typing is in the log, and how fast its recording is made and played.

    python -m bench.recording [--minutes 60] [--keys 8] [--browser]

Continuous typing without a pause, with cursors, runs, a terminal and notes (`bench.typed_interview`): more
than any interview. Sizes are exact. Times are the processor's, which depend less on what else the machine
does.
``--browser`` instead opens a recording of 90 minutes in Chromium and jumps to random moments, from the call
until the frame after it is drawn: by the clock, and in processor time. It needs built pages.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import random
import shutil
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bench.typed_interview import REVIEW_MS, typed_interview
from sandbox.app import Store, open_store
from sandbox.core import events as ev
from sandbox.core.chain import verify
from sandbox.service.replay import make_recording
from sandbox.settings import Settings
from sandbox.store import log_file

_Made = TypeVar("_Made")
SEEKS = 60
BROWSER_MINUTES = 90
SEEK = """async at => {
  const before = performance.now();
  location.hash = `#t=${at}`;
  await new Promise(done => addEventListener('hashchange', done, {once: true}));
  await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - before;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--keys", type=float, default=8, help="a second")
    parser.add_argument("--browser", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="recording-") as folder:
        if arguments.browser:
            _measure_browser(Path(folder) / "browser", arguments.keys)
        else:
            _measure(Path(folder), arguments.minutes, arguments.keys)


def _row(what: str, value: str) -> None:
    print(f"{what:<58}{value:>14}", flush=True)


def _size(size: int) -> str:
    return f"{size / 1e6:.2f} MB"


def _timed(make: Callable[[], _Made]) -> tuple[_Made, str]:
    before = time.process_time()
    made = make()
    return made, f"{time.process_time() - before:.2f} s"


def _measure(folder: Path, minutes: float, keys: float) -> None:
    entries = typed_interview(minutes, keys, start_ms=1_700_000_000_000)
    interview = f"{1:012x}"
    updates = [one.event.update for one in entries if isinstance(one.event, ev.DocumentUpdated)]
    moves = [one.event.moves for one in entries if isinstance(one.event, ev.CursorsMoved)]
    _row("events", f"{len(entries):,}")
    _row("document updates, bare", _size(sum(map(len, updates))))
    _row(f"cursors, bare, in {len(moves):,} packs", _size(sum(map(len, moves))))
    store = open_store(Settings(data=folder / "data"))
    empty = _database_size(folder)
    store.log.create(interview, entries)
    _row("database, as rows", _size(_database_size(folder) - empty))
    links, took = _timed(lambda: store.log.links(interview))
    _row("reading the log", took)
    intact, took = _timed(lambda: verify(links).intact)
    _row("proving its chain" if intact else "THE CHAIN IS BROKEN", took)
    _, took = _timed(lambda: store.log.pack(interview))
    _row("packing", took)
    _row("database, packed", _size(_database_size(folder) - empty))
    links, took = _timed(lambda: store.log.links(interview))
    _row("reading the packed log", took)
    log_file.write(folder / "log.gz", links)
    _row("exported file", _size((folder / "log.gz").stat().st_size))
    _measure_recording(store, interview)


def _measure_recording(store: Store, interview: str) -> None:
    state = store.interviews.get(interview)
    made, took = _timed(lambda: make_recording(store.log, store.catalogue, state, now=1_700_000_000_000))
    _row("folding the log into a recording", took)
    text, took = _timed(lambda: made.model_dump_json().encode())
    _row("the recording as JSON", _size(len(text)))
    _row("writing it", took)
    packed, took = _timed(lambda: gzip.compress(text, compresslevel=5, mtime=0))
    _row("packed for the wire", _size(len(packed)))
    _row("packing it for the wire", took)
    splices = json.dumps(made.splices, ensure_ascii=False, separators=(",", ":")).encode()
    _row("of that, the texts alone", _size(len(gzip.compress(splices, compresslevel=5))))


def _database_size(folder: Path) -> int:
    """What a copy without free pages takes."""
    copy = folder / "copy.db"
    with sqlite3.connect(folder / "data" / "interviews.db") as database:
        database.execute("VACUUM INTO ?", (str(copy),))
    size = copy.stat().st_size
    copy.unlink()
    return size


def _measure_browser(folder: Path, keys: float) -> None:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("Chromium is missing")
    start_ms = int(time.time() * 1000) - 3 * 3_600_000
    entries = typed_interview(BROWSER_MINUTES, keys, start_ms=start_ms)
    with _Server(folder) as server, sync_playwright() as playwright:
        interview = f"{1:012x}"
        server.store.log.create(interview, entries)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)
        page.goto(server.store.interviews.links(interview).interviewer)
        page.wait_for_url("**/room/**")
        before = time.perf_counter()
        page.goto(f"{server.base}/replay/{interview}")
        page.get_by_test_id("replay").wait_for()
        _row(f"opening a replay of {BROWSER_MINUTES} minutes", f"{time.perf_counter() - before:.2f} s")
        numbers = random.Random(1)
        span = BROWSER_MINUTES * 60_000
        moments = [start_ms + REVIEW_MS + numbers.randrange(span) for _ in range(SEEKS)]
        devtools = page.context.new_cdp_session(page)
        devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        processes = browser.new_browser_cdp_session()

        def page_ms() -> float:
            metrics = devtools.send("Performance.getMetrics")["metrics"]
            return 1000 * next(one["value"] for one in metrics if one["name"] == "TaskDuration")

        def browser_ms() -> float:
            found = processes.send("SystemInfo.getProcessInfo")["processInfo"]
            return sum(_processor_ms(int(one["id"])) for one in found)

        clock, main_thread, whole = list[float](), list[float](), list[float]()
        for at in moments:
            before, all_before = page_ms(), browser_ms()
            clock.append(page.evaluate(SEEK, at))
            whole.append(browser_ms() - all_before)
            main_thread.append(page_ms() - before)
        _spread("a seek, by the clock", clock)
        _spread("its processor time on the page's main thread", main_thread)
        _spread("its processor time in all of the browser", whole)
        browser.close()


def _processor_ms(process: int) -> float:
    """What all threads of a process have run; 0 for one that is gone."""
    spent = 0
    for task in Path(f"/proc/{process}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):
            spent += int(task.read_text().split()[0])
    return spent / 1e6


def _spread(what: str, milliseconds: list[float]) -> None:
    found = sorted(milliseconds)
    p95 = found[int(len(found) * 0.95) - 1]
    _row(f"{what}: p50 / p95 / most", f"{statistics.median(found):.0f} / {p95:.0f} / {found[-1]:.0f} ms")


class _Server:
    """The control plane on a free port, in a thread, with nothing that runs code."""

    def __init__(self, folder: Path) -> None:
        import socket

        import uvicorn

        from sandbox.adapters.memory import MemoryJudge, MemorySandboxes
        from sandbox.app import create_app
        from sandbox.web.websocket import server_config

        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        settings = Settings(data=folder, base_url=self.base, runtime="memory")
        self.store = open_store(settings)
        app = create_app(settings, self.store, MemorySandboxes(), MemoryJudge())
        self._server = uvicorn.Server(server_config(app))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})

    def __enter__(self) -> _Server:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()


if __name__ == "__main__":
    main()
