"""A submission enumerated in a jail, as `harness.runner.contestant` plays it, with one frame to wait for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from harness.enumeration import codec
from harness.enumeration.codec import Refused, Report
from harness.enumeration.task import Task
from harness.oracle.codec import Kind, ProtocolError
from harness.runner.channel import Channel, HungUp, Listener, Overdue
from harness.runner.jailed import (
    JAIL_LIMITS,
    JUDGE,
    SHOWN,
    accept_control,
    jail_spec,
    laid_out,
    submission_arguments,
)
from harness.runner.shim import CONTROL_SOCKET
from isolation.contract import JailSpec, Runtime

START_S = 120.0
FRAME_S = 10.0

_HERE = Path(__file__).parent
_FILES = (
    "codec.py", "inside.py", "race.py", "sources.py", "task.py", "tiny.py", "torch_sources.py",
    "uncertain.py", "walk.py",
)  # fmt: skip
_SHOWN = (*SHOWN, *((_HERE / name, JUDGE / "harness" / "enumeration" / name) for name in _FILES))


def enumerate_law(
    files: Mapping[str, str], task: Task, runtime: Runtime, *, entry: str, limit_s: float
) -> Report:
    """The law as the submission's own process reports it; what that process does wrong is a `Refused`.

    Raises:
        RuntimeFault: our machinery failed. Nothing is said about the submission.
    """
    with (
        laid_out(files, "probe-enumerate-") as folder,
        Listener(folder / "sockets" / CONTROL_SOCKET) as listener,
    ):
        jail = runtime.start(_spec(folder, entry, task))
        try:
            with accept_control(listener, jail, START_S) as channel:
                return _report(channel, task, limit_s)
        finally:
            jail.stop()


def _report(channel: Channel, task: Task, limit_s: float) -> Report:
    try:
        kind, body = channel.receive(time.monotonic() + limit_s, FRAME_S)
        if kind is not Kind.LAW:
            raise ProtocolError(f"{kind.name} where LAW is due")
        return codec.decode(bytes(body), vocab_size=task.vocab_size, max_new_tokens=task.max_new_tokens)
    except Overdue:
        return Refused(f"no law after {limit_s:g} s; ask for fewer new tokens or a shorter block")
    except HungUp:
        return Refused("the process that holds the submission ended before it had a law")
    except ProtocolError as error:
        return Refused(f"what came back is no law: {error}")


def _spec(folder: Path, entry: str, task: Task) -> JailSpec:
    arguments = (*submission_arguments(entry), task.to_word())
    return jail_spec(
        folder, "enumeration", "harness.enumeration.inside", arguments, limits=JAIL_LIMITS, shown=_SHOWN
    )
