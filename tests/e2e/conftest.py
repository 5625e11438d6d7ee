"""A real server in its own process, and real browsers. Nothing here is faked."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "tests/e2e/screenshots"
CHROMIUM_FLAGS = [
    "--no-sandbox",  # CI runs as root, where Chromium's own sandbox cannot start
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
START_S = 60.0


@dataclass
class Server:
    """`probe serve` as a child process that can be killed and started again."""

    data: Path
    port: int
    runtime: str = "embedded"
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with (self.data / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "probe", "serve", "--port", str(self.port), "--data", str(self.data),
                 "--runtime", self.runtime],
                cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        deadline = time.monotonic() + START_S
        while True:
            try:
                with urlopen(f"{self.base}/api/health", timeout=2):
                    return
            except (URLError, OSError):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(
                        (self.data / "server.log").read_text(errors="replace")[-3000:]
                    ) from None
                time.sleep(0.1)

    def kill(self) -> None:
        """As the kernel would: no goodbye."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def new_interview(self) -> tuple[str, str]:
        """The candidate's link and the interviewer's."""
        printed = subprocess.run(
            [sys.executable, "-m", "probe", "interview", "new", "--data", str(self.data),
             "--base-url", self.base, "--candidate", "Casey", "--interviewer", "Robin"],
            cwd=ROOT, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        links = dict(re.findall(r"(?im)^\s*(candidate|interviewer)\b.*?(http\S+/join/\S+)", printed))
        lowered = {name.lower(): link for name, link in links.items()}
        return lowered["candidate"], lowered["interviewer"]

    def host_link(self) -> str:
        """Of whoever makes interviews."""
        started = re.search(r"(?m)^host\s+(http\S+)", (self.data / "server.log").read_text())
        assert started is not None
        return started[1]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    yield from serving("embedded")


def serving(runtime: str) -> Iterator[Server]:
    """A server on a free port and an empty data folder, until the caller is done."""
    # Socket paths must stay under 108 bytes, so not pytest's own long folder.
    data = Path(tempfile.mkdtemp(prefix="probe-"))
    server = Server(data, free_port(), runtime)
    server.start()
    yield server
    server.stop()
    if os.environ.get("KEEP_SERVER_LOG"):
        print((data / "server.log").read_text(errors="replace"))
    shutil.rmtree(data, ignore_errors=True)


# For one module only: while it lives, its event loop runs in this thread, and no asynchronous test could.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail(
            "Chromium is missing. Install Debian's package `chromium`, or run `make test`, which does."
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@dataclass
class Person:
    """One browser with its own cookies; every script error and refused resource fails the test."""

    page: Page
    complaints: list[str]


@pytest.fixture
def people(browser: Browser) -> Iterator[list[Person]]:
    """Two people, candidate first."""
    contexts: list[BrowserContext] = []
    found: list[Person] = []
    for _ in range(2):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        person = Person(page, [])
        page.on("pageerror", lambda error, person=person: person.complaints.append(str(error)))
        page.on(
            "console",
            lambda message, person=person: (
                person.complaints.append(message.text) if "Content Security Policy" in message.text else None
            ),
        )
        found.append(person)
    yield found
    for context in contexts:
        context.close()
    for person in found:
        assert not person.complaints, json.dumps(person.complaints, indent=1)


def picture(page: Page, name: str) -> None:
    """Keep a screenshot for a person to look at."""
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")
