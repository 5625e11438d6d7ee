"""Runs inside the contestant's jail: imports the submission once, then forks a process for each trial.

It travels alone: the standard library, torch, `pairs` and the codec. It has no authority. A submission can
replace every line of it at run time; all that it sends is checked again behind the socket.

    python -m harness.runner.shim SUBMISSION_FOLDER ENTRY SOCKET_FOLDER
"""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import inspect
import os
import random
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Literal, NoReturn

import numpy as np
from numpy.typing import NDArray

from harness.oracle import codec
from harness.oracle.codec import Kind
from pairs.noise import mix

CONTROL_SOCKET = "control.sock"
TRIAL_SOCKET = "trial-{}.sock"

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

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(str(path))
        self._frames = codec.Frames(codec.MAX_REPLY)

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


class RemoteBackend:
    """Implements `pairs.torch_api.Backend` over a trial's connection."""

    def __init__(self, connection: Connection, model: Literal["target", "draft"], vocab_size: int) -> None:
        self._connection = connection
        self._model: Literal["target", "draft"] = model
        self._vocab_size = vocab_size
        self._released: list[int] = []

    def forward(
        self, handle: int | None, length: int, tokens: Sequence[int]
    ) -> tuple[int, NDArray[np.float32]]:
        reply = self._ask(codec.encode_forward(self._model, handle, length, tokens))
        handle, rows = codec.decode_rows(*reply)
        return handle, np.frombuffer(rows, dtype="<f4").reshape(len(tokens), self._vocab_size).copy()

    def fork(self, handle: int, length: int) -> int:
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


def main(arguments: Sequence[str]) -> int:
    folder, entry, sockets = Path(arguments[0]), arguments[1], Path(arguments[2])
    control = Connection(sockets / CONTROL_SOCKET)
    import torch

    torch.set_num_threads(1)
    _warm_up()
    control.send(codec.frame(Kind.LOADED))
    _silence()
    try:
        generate = load(folder, entry)
    except BadSubmission as error:
        control.send(codec.encode_request(codec.Failed(codec.Failure.BAD_RESULT, str(error))))
        return 1
    except BaseException as error:
        control.send(codec.encode_request(codec.Failed(codec.Failure.RAISED, describe(error, folder))))
        return 1
    # What is alive now lives on in every fork; a collector that visited it there would copy its pages.
    gc.freeze()
    control.send(codec.frame(Kind.READY))
    serve(control, sockets, generate, folder)
    return 0


def _warm_up() -> None:
    """Import and use what samplers use, so that forks do not pay for a first time: a third of a trial."""
    import torch

    import pairs.torch_api  # noqa: F401

    _seed_globals(0)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        probs = torch.softmax(torch.rand(4, 64, generator=generator) / 0.7, dim=-1)
        falling, order = probs.sort(dim=-1, descending=True)
        falling[falling.cumsum(-1) - falling >= 0.9] = 0
        probs = torch.zeros_like(probs).scatter(-1, order, falling)
        residual = (probs / probs.sum(-1, keepdim=True) - probs.roll(1, 0)).clamp_min(0)
        torch.multinomial(residual + 1e-3, 1, generator=generator).tolist()
        torch.cat([residual.argmax(-1), torch.tensor([1])]).unsqueeze(0).tolist()


