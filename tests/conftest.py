"""`--long`: everything at full size. Without it, what is marked `long` is left out, and a line says so."""

from __future__ import annotations

import contextlib
import os
from typing import Any

import pytest

with contextlib.suppress(ImportError):  # The candidate environment, where some tests run, has none.
    from hypothesis import HealthCheck, settings

    # The machine is shared: how long an example takes says nothing.
    settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("shared")

LEFT_OUT = pytest.StashKey[set[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long",
        action="store_true",
        help="the whole suite at full size: hours, not minutes (make test-long)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEFT_OUT] = set()
    if config.getoption("--long"):
        # Before any test module, and with it `tests.long`, is imported.
        os.environ["PROBE_LONG"] = "1"


FIRST = "tests/e2e/"
"""Few tests that take minutes: begun last, one worker would end alone with them. The zoo, which is last,
keeps all processors busy by itself."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))
    if config.getoption("--long"):
        return
    left_out = [item for item in items if item.get_closest_marker("long")]
    if left_out:
        config.stash[LEFT_OUT] |= {item.nodeid for item in left_out}
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_sessionfinish(session: pytest.Session) -> None:
    # Of a worker of pytest-xdist: what it collected is known to nobody else.
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = sorted(session.config.stash[LEFT_OUT])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[LEFT_OUT] |= set(getattr(node, "workeroutput", {}).get("left_out", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if left_out := sorted(config.stash[LEFT_OUT]):
        terminalreporter.section("NOT RUN: the long tests (make test-long)", yellow=True)
        terminalreporter.write_line("\n".join(left_out))
    if not config.getoption("--long"):
        terminalreporter.write_line(
            "Others ran at their default size: a quarter of the zoo at quick (`probe zoo` judges all), "
            "500 right samplers, 100,000 fuzzed frames."
        )
