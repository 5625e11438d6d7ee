"""One living kernel: its channels, one execution at a time, completion beside it, and its death.

A connection reads for as long as the kernel lives, so that death is seen when nothing runs. Messages
are matched to requests by parent; all others are dropped. Nothing here restarts anything.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Literal, Self
from uuid import uuid4

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, ConnectionClosedError

from sandbox.adapters import jupyter_wire
from sandbox.adapters.jupyter import JupyterServer
from sandbox.adapters.jupyter_wire import Message
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
_BREATH_BYTES = 1024 * 1024
_BREATH_S = 0.02
_OUTPUT_COST_BYTES = 256  # an empty output is not free: a million of them is a flood too
_DEAD_STATES = frozenset({"dead", "restarting", "autorestarting"})
_NO_COMPLETIONS = Completions(matches=(), start=0, end=0)
_DEATH = Message(channel="iopub", kind="death", parent="", content={})
_OVERSIZE = Message(channel="iopub", kind="oversize", parent="", content={})
_MESSAGE_TOO_BIG = 1009  # RFC 6455, section 7.4.1


class Kernel:
    """Make one with `Kernel.start`."""

    def __init__(self, server: JupyterServer, kernel_id: str, on_death: Callable[[], None]) -> None:
        self._server = server
        self._id = kernel_id
        self._on_death = on_death
        self._dead = False
        self._oversize = False
        self._waiting: dict[str, asyncio.Queue[Message]] = {}
        self._subshell: str | None = None
        self._session = uuid4().hex
        self._stack = contextlib.AsyncExitStack()
        self._connection: ClientConnection
        self._reader: asyncio.Task[None] | None = None
        self._interrupted = False
        self._idle = asyncio.Event()
        self._idle.set()

    @classmethod
    async def start(cls, server: JupyterServer, on_death: Callable[[], None]) -> Self:
        """A new kernel that has answered. Raises SandboxFault."""
        kernel = cls(server, await server.start_kernel(), on_death)
        try:
            kernel._connection = await kernel._stack.enter_async_context(server.channels(kernel._id))
            kernel._reader = asyncio.create_task(kernel._read())
            async with asyncio.timeout(_READY_TIMEOUT_S):
                await kernel._ask(
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
        self._on_death = on_death

    async def import_modules(self, names: Sequence[str]) -> None:
        """Import modules and bind no name: a warm kernel must run nothing that a cold one refuses.

        A module that is not there is left out: whoever imports it reads why. Raises SandboxFault.
        """
        code = _IMPORT.replace("NAMES", repr(tuple(names)))
        try:
            async with asyncio.timeout(_IMPORT_TIMEOUT_S):
                await self._ask("shell", "execute_request", _execution(code, silent=True), "execute_reply")
        except TimeoutError as error:
            raise SandboxFault("The kernel does not answer. Restart it.") from error

    @property
    def alive(self) -> bool:
        return not self._dead

    @property
    def busy(self) -> bool:
        return not self._idle.is_set()

    async def until_idle(self) -> None:
        await self._idle.wait()

    async def execute(self, code: str) -> AsyncGenerator[Output | Finished, None]:
        """Raises SandboxFault when the kernel is dead or already runs something."""
        if self._dead:
            raise SandboxFault("The kernel is not running. Restart it.")
        if self.busy:
            raise SandboxFault("Something runs already. Wait, or interrupt it.")
        self._idle.clear()
        self._interrupted = False
        try:
            async with self._request("shell", "execute_request", _execution(code)) as messages:
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
        self._dead = True  # before it ends: this end is not a death to be told
        with contextlib.suppress(SandboxFault):
            await self._server.end_kernel(self._id)
        await self.abandon()

    async def abandon(self) -> None:
        """Let go of a kernel whose jail has ended, without a word to it and without `on_death`."""
        self._dead = True
        if self._reader is not None:
            self._reader.cancel()
        with contextlib.suppress(ConnectionClosed, OSError):
            await self._stack.aclose()
        for queue in self._waiting.values():
            _force(queue, _DEATH)

    def give_up(self) -> None:
        """Declare dead a kernel that does not listen: what runs in it ends with ``died``."""
        self._die()

    async def _outputs(self, messages: asyncio.Queue[Message]) -> AsyncIterator[Output | Finished]:
        """Outputs until both the reply and idle came: either may be first."""
        reply: Message | None = None
        idle = raised = clear = False
        shown = 0
        while not (reply and idle):
            message = await messages.get()
            if message is _DEATH:
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
                if message is _OVERSIZE or shown > MAX_OUTPUT_BYTES:
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
                    if message is _DEATH or message.kind == "execute_reply":
                        return
        except TimeoutError:
            self.give_up()

    async def _ask_beside(self, question: str, content: dict[str, object]) -> Message | None:
        """Asked in a subshell, so that a busy main shell does not delay it. None when nothing answers."""
        if self._dead:
            return None
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                subshell = await self._subshell_id()
                header: dict[str, object] = {"subshell_id": subshell} if subshell else {}
                return await self._ask("shell", f"{question}_request", content, f"{question}_reply", header)
        except (TimeoutError, SandboxFault):
            return None

    async def _subshell_id(self) -> str:
        if self._subshell is None:
            reply = await self._ask("control", "create_subshell_request", {}, "create_subshell_reply")
            value = reply.content.get("subshell_id")
            self._subshell = value if isinstance(value, str) else ""
        return self._subshell

    async def _ask(
        self,
        channel: jupyter_wire.Channel,
        kind: str,
        content: dict[str, object],
        reply_kind: str,
        header: dict[str, object] | None = None,
    ) -> Message:
        async with self._request(channel, kind, content, header) as messages:
            while True:
                message = await messages.get()
                if message is _DEATH:
                    raise SandboxFault("The kernel is not running. Restart it.")
                if message.kind == reply_kind:
                    return message

    @contextlib.asynccontextmanager
    async def _request(
        self,
        channel: jupyter_wire.Channel,
        kind: str,
        content: dict[str, object],
        header: dict[str, object] | None = None,
    ) -> AsyncIterator[asyncio.Queue[Message]]:
        """Send a request and collect what answers it, in a bounded queue: a slow reader slows the kernel."""
        request = uuid4().hex
        messages: asyncio.Queue[Message] = asyncio.Queue(maxsize=256)
        self._waiting[request] = messages
        fields = {
            "msg_id": request,
            "msg_type": kind,
            "session": self._session,
            "username": "candidate",
            "version": "5.4",
            "date": datetime.now(UTC).isoformat(),
            **(header or {}),
        }
        try:
            await self._connection.send(jupyter_wire.encode(channel, fields, content))
            yield messages
        except ConnectionClosed as error:
            raise SandboxFault("The kernel is not running. Restart it.") from error
        finally:
            del self._waiting[request]
            while not messages.empty():  # the reader may be waiting for room in it
                messages.get_nowait()

    async def _read(self) -> None:
        unread = 0
        try:
            async for frame in self._connection:
                unread += len(frame)
                if unread > _BREATH_BYTES:  # a flood is read slowly, so that others get their turn
                    unread = 0
                    await asyncio.sleep(_BREATH_S)
                message = _decoded(frame)
                if message is None:
                    continue
                if message.kind == "status" and message.content.get("execution_state") in _DEAD_STATES:
                    break
                queue = self._waiting.get(message.parent)
                if queue is not None:
                    await queue.put(message)
        except ConnectionClosedError as error:
            if error.sent is not None and error.sent.code == _MESSAGE_TOO_BIG:
                await self._tell_all(_OVERSIZE)
        self._die()

    def _die(self) -> None:
        if self._dead:
            return
        self._dead = True
        for queue in self._waiting.values():
            _force(queue, _DEATH)
        self._on_death()

    async def _tell_all(self, message: Message) -> None:
        for queue in self._waiting.values():
            _force(queue, message)


def _execution(code: str, *, silent: bool = False) -> dict[str, object]:
    return {
        "code": code,
        "silent": silent,
        "store_history": not silent,
        "user_expressions": {},
        "allow_stdin": False,
        "stop_on_error": True,
    }


def _decoded(frame: str | bytes) -> Message | None:
    """None for what is no frame of the protocol; a forger gains nothing by sending it."""
    if isinstance(frame, str):
        return None
    try:
        return jupyter_wire.decode(frame)
    except jupyter_wire.BadFrame:
        return None


def _force(queue: asyncio.Queue[Message], message: Message) -> None:
    """Put it in even when the queue is full, at the cost of what is waiting there."""
    while queue.full():
        queue.get_nowait()
    queue.put_nowait(message)


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