def load(folder: Path, entry: str) -> Callable[..., object]:
    """Import the submission and find its ``generate``. Raises BadSubmission, or what its import raises."""
    sys.path.insert(0, str(folder))
    spec = importlib.util.spec_from_file_location(Path(entry).stem, folder / entry)
    if spec is None or spec.loader is None:
        raise BadSubmission(f"{entry} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return _generate_of(module, entry)


def _generate_of(module: ModuleType, entry: str) -> Callable[..., object]:
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


def serve(control: Connection, sockets: Path, generate: Callable[..., object], folder: Path) -> None:
    """Fork a process for each RUN until the judge hangs up; report each one's end."""
    while (order := control.receive()) is not None:
        if order[0] is not Kind.RUN:
            continue
        number = codec.decode_word(*order)
        child = os.fork()
        if child == 0:
            control.socket.close()
            _play_and_exit(sockets / TRIAL_SOCKET.format(number), generate, folder)
        status = _wait(control, child)
        control.send(codec.encode_word(Kind.ENDED, status))


def _wait(control: Connection, child: int) -> int:
    """The child's wait status; it is killed when the judge says so, or hangs up."""
    handle = os.pidfd_open(child)
    try:
        ready, _, _ = select.select([handle, control.socket.fileno()], [], [])
        if handle not in ready:
            control.receive()
            _kill_group(child)
    finally:
        os.close(handle)
    # What it left behind goes with it.
    status = os.waitpid(child, 0)[1]
    _kill_group(child)
    return status


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _play_and_exit(path: Path, generate: Callable[..., object], folder: Path) -> NoReturn:
    """One trial in a process of its own. Leaves by ``_exit``: no handler of the submission runs after it."""
    code = 1
    try:
        os.setpgid(0, 0)
        play(Connection(path), generate, folder)
        code = 0
    finally:
        os._exit(code)


def play(connection: Connection, generate: Callable[..., object], folder: Path) -> None:
    """Speak one trial's protocol from hello to done or failed."""
    connection.send(codec.encode_request(codec.Hello(codec.VERSION)))
    first = connection.receive()
    if first is None:
        return
    setup = codec.decode_setup(*first)
    if setup.cpu is not None:
        # Only one of the two works at a time, and a wake-up on the same processor is the quicker one.
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, {setup.cpu})
    connection.send(codec.encode_request(_outcome(connection, generate, setup, folder)))


def _outcome(
    connection: Connection, generate: Callable[..., object], setup: codec.Setup, folder: Path
) -> codec.Done | codec.Failed:
    try:
        return codec.Done(_tokens(_call(connection, generate, setup), setup.vocab_size))
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
    _seed_globals(setup.seed)
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


def _seed_globals(seed: int) -> None:
    """Give this process randomness of its own, for code that does not use its ``generator``.

    All trials are forked from one process: unseeded, they would draw the same numbers, and honest code would
    look dependent. Nor may a source repeat the generator's numbers.
    """
    import torch

    torch.manual_seed(mix(seed) >> 1)
    random.seed(mix(seed ^ 1))
    np.random.seed(mix(seed ^ 2) >> 32)


def _tokens(result: object, vocab_size: int) -> tuple[int, ...]:
    """The returned ids. Raises BadResult."""
    import torch

    if not isinstance(result, torch.Tensor):
        raise BadResult(f"generate returned a {type(result).__name__}; want a torch.Tensor of shape (1, n)")
    if result.dtype != torch.int64:
        raise BadResult(f"generate returned dtype {result.dtype}; want torch.int64")
    if result.dim() != 2 or result.shape[0] != 1:
        raise BadResult(f"generate returned shape {tuple(result.shape)}; want (1, n)")
    tokens = tuple(result[0].tolist())
    if tokens and not 0 <= min(tokens) <= max(tokens) < vocab_size:
        raise BadResult(f"generate returned an id outside 0 to {vocab_size - 1}")
    return tokens


def describe(error: BaseException, folder: Path) -> str:
    """The exception in a line, with the last line of the submission that it passed through."""
    what = "".join(traceback.format_exception_only(error)).strip().splitlines()[-1]
    if isinstance(error, SystemExit):
        what = f"the submission called sys.exit({error.code!r})"
    if isinstance(error, SyntaxError):
        return f"{what} (line {error.lineno})"
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(f"{folder}/")
    ]
    return f"{what} (line {lines[-1]})" if lines else what


def _silence() -> None:
    """What the submission prints goes nowhere: it could flood, and nobody would read it."""
    sys.stdout.flush()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
