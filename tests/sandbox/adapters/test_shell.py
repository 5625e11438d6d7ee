"""A real shell in a real jail, and frames that no shell sends."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import cast

import pytest

from sandbox.adapters.shell import JupyterTerminal, parse
from sandbox.adapters.workbench import JupyterWorkbench

from .conftest import Bench

pytestmark = [pytest.mark.embedded, pytest.mark.asyncio(loop_scope="module")]


async def shown_until(terminal: JupyterTerminal, words: str) -> str:
    shown = ""
    async with asyncio.timeout(20), aclosing(terminal.output()) as output:  # type: ignore[type-var]
        async for text in output:
            shown += text
            if words in shown:
                break
    return shown


async def test_a_shell_in_the_workspace_beside_a_busy_kernel(bench: Bench) -> None:
    workbench = cast("JupyterWorkbench", bench.workbench)
    await workbench.write_files({"hello.py": "print('from', 'a file')\n"})
    async with aclosing(workbench.execute("print('on', flush=True)\nwhile True: pass")) as items:
        await anext(items)
        terminal = await workbench.open_terminal(24, 80)
        await terminal.write("python hello.py; stty size\r")
        assert "from a file\r\n24 80\r\n" in await shown_until(terminal, "24 80\r\n")
        await terminal.resize(30, 100)
        await terminal.write("stty size; exit\r")
        assert "30 100\r\n" in await shown_until(terminal, "30 100\r\n")
        await terminal.close()
        await workbench.interrupt()
        async for _ in items:
            pass


@pytest.mark.parametrize(
    "frame",
    [b"\xff", "[", "[]", "null", '{"stdout": 1}', '["stdout"]', '["stdout", 1]', '["stdout", "a", "b"]',
     '["setup", {}]', "[" * 100_000],
)  # fmt: skip
async def test_a_frame_that_is_no_shells_is_ignored(frame: str | bytes) -> None:
    assert parse(frame) == ("", "")


async def test_half_a_character_pair_becomes_a_question_mark() -> None:
    assert parse('["stdout", "a\\ud800b"]') == ("stdout", "a?b")
