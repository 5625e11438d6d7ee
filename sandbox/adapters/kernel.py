"""One living kernel: one execution at a time, and completion beside it. Nothing here restarts anything."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from typing import Literal, Self

from websockets.exceptions import ConnectionClosed

from sandbox.adapters import jupyter_wire
from sandbox.adapters.jupyter import JupyterServer
from sandbox.adapters.jupyter_wire import Message
from sandbox.adapters.kernel_channel import DEATH, OVERSIZE, KernelChannel
from sandbox.ports import Completions, Finished, Output, SandboxFault

MAX_OUTPUT_BYTES = 1024 * 1024
"""Of one execution. What comes after is dropped and the execution interrupted."""
MAX_MATCHES = 200
MAX_DESCRIPTION = 16_000
"""Characters of what is said about an object."""
ANSWER_TIMEOUT_S = 3.0
STOP_TIMEOUT_S = 5.0
"""How long an interrupted flood may go on before the kernel is given up."""
_READY_TIMEOUT_S = 30.0
# Names are completed from the living objects. Jedi would read source instead, and takes seconds to load
# while the main shell holds the interpreter's lock.
_SET_UP = "get_ipython().Completer.use_jedi = False"
_IMPORT_TIMEOUT_S = 60.0
_IMPORT = """
def _import_modules():
    import contextlib, importlib
    for name in NAMES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
