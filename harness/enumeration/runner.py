"""A submission enumerated in a jail, as `harness.runner.contestant` plays it, with one frame to wait for."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from harness.enumeration import codec
from harness.enumeration.codec import Refused, Report
from harness.enumeration.task import Task
from harness.oracle.codec import Kind, ProtocolError, printable
from harness.runner.channel import Channel, HungUp, Listener, Overdue
from harness.runner.contestant import JAIL_LIMITS, JUDGE, SHOWN, SUBMISSION
from harness.runner.shim import CONTROL_SOCKET
from isolation.contract import SOCKET_DIR, Bind, Jail, JailSpec, Runtime, RuntimeFault

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
    with _folder(files) as folder, Listener(folder / "sockets" / CONTROL_SOCKET) as listener:
        jail = runtime.start(_spec(folder, entry, task))
        try:
            with _accepted(listener, jail) as channel:
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


@contextmanager
def _folder(files: Mapping[str, str]) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="probe-enumerate-"))
    try:
        # The jail's user must get through to what is shown to it.
        folder.chmod(0o755)
        for name in ("submission", "sockets"):
            (folder / name).mkdir(mode=0o755)
        for name, text in files.items():
            (folder / "submission" / name).write_text(text, encoding="utf-8", newline="")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _spec(folder: Path, entry: str, task: Task) -> JailSpec:
    module = "harness.enumeration.inside"
    return JailSpec(
        name=f"enumeration-{secrets.token_hex(6)}",
        kind="contestant",
        argv=("python", "-m", module, str(SUBMISSION), entry, str(SOCKET_DIR), task.to_word()),
        limits=JAIL_LIMITS,
        env={
            "PYTHONPATH": str(JUDGE),
            "PYTHONSAFEPATH": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONNOUSERSITE": "1",
        },
        binds=tuple(
            Bind(source=source, target=target)
            for source, target in ((folder / "submission", SUBMISSION), *_SHOWN)
        ),
        socket_dir=folder / "sockets",
    )


def _accepted(listener: Listener, jail: Jail) -> Channel:
    """Until LOADED no line of the submission has run, so whatever goes wrong is ours."""
    deadline = time.monotonic() + START_S
    try:
        while (channel := listener.accept(min(deadline, time.monotonic() + 0.2))) is None:
            if jail.poll() is not None or time.monotonic() > deadline:
                raise HungUp
        kind, _ = channel.receive(deadline, START_S)
        if kind is Kind.LOADED:
            return channel
    except (HungUp, Overdue, ProtocolError):
        pass
    raise RuntimeFault(
        "The process for the submission did not start. Its last words: "
        f"{printable(jail.output()[-400:]) or 'none'}"
    )
