"""One trial inside the jail: import the submission, call its ``generate``, say what came of it.

It travels with `shim`: the standard library, torch, `pairs` and the codec. It runs in the same process as the
submission, which can replace every line of it; all that it sends is checked again behind the socket.
"""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import mmap
import os
import random
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from harness.oracle import codec
from harness.oracle.codec import Kind
from pairs.noise import mix

KEYWORDS = (
    "max_new_tokens",
    "num_speculative_tokens",
    "temperature",
    "top_p",
    "eos_token_id",
    "generator",
)


class BadSubmission(Exception):
    """The submission cannot be used; the text says why in a line."""


class BadResult(Exception):
    """``generate`` returned what it must not; the text says what it was and what is wanted."""


class Connection:
    """Frames over one socket, one at a time."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self.turn = threading.Lock()
        """Of whoever waits for an answer: code may call both models, each from a thread of its own."""
        self._frames = codec.Frames(codec.MAX_REPLY)
        self._shared: mmap.mmap | None = None

    @classmethod
    def to(cls, path: Path) -> Self:
        connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connected.connect(str(path))
        return cls(connected)

    def send(self, frame: bytes) -> None:
        self.socket.sendall(frame)

    def receive(self) -> tuple[Kind, memoryview] | None:
        """The body is valid until the next call. None when the judge hung up. Raises ProtocolError."""
        while (frame := self._frames.take()) is None:
            count = self.socket.recv_into(self._frames.space())
            if not count:
                return None
            self._frames.added(count)
        return frame

    def receive_first(self) -> tuple[Kind, memoryview] | None:
        """As `receive`; memory in which the judge will show large rows may come along."""
        data, descriptors, _, _ = socket.recv_fds(self.socket, len(self._frames.space()), 1)
        self._frames.feed(data)
        for descriptor in descriptors:
            self._shared = mmap.mmap(descriptor, 0, prot=mmap.PROT_READ)
            os.close(descriptor)
        return self.receive() if data else None

    def rows(self, reply: tuple[Kind, memoryview]) -> tuple[int, NDArray[np.float32]]:
        """Handle and rows ``(n * V,)``, read where they lie: valid until the next request."""
        if reply[0] is Kind.SHARED and self._shared is not None:
            handle, size = codec.decode_shared(*reply)
            return handle, np.frombuffer(self._shared, dtype="<f4", count=size // 4)
        handle, data = codec.decode_rows(*reply)
        return handle, np.frombuffer(data, dtype="<f4")


class RemoteBackend:
    """Implements `pairs.torch_api.Backend` over a trial's connection."""

    def __init__(self, connection: Connection, model: Literal["target", "draft"], vocab_size: int) -> None:
        self._connection = connection
        self._model: Literal["target", "draft"] = model
        self._vocab_size = vocab_size
        self._released: list[int] = []
        self._turn = connection.turn

    def forward(
        self, handle: int | None, length: int, tokens: Sequence[int]
    ) -> tuple[int, NDArray[np.float32]]:
        with self._turn:
            reply = self._ask(codec.encode_forward(self._model, handle, length, tokens))
            handle, rows = self._connection.rows(reply)
            return handle, rows.reshape(len(tokens), self._vocab_size).copy()

    def fork(self, handle: int, length: int) -> int:
        with self._turn:
            return codec.decode_word(*self._ask(codec.encode_request(codec.Fork(handle, length))))

    def release(self, handle: int) -> None:
        # Kept for the next request: the collector may call in the middle of one.
        self._released.append(handle)

    def _ask(self, request: bytes) -> tuple[Kind, memoryview]:
        if self._released:
            released, self._released = self._released, []
            request = b"".join(codec.encode_word(Kind.RELEASE, dead) for dead in released) + request
        self._connection.send(request)
        reply = self._connection.receive()
        if reply is None:
            # The judge ended the trial and knows why; there is nobody left to tell.
            os._exit(0)
        return reply


def imported(folder: Path, entry: str) -> Callable[..., object] | codec.Failed:
    """The submission's ``generate``, or why there is none."""
    try:
        return load(folder, entry)
    except BadSubmission as error:
        return codec.Failed(codec.Failure.BAD_RESULT, str(error))
    except BaseException as error:
        return codec.Failed(codec.Failure.RAISED, describe(error, folder))