_import_modules()
del _import_modules
"""
_OUTPUT_COST_BYTES = 256  # an empty output is not free: a million of them is a flood too
_NO_COMPLETIONS = Completions(matches=(), start=0, end=0)


class Kernel:
    """Make one with `Kernel.start`."""

    def __init__(self, server: JupyterServer, kernel_id: str, on_death: Callable[[], None]) -> None:
        self._server = server
        self._id = kernel_id
        self._channel = KernelChannel(on_death)
        self._subshell: str | None = None
        self._interrupted = False
        self._idle = asyncio.Event()
        self._idle.set()

    @classmethod
    async def start(cls, server: JupyterServer, on_death: Callable[[], None]) -> Self:
        """A new kernel that has answered. Raises SandboxFault."""
        kernel = cls(server, await server.start_kernel(), on_death)
        try:
            await kernel._channel.open(server.channels(kernel._id))
            async with asyncio.timeout(_READY_TIMEOUT_S):
                await kernel._channel.ask(
                    "shell", "execute_request", _execution(_SET_UP, silent=True), "execute_reply"
                )
        except (TimeoutError, ConnectionClosed) as error:
            await kernel.close()
            raise SandboxFault("The kernel does not answer. Restart it.") from error
        except BaseException:
            await kernel.close()
            raise
        return kernel

    def belongs_to(self, on_death: Callable[[], None]) -> None:
        """Tell somebody else of its death from now on."""
        self._channel.on_death = on_death

    async def import_modules(self, names: Sequence[str]) -> None:
        """Import modules and bind no name: a warm kernel must run nothing that a cold one refuses.

        A module that is not there is left out: whoever imports it reads why. Raises SandboxFault.
        """
        code = _IMPORT.replace("NAMES", repr(tuple(names)))
        try:
            async with asyncio.timeout(_IMPORT_TIMEOUT_S):
                await self._channel.ask(
                    "shell", "execute_request", _execution(code, silent=True), "execute_reply"
                )
        except TimeoutError as error:
            raise SandboxFault("The kernel does not answer. Restart it.") from error

    @property
    def alive(self) -> bool:
        return not self._channel.dead

    @property
    def busy(self) -> bool:
        return not self._idle.is_set()

    async def until_idle(self) -> None:
        await self._idle.wait()

    async def execute(self, code: str) -> AsyncGenerator[Output | Finished, None]:
        """Raises SandboxFault when the kernel is dead or already runs something."""
        if self._channel.dead:
            raise SandboxFault("The kernel is not running. Restart it.")
        if self.busy:
            raise SandboxFault("Something runs already. Wait, or interrupt it.")
        self._idle.clear()
        self._interrupted = False
        try:
            async with self._channel.request("shell", "execute_request", _execution(code)) as messages:
                async for item in self._outputs(messages):
                    yield item
        finally:
            self._idle.set()

    async def interrupt(self) -> None:
        """Raises SandboxFault when the server does not answer."""
        self._interrupted = True
        await self._server.interrupt_kernel(self._id)

    async def complete(self, code: str, cursor: int) -> Completions:
        """Empty when the kernel does not answer."""
        reply = await self._ask_beside("complete", {"code": code, "cursor_pos": cursor})
        return _NO_COMPLETIONS if reply is None else _completions(reply, len(code))

    async def inspect(self, code: str, cursor: int) -> str:
        """What the kernel knows of the object before the cursor, as plain text; empty for one it has not."""
        reply = await self._ask_beside("inspect", {"code": code, "cursor_pos": cursor, "detail_level": 0})
        return "" if reply is None else _description(reply)

    async def close(self) -> None:
        """End the kernel and its connection. Raises nothing: what cannot be reached is gone with its jail."""
        self._channel.expect_death()
        with contextlib.suppress(SandboxFault):
            await self._server.end_kernel(self._id)
        await self.abandon()

    async def abandon(self) -> None:
        """Let go of a kernel whose jail has ended, without a word to it and without `on_death`."""
        await self._channel.close()

    def give_up(self) -> None:
        """Declare dead a kernel that does not listen: what runs in it ends with ``died``."""
        self._channel.die()

    async def _outputs(self, messages: asyncio.Queue[Message]) -> AsyncIterator[Output | Finished]:
        """Outputs until both the reply and idle came: either may be first."""
        reply: Message | None = None
        idle = raised = clear = False
        shown = 0
        while not (reply and idle):
            message = await messages.get()
            if message is DEATH:
                yield Finished(outcome="died")
                return
            if message.kind == "execute_reply":
                reply = message
            elif message.kind == "status":
                idle = idle or message.content.get("execution_state") == "idle"
            elif message.kind == "clear_output" and message.content.get("wait") is True:
                clear = True  # together with what takes its place, so that nothing flickers
            else:
                output = jupyter_wire.output_of(message)
                left = MAX_OUTPUT_BYTES - shown
                shown += _size(output)
                if message is OVERSIZE or shown > MAX_OUTPUT_BYTES:
                    if output is not None and output.kind in {"stdout", "stderr"}:
                        yield Output(kind=output.kind, text=output.text[:left])
                    await self._stop_flood(messages, replied=reply is not None)
                    yield Finished(outcome="flooded")
                    return
                if output is not None:
                    # A file that %run ran shows its traceback, and the reply still says ok.
                    raised = raised or output.kind == "error"
                    if clear:
                        clear = False
                        yield Output(kind="clear")
                    yield output
        yield Finished(outcome=self._outcome(reply, raised))

    def _outcome(self, reply: Message, raised: bool) -> Literal["ok", "error", "interrupted"]:
        status = reply.content.get("status")
        if status == "ok" and not raised:
            return "ok"
        return "interrupted" if self._interrupted or status == "aborted" else "error"

    async def _stop_flood(self, messages: asyncio.Queue[Message], *, replied: bool) -> None:
        """Interrupt, and drop what still comes. A kernel that goes on is declared dead."""
        if replied:  # the last of a flood may come after the code has ended
            return
        with contextlib.suppress(SandboxFault):
            await self.interrupt()
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                while True:
                    message = await messages.get()
                    if message is DEATH or message.kind == "execute_reply":
                        return
        except TimeoutError:
            self.give_up()

    async def _ask_beside(self, question: str, content: dict[str, object]) -> Message | None:
        """Asked in a subshell, so that a busy main shell does not delay it. None when nothing answers."""
        if self._channel.dead:
            return None
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                subshell = await self._subshell_id()
                header: dict[str, object] = {"subshell_id": subshell} if subshell else {}
                return await self._channel.ask(
                    "shell", f"{question}_request", content, f"{question}_reply", header
                )
        except (TimeoutError, SandboxFault):
            return None

    async def _subshell_id(self) -> str:
        if self._subshell is None:
            reply = await self._channel.ask("control", "create_subshell_request", {}, "create_subshell_reply")
            value = reply.content.get("subshell_id")
            self._subshell = value if isinstance(value, str) else ""
        return self._subshell


def _execution(code: str, *, silent: bool = False) -> dict[str, object]:
    return {
        "code": code,
        "silent": silent,
        "store_history": not silent,
        "user_expressions": {},
        "allow_stdin": False,
        "stop_on_error": True,
    }


def _size(output: Output | None) -> int:
    if output is None:
        return 0
    return _OUTPUT_COST_BYTES + len(output.text) + len(output.image) + len(output.html)


def _completions(reply: Message, length: int) -> Completions:
    matches = reply.content.get("matches")
    start, end = reply.content.get("cursor_start"), reply.content.get("cursor_end")
    if not isinstance(matches, list) or type(start) is not int or type(end) is not int:
        return _NO_COMPLETIONS
    if not 0 <= start <= end <= length:
        return _NO_COMPLETIONS
    words = [match for match in matches if isinstance(match, str) and len(match) <= 256]
    return Completions(matches=tuple(words[:MAX_MATCHES]), start=start, end=end)


_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def _description(reply: Message) -> str:
    data = reply.content.get("data")
    text = data.get("text/plain") if isinstance(data, dict) else None
    if reply.content.get("found") is not True or not isinstance(text, str):
        return ""
    return _COLOUR.sub("", text[: 2 * MAX_DESCRIPTION])[:MAX_DESCRIPTION].encode("utf-8", "replace").decode()
