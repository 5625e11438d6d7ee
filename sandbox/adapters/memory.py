"""Sandboxes and a judge that execute nothing: for tests, and to work on the pages without an engine.

They keep the ports' contracts: one execution at a time, a `Finished` last, kernel states in their order. A
few magic words in the code stand for what real code does: see `MemoryWorkbench.execute`.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Literal

from isolation.contract import Device
from sandbox.core.document import files_sha256
from sandbox.ports import (
    Completions,
    Finished,
    KernelState,
    Output,
    PoolStatus,
    SandboxFault,
    Tool,
    ToolLine,
    Unreadable,
    Workbench,
)
from wire.scorecard import CheckName, Measurement, Progress, Score, Scorecard, Status, SubmissionRef, Verdict

CHECKS: tuple[CheckName, ...] = (
    "contract",
    "greedy",
    "law",
    "independence",
    "edges",
    "provenance",
    "economy",
    "cache",
    "speed",
)


class MemoryWorkbench:
    def __init__(self, on_kernel: Callable[[KernelState], None]) -> None:
        self.files: dict[str, str] = {}
        self.terminals: list[MemoryTerminal] = []
        self._on_kernel = on_kernel
        self._busy = self._dead = False
        self._interrupted = asyncio.Event()
        on_kernel("starting")
        on_kernel("idle")

    async def write_files(self, files: Mapping[str, str]) -> None:
        self.files = dict(files)

    async def execute(self, code: str) -> AsyncIterator[Output | Finished]:
        """Echo. ``wait_forever``, ``raise``, ``os._exit`` and ``flood`` in the code do as they say.

        An interrupt is swallowed where the code says ``swallow``, as IPython's ``%run`` does.
        """
        if self._busy or self._dead:
            raise SandboxFault("The kernel is not idle. Restart it.")
        code = self.files.get(code.removeprefix("%run ").strip(), code)
        self._interrupted.clear()
        self._set("busy")
        try:
            yield Output(kind="stdout", text="nothing is executed in memory; the code was:\n")
            for line in code.splitlines()[:50]:
                yield Output(kind="stdout", text=line + "\n")
            if "flood" in code:
                for number in range(3_000):
                    yield Output(kind="stdout", text=f"line {number} " + "x" * 1_000 + "\n")
            if "wait_forever" in code:
                await self._interrupted.wait()
                yield Output(kind="error", text="KeyboardInterrupt")
                yield Finished(outcome="ok" if "swallow" in code else "interrupted")
            elif "os._exit" in code:
                self._set("dead")
                yield Finished(outcome="died")
            elif "raise" in code:
                yield Output(kind="error", text="\x1b[31mRuntimeError\x1b[0m: raised in memory")
                yield Finished(outcome="error")
            else:
                yield Output(kind="result", text=f"{len(code)} characters")
                yield Finished(outcome="ok")
        finally:
            if self._busy:
                self._set("idle")

    async def run_tool(self, tool: Tool) -> AsyncIterator[ToolLine | Output | Finished]:
        babbles = any("babble" in text for text in self.files.values())
        for payload in _babble() if babbles else _tool_lines(tool):
            yield ToolLine(payload=payload)
            await asyncio.sleep(0)
        yield Finished(outcome="ok")

    async def complete(self, code: str, cursor: int) -> Completions:
        word = code[:cursor].rpartition(" ")[2].rpartition("\n")[2]
        matches = [name for name in ("print", "generate", "target", "draft") if name.startswith(word)]
        return Completions(matches=matches, start=cursor - len(word), end=cursor)

    async def inspect(self, code: str, cursor: int) -> str:
        name = code[:cursor].rpartition(" ")[2].rpartition("\n")[2]
        return (
            f"Signature: {name}(target, draft)\nDocstring: Not read: memory.\nType: function" if name else ""
        )

    async def open_terminal(self, rows: int, columns: int) -> MemoryTerminal:
        self.terminals.append(MemoryTerminal(rows, columns, lambda: self.files))
        return self.terminals[-1]

    async def interrupt(self) -> None:
        self._interrupted.set()

    async def restart(self) -> None:
        self._interrupted.set()
        self._set("starting")
        self._set("idle")

    async def close(self) -> None:
        self._interrupted.set()
        self._set("dead")

    def _set(self, state: KernelState) -> None:
        self._busy, self._dead = state == "busy", state == "dead"
        self._on_kernel(state)


class MemoryTerminal:
    """Echoes. ``ls`` lists the files, ``exit`` ends it, ``flood`` prints megabytes, ``raw TEXT`` prints
    TEXT with its ``\\e`` as escapes."""

    def __init__(self, rows: int, columns: int, files: Callable[[], Mapping[str, str]]) -> None:
        self.size = (rows, columns)
        self.typed = ""
        self._files = files
        self._line = ""
        self._printed: asyncio.Queue[str | None] = asyncio.Queue()
        self._printed.put_nowait("$ ")

    async def output(self) -> AsyncIterator[str]:
        while (text := await self._printed.get()) is not None:
            yield text

    async def write(self, text: str) -> None:
        self.typed += text
        for letter in text:
            if letter != "\r":
                self._line += letter
                self._printed.put_nowait(letter)
                continue
            line, self._line = self._line.strip(), ""
            self._printed.put_nowait("\r\n")
            if line == "exit":
                self._printed.put_nowait(None)
            for shown in self._answer(line):
                self._printed.put_nowait(shown)
            self._printed.put_nowait("$ ")

    async def resize(self, rows: int, columns: int) -> None:
        self.size = (rows, columns)

    async def close(self) -> None:
        self._printed.put_nowait(None)

    def _answer(self, line: str) -> Iterator[str]:
        if line == "ls":
            yield "  ".join(sorted(self._files())) + "\r\n"
        elif line == "flood":
            yield from (f"line {number} {'x' * 1_000}\r\n" for number in range(3_000))
        elif line.startswith("raw "):
            yield line[4:].replace("\\e", "\x1b")


def _babble() -> Iterator[dict[str, object]]:
    """Lines in the format, and far more of them than anybody reads."""
    for number in range(300):
        yield {
            "tool": "tests",
            "event": "case",
            "name": f"test_{number}",
            "title": "",
            "outcome": "failed",
            "message": "",
            "output": "x" * 3_000,
            "seconds": 0.0,
        }


def _tool_lines(tool: Tool) -> list[dict[str, object]]:
    if tool == "tests":
        case = {"tool": "tests", "event": "case", "outcome": "passed", "message": "", "seconds": 0.01}
        return [
            {"tool": "tests", "event": "collected", "total": 2},
            {**case, "name": "test_prompt", "title": "The prompt comes first"},
            {
                **case,
                "name": "test_greedy",
                "title": "Greedy equals the target",
                "outcome": "failed",
                "message": "differs",
                "assertion": "assert got == want",
                "output": "drafted 4\n",
                "file": "specdec.py",
                "line": 3,
            },
            {"tool": "tests", "event": "finished", "error": ""},
        ]
    row = {"tool": "bench", "event": "row", "target_calls": 20, "draft_calls": 80, "new_tokens": 64}
    return [
        {
            **row,
            "num_speculative_tokens": gamma,
            "acceptance_rate": 0.7,
            "draft_utilisation": 0.7 / gamma,
            "tokens_per_target_call": 1.0 + 0.4 * gamma,
            "textbook_tokens_per_target_call": 1.1 + 0.4 * gamma,
            "bound_tokens_per_target_call": 1.2 + 0.45 * gamma,
            "speedup": 1.0 + 0.1 * gamma,
            "textbook_speedup": 1.05 + 0.1 * gamma,
            "speedup_in_a_batch": 1.0 - 0.05 * gamma,
        }
        for gamma in (1, 2, 4, 8)
    ] + [
        {
            "tool": "bench",
            "event": "strip",
            "num_speculative_tokens": 4,
            "prompt": [3, 14, 15],
            "tokens": [9, 26, 53, 5],
            "origins": ["plain", "accepted", "recovered", "bonus"],
            "rejected": [{"at": 2, "tokens": [58, 9]}],
        },
        {
            "tool": "bench",
            "event": "text",
            "num_speculative_tokens": 4,
            "acceptance_rate": 0.75,
            "tokens_per_target_call": 2.0,
            "new_tokens": 8,
            "seconds": 0.05,
            "plain_seconds": 0.06,
            "prompt": ["def", " re", "ad", "(path", "):\n"],
            "pieces": ["    ", "return", " open", "(", "path", ")  # ", "\xc3", "\xa9\n"],
            "origins": [
                "accepted",
                "accepted",
                "recovered",
                "plain",
                "accepted",
                "bonus",
                "plain",
                "recovered",
            ],
            "rejected": [{"at": 2, "pieces": [" path", "."]}, {"at": 7, "pieces": ["\xb6"]}],
        },
        {"tool": "bench", "event": "finished", "error": ""},
    ]


class MemorySandboxes:
    """``fault``: opening raises SandboxFault with this text. ``held`` keeps it waiting until it is set.
    ``opened`` counts."""

    runtime = "memory"
    caveats: Sequence[str] = ("Nothing is executed: this is the memory runtime, for work on the pages.",)

    def __init__(self) -> None:
        self.fault = ""
        self.opened = 0
        self.left_over = 0
        """Sandboxes that a crashed process would have left."""
        self.benches: dict[str, MemoryWorkbench] = {}
        self.held: asyncio.Event | None = None
        self.prepared: tuple[str, tuple[str, ...]] | None = None
        self.closed = False
        self.inventory = list[Device]()
        self.given = dict[str, str]()
        """The device of each interview's sandbox."""

    @property
    def pool(self) -> PoolStatus:
        return PoolStatus(size=0, ready=0, starting=False, reason="", retry_in_s=0)

    async def devices(self) -> Sequence[Device]:
        return tuple(self.inventory)

    def prepare(self, visible: str, imports: Sequence[str]) -> None:
        self.prepared = (visible, tuple(imports))

    async def open(
        self,
        interview: str,
        *,
        on_kernel: Callable[[KernelState], None],
        on_step: Callable[[str], None],
        visible: str,
        device: str,
    ) -> Workbench:
        on_step("starting nothing")
        if self.held is not None:
            await self.held.wait()
        if self.fault:
            raise SandboxFault(self.fault)
        self.opened += 1
        self.given[interview] = device
        self.benches[interview] = MemoryWorkbench(on_kernel)
        return self.benches[interview]

    async def close(self) -> None:
        self.closed = True

    async def reap(self) -> int:
        count, self.left_over = self.left_over, 0
        return count