def load(folder: Path, entry: str) -> Callable[..., object]:
    """Import the submission and find its ``generate``. Raises BadSubmission, or what its import raises."""
    sys.path.insert(0, str(folder))
    spec = importlib.util.spec_from_file_location(Path(entry).stem, folder / entry)
    if spec is None or spec.loader is None:
        raise BadSubmission(f"{entry} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return generate_of(module, entry)


def generate_of(module: ModuleType, entry: str) -> Callable[..., object]:
    """The imported module's function, if it can be called as a trial calls it. Raises BadSubmission."""
    generate = getattr(module, "generate", None)
    if generate is None:
        raise BadSubmission(f"{entry} defines no function `generate`")
    if not callable(generate):
        raise BadSubmission(f"`generate` in {entry} is a {type(generate).__name__}, not a function")
    try:
        inspect.signature(generate).bind(None, None, None, **dict.fromkeys(KEYWORDS))
    except TypeError as error:
        wanted = "generate(target, draft, input_ids, *, " + ", ".join(KEYWORDS) + ")"
        raise BadSubmission(f"generate has the wrong signature ({error}); want {wanted}") from None
    except ValueError:
        pass  # A callable that has no signature to look at; calling it will tell.
    return generate  # type: ignore[no-any-return]


def play(connection: Connection, folder: Path, entry: str) -> None:
    """Speak one trial's protocol from hello to done or failed. No prompt exists until the import is over."""
    generate = imported(folder, entry)
    connection.send(codec.encode_request(codec.Hello(codec.VERSION)))
    first = connection.receive_first()
    if first is None:
        return
    setup = codec.decode_setup(*first)
    if setup.cpu is not None:
        # Only one of the two works at a time, and a wake-up on the same processor is the quicker one.
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, {setup.cpu})
    if not isinstance(generate, codec.Failed):
        connection.send(codec.encode_request(_outcome(connection, generate, setup, folder)))
    else:
        connection.send(codec.encode_request(generate))


def _outcome(
    connection: Connection, generate: Callable[..., object], setup: codec.Setup, folder: Path
) -> codec.Done | codec.Failed:
    try:
        result = _call(connection, generate, setup)
        return codec.Done(tokens_of(result, setup.vocab_size, len(setup.prompt), setup.max_new_tokens))
    except BadResult as error:
        return codec.Failed(codec.Failure.BAD_RESULT, str(error))
    except BaseException as error:
        return codec.Failed(codec.Failure.RAISED, describe(error, folder))


def _call(connection: Connection, generate: Callable[..., object], setup: codec.Setup) -> object:
    import torch

    from pairs.torch_api import CausalLM, Config

    config = Config(
        vocab_size=setup.vocab_size,
        eos_token_id=setup.eos_token_id,
        max_position_embeddings=setup.max_positions,
    )
    target = CausalLM(RemoteBackend(connection, "target", setup.vocab_size), config, "target")
    draft = CausalLM(RemoteBackend(connection, "draft", setup.vocab_size), config, "draft")
    seed_globals(setup.seed)
    with torch.no_grad():
        return generate(
            target,
            draft,
            torch.tensor([setup.prompt], dtype=torch.int64),
            max_new_tokens=setup.max_new_tokens,
            num_speculative_tokens=setup.num_speculative_tokens,
            temperature=setup.temperature,
            top_p=setup.top_p,
            eos_token_id=setup.eos_token_id,
            generator=torch.Generator().manual_seed(setup.seed),
        )


def seed_globals(seed: int) -> None:
    """Give this process randomness of its own, for code that does not use its ``generator``.

    All trials are forked from one process: unseeded, they would draw the same numbers, and honest code would
    look dependent. Nor may a source repeat the generator's numbers.
    """
    import torch

    torch.manual_seed(mix(seed) >> 1)
    random.seed(mix(seed ^ 1))
    np.random.seed(mix(seed ^ 2) >> 32)


def tokens_of(result: object, vocab_size: int, prompt_length: int, max_new_tokens: int) -> tuple[int, ...]:
    """The returned ids, the prompt included. Raises BadResult."""
    import torch

    if not isinstance(result, torch.Tensor):
        raise BadResult(f"generate returned a {type(result).__name__}; want a torch.Tensor of shape (1, n)")
    if result.dtype != torch.int64:
        raise BadResult(f"generate returned dtype {result.dtype}; want torch.int64")
    if result.dim() != 2 or result.shape[0] != 1:
        raise BadResult(f"generate returned shape {tuple(result.shape)}; want (1, n)")
    if words := codec.far_too_long(result.shape[1] - prompt_length, max_new_tokens):
        raise BadResult(words)
    try:
        tokens = tuple(result[0].tolist())
    except RuntimeError as error:
        raise BadResult(f"generate returned a tensor without readable ids ({_in_a_line(error)})") from None
    if tokens and not 0 <= min(tokens) <= max(tokens) < vocab_size:
        raise BadResult(f"generate returned an id outside 0 to {vocab_size - 1}")
    return tokens


def describe(error: BaseException, folder: Path) -> str:
    """The exception in a line, with the last line of the submission that it passed through."""
    try:
        return _described(error, folder)
    except BaseException:
        # Its class is the submission's: to ask it for words is to run more of that code.
        return "an exception that raises another one when it is asked for its text"


def _described(error: BaseException, folder: Path) -> str:
    if isinstance(error, SyntaxError):
        return f"{_in_a_line(error)} (line {error.lineno})"
    what = _in_a_line(error)
    if isinstance(error, SystemExit):
        what = f"the submission called sys.exit({error.code!r})"
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(f"{folder}/")
    ]
    return f"{what} (line {lines[-1]})" if lines else what


def _in_a_line(error: BaseException) -> str:
    return "".join(traceback.format_exception_only(error)).strip().splitlines()[-1]
