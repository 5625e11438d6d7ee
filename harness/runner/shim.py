"""Runs inside the contestant's jail: has torch at hand, and forks a process for each trial.

It never runs a line of the submission, and its memory is closed to those who do: so each trial begins from
the same clean process. When a trial is over, everything that it left running is killed and everything that
it wrote is removed, by somebody it could not touch. It has no authority over a verdict: whatever it says is
checked behind the socket.

    python -m harness.runner.shim SUBMISSION_FOLDER ENTRY SOCKET_FOLDER PID_NAMESPACE_OF_THE_JUDGE
"""

from __future__ import annotations

import ast
import contextlib
import ctypes
import gc
import importlib
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

from harness.oracle import codec
from harness.oracle.codec import Kind, ProtocolError
from harness.runner.trial_process import Connection, RemoteBackend, imported, play, seed_globals

CONTROL_SOCKET = "control.sock"
TRIAL_SOCKET = "trial-{}.sock"
WRITABLE = (Path("/workspace"), Path("/tmp"), Path("/dev/shm"))
"""All that a jail lets its program write to."""

WIDTH, ENOUGH_TO_BE_FAST = 8, 20
"""Vocabulary of a model that nobody has, and calls after which CPython has specialised a function."""

_PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER = 4, 36  # prctl(2)
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where trials are played, and what may be cleared away after one."""

    folder: Path
    entry: str
    sockets: Path
    alone: bool
    """Whether every process here is ours, and every file that can be written. Not so without isolation."""


def main(arguments: Sequence[str]) -> int:
    # Before this process closes itself to others, itself included.
    alone = Path("/proc/self/ns/pid").stat().st_ino != int(arguments[3])
    stage = Stage(Path(arguments[0]), arguments[1], Path(arguments[2]), alone)
    control = Connection.to(stage.sockets / CONTROL_SOCKET)
    warm_up()
    # Memory, descriptors and /proc entries belong to root from here on (proc(5)), whoever shares our uid.
    _LIBC.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    # Orphans come to us, so that we see when the last one is gone.
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    control.send(codec.frame(Kind.LOADED))
    silence()
    for module, names in libraries(stage.folder).items():
        with contextlib.suppress(Exception):
            library = importlib.import_module(module)
            for name in names:
                getattr(library, name, None)  # Some libraries import a part when it is asked for.
    answer = rehearse(stage, control)
    if answer is None:
        return 1
    control.send(answer)
    # What is alive now lives on in every fork; a collector that visited it there would copy its pages.
    gc.freeze()
    serve(stage, control)
    return 0


def warm_up() -> None:
    """Import and use what samplers use, so that forks do not pay for a first time: a third of a trial."""
    import torch

    import pairs.torch_api  # noqa: F401

    torch.set_num_threads(1)
    seed_globals(0)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        probs = torch.softmax(torch.rand(4, 64, generator=generator) / 0.7, dim=-1)
        falling, order = probs.sort(dim=-1, descending=True)
        falling[falling.cumsum(-1) - falling >= 0.9] = 0
        probs = torch.zeros_like(probs).scatter(-1, order, falling)
        residual = (probs / probs.sum(-1, keepdim=True) - probs.roll(1, 0)).clamp_min(0)
        torch.multinomial(residual + 1e-3, 1, generator=generator).tolist()
        torch.cat([residual.argmax(-1), torch.tensor([1])]).unsqueeze(0).tolist()
        try_the_wire()


def try_the_wire() -> None:
    """Forward passes whose answers lie ready, often enough for the interpreter to make their code fast.

    What it rewrites now it need not rewrite, and copy, in every fork.
    """
    import torch

    from pairs.torch_api import Cache, CausalLM, Config

    near, far = socket.socketpair()
    with near, far:
        model = CausalLM(RemoteBackend(Connection(near), "draft", WIDTH), Config(vocab_size=WIDTH), "draft")
        cache = Cache(model)
        for fed in (4, *[1] * ENOUGH_TO_BE_FAST):
            far.sendall(codec.encode_rows(0, bytes(4 * WIDTH * fed)))
            model(torch.ones(1, fed, dtype=torch.int64), past_key_values=cache)
            cache.crop(len(cache) - 1)


def libraries(folder: Path) -> dict[str, list[str]]:
    """Modules that the submission imports and that are not its own, and the names it takes from each.

    They can be imported ahead of it: nobody who submits wrote them.
    """
    own = {file.stem for file in folder.glob("*.py")} | {"__main__"}
    found: dict[str, set[str]] = {}
    for file in folder.glob("*.py"):
        with contextlib.suppress(Exception):
            for node in ast.walk(ast.parse(file.read_bytes())):
                if isinstance(node, ast.Import):
                    for alias in node.names:
                        found.setdefault(alias.name, set())
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.setdefault(node.module, set()).update(alias.name for alias in node.names)
    return {name: sorted(found[name]) for name in sorted(found) if name.partition(".")[0] not in own}


def rehearse(stage: Stage, control: Connection) -> bytes | None:
    """Import the submission once, in a process that is then thrown away.

    Returns:
        The frame to tell the judge: READY, or FAILED and why. None when the process said nothing of the kind.
    """
    near, far = socket.socketpair()
    child = os.fork()
    if child == 0:
        near.close()
        _run_and_exit(control, partial(_say_whether_imported, Connection(far), stage))
    far.close()
    said = None
    with near, contextlib.suppress(ProtocolError, OSError):
        frame = Connection(near).receive()
        if frame is not None and frame[0] is Kind.READY:
            said = codec.frame(Kind.READY)
        elif frame is not None and frame[0] is Kind.FAILED:
            said = codec.encode_request(codec.decode_request(*frame))
    _kill_group(child)
    os.waitpid(child, 0)
    clear(stage)
    return said


def serve(stage: Stage, control: Connection) -> None:
    """Fork a process for each RUN until the judge hangs up; report each one's end."""
    settings = _inherited_settings()
    while (order := control.receive()) is not None:
        if order[0] is not Kind.RUN:
            continue
        number = codec.decode_word(*order)
        child = os.fork()
        if child == 0:
            _run_and_exit(control, partial(_play, stage, number))
        status = _wait(control, child)
        clear(stage)
        if _inherited_settings() != settings:
            return  # The judge starts another jail.
        control.send(codec.encode_word(Kind.ENDED, status))