class MemoryJudge:
    """Passes every submission, says so, and measured nothing. ``held`` keeps it waiting until it is set."""

    def __init__(self) -> None:
        self.held: asyncio.Event | None = None
        self.unreadable = ""
        self.working = 0

    async def judge(
        self,
        files: Mapping[str, str],
        *,
        challenge: str,
        seed: int,
        budget: Literal["quick", "full"],
        on_progress: Callable[[Progress], None],
    ) -> Scorecard | Unreadable:
        self.working += 1
        try:
            for done, check in enumerate(CHECKS):
                on_progress(Progress(check=check, done=done, of=len(CHECKS), note="in memory"))
                await asyncio.sleep(0)
            if self.held is not None:
                await self.held.wait()
        finally:
            self.working -= 1
        if self.unreadable:
            return Unreadable(reason=self.unreadable)
        return _scorecard(files, challenge, seed, budget)


def _scorecard(
    files: Mapping[str, str], challenge: str, seed: int, budget: Literal["quick", "full"]
) -> Scorecard:
    example = Measurement(name="example", value=1.0, low=1.0, high=1.0, unit="", n=1)
    return Scorecard(
        submission=SubmissionRef(sha256=files_sha256(files), files=tuple(sorted(files))),
        challenge=challenge,
        challenge_version=1,
        seed=seed,
        seed_commitment=hashlib.sha256(str(seed).encode()).hexdigest(),
        budget=budget,
        runtime="none",
        versions={},
        verdicts=tuple(
            Verdict(
                check=check,
                status=Status.PASS,
                summary="Not measured: memory judge.",
                measurements=(example,),
            )
            for check in CHECKS
        ),
        score=Score(axis="research", suggested=3, because=("The memory judge always says 3.",)),
        wall_s=0.0,
    )
