"""A real session, opened as an interview's is, for cases that need a candidate on the other side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from isolation.contract import Runtime
from sandbox.adapters.sandboxes import LocalSandboxes
from sandbox.adapters.workbench import JupyterWorkbench
from sandbox.ports import KernelState, Output

PROJECT = Path(__file__).resolve().parents[2]
TEXT_WITHIN_S = 60.0


@dataclass(slots=True)
class Session:
    bench: JupyterWorkbench
    states: list[KernelState] = field(default_factory=list)

    async def text(self, code: str) -> str:
        """All the text that running ``code`` shows."""
        async with asyncio.timeout(TEXT_WITHIN_S):
            items = [item async for item in self.bench.execute(code)]
        return "".join(item.text for item in items if isinstance(item, Output))

    async def end(self) -> None:
        """Its jail, as if it had died."""
        await self.bench._place.stop()


@asynccontextmanager
async def session(runtime: Runtime, folder: Path) -> AsyncIterator[Session]:
    """Raises SandboxFault."""
    challenges = folder / "session-challenges"
    (challenges / "tiny" / "visible").mkdir(parents=True, exist_ok=True)
    (challenges / "tiny" / "visible" / "brief.md").write_text("tiny")
    for path in (challenges, challenges / "tiny", challenges / "tiny" / "visible"):
        path.chmod(0o755)
    states: list[KernelState] = []
    sandboxes = LocalSandboxes(
        runtime=runtime, challenges=challenges, pairs=PROJECT / "pairs", state=folder / "sessions"
    )
    bench = await sandboxes.open("attack", on_kernel=states.append, visible="tiny")
    try:
        yield Session(bench, states)
    finally:
        await bench.close()