def clear(stage: Stage) -> None:
    """Leave no process and no file of a trial. Raises OSError when a file will not go."""
    if not stage.alone:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)  # All but this process and the first (kill(2)): nobody forks past it.
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    for folder in WRITABLE:
        if os.access(folder, os.W_OK):
            empty(folder)


def empty(folder: Path) -> None:
    """Remove all that is in a folder, however deep, and what can be noted on the folder itself.

    Folders inside folders are moved up first, so that no path grows too long.
    """
    while entries := list(folder.iterdir()):
        for entry in entries:
            if entry.is_symlink() or not entry.is_dir():
                entry.unlink()
                continue
            entry.chmod(0o700)
            for inner in entry.iterdir():
                if inner.is_symlink() or not inner.is_dir():
                    inner.unlink()
                else:
                    inner.chmod(0o700)  # Else it cannot be moved: its `..` is written to.
                    inner.rename(folder / os.urandom(8).hex())
            entry.rmdir()
    if folder.stat().st_uid == os.getuid():
        for name in os.listxattr(folder):
            os.removexattr(folder, name)
        folder.chmod(0o700)
        os.utime(folder, (0, 0))


def _inherited_settings() -> tuple[object, ...]:
    """What others with our uid can set on this process, and a later trial would inherit."""
    names = [name for name in dir(resource) if name.startswith("RLIMIT_")]
    return (
        *(resource.getrlimit(getattr(resource, name)) for name in names),
        os.getpriority(os.PRIO_PROCESS, 0),
        os.sched_getaffinity(0),
        os.sched_getscheduler(0),
        os.sched_getparam(0).sched_priority,
    )


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


def _run_and_exit(control: Connection, part: Callable[[], None]) -> NoReturn:
    """Do a child's part. Leaves by ``_exit``: no handler of the submission runs after it."""
    code = 1
    try:
        os.setpgid(0, 0)
        control.socket.close()
        # An open file of its own: what is set on a shared one would be seen by the next.
        silence()
        _LIBC.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
        part()
        code = 0
    finally:
        os._exit(code)


def _say_whether_imported(connection: Connection, stage: Stage) -> None:
    generate = imported(stage.folder, stage.entry)
    if isinstance(generate, codec.Failed):
        connection.send(codec.encode_request(generate))
    else:
        connection.send(codec.frame(Kind.READY))


def _play(stage: Stage, number: int) -> None:
    play(Connection.to(stage.sockets / TRIAL_SOCKET.format(number)), stage.folder, stage.entry)


def silence() -> None:
    """What the submission prints goes nowhere: it could flood, and nobody would read it."""
    sys.stdout.flush()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
