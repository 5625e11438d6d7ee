"""A submission laid out for a jail, the jail in which a program of ours finds it, and that program's LOADED.

What is said after that is the caller's business.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import harness
import pairs
from harness.oracle import codec
from harness.oracle.codec import Kind, ProtocolError
from harness.runner.channel import Channel, HungUp, Listener, Overdue
from isolation.contract import SOCKET_DIR, Bind, Jail, JailSpec, Limits, RuntimeFault

SUBMISSION = PurePosixPath("/submission")
JUDGE = PurePosixPath("/opt/judge")
# Names of processes and sockets are fixed inside; only these files of ours are visible there.
SHOWN = (
    # Not its folders: the weights of a real pair are the judge's, and a submission asks for each row.
    *((path, JUDGE / "pairs" / path.name) for path in sorted(Path(pairs.__file__).parent.glob("*.py"))),
    (Path(harness.__file__).parent / "oracle" / "codec.py", JUDGE / "harness" / "oracle" / "codec.py"),
    *(
        (Path(harness.__file__).parent / "runner" / name, JUDGE / "harness" / "runner" / name)
        for name in ("shim.py", "trial_process.py")
    ),
)
JAIL_LIMITS = Limits(memory_bytes=2 << 30, cpus=1.0, pids=64, disk_bytes=16 << 20)
_ENVIRONMENT = {
    "PYTHONPATH": str(JUDGE),
    "PYTHONSAFEPATH": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
}


@contextmanager
def laid_out(files: Mapping[str, str], prefix: str) -> Iterator[Path]:
    """A folder with the files in ``submission/`` and an empty ``sockets/``, removed in the end."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        # The jail's user must get through to what is shown to it; nothing here is secret to the submission.
        folder.chmod(0o755)
        for name in ("submission", "sockets"):
            (folder / name).mkdir(mode=0o755)
        for name, text in files.items():
            (folder / "submission" / name).write_text(text, encoding="utf-8", newline="")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def jail_spec(
    folder: Path,
    role: str,
    program: str,
    arguments: Sequence[str],
    *,
    limits: Limits,
    shown: Sequence[tuple[Path, PurePosixPath]],
) -> JailSpec:
    """A jail that is shown what is `laid_out` in ``folder``, and the files of ours that ``program`` needs."""
    binds = ((folder / "submission", SUBMISSION), *shown)
    return JailSpec(
        name=f"{role}-{secrets.token_hex(6)}",
        kind="contestant",
        argv=("python", "-m", program, *arguments),
        limits=limits,
        env=_ENVIRONMENT,
        binds=tuple(Bind(source=source, target=target) for source, target in binds),
        socket_dir=folder / "sockets",
    )


def submission_arguments(entry: str) -> tuple[str, ...]:
    """Where a program inside finds the submission, and the sockets."""
    return str(SUBMISSION), entry, str(SOCKET_DIR)


def accept_control(listener: Listener, jail: Jail, within_s: float) -> Channel:
    """The program's control connection, after its LOADED.

    Until then no line of the submission has run, so whatever goes wrong is ours. Raises RuntimeFault.
    """
    deadline = time.monotonic() + within_s
    try:
        while (control := listener.accept(min(deadline, time.monotonic() + 0.2))) is None:
            if jail.poll() is not None or time.monotonic() > deadline:
                raise HungUp
        kind, _ = control.receive(deadline, within_s)
    except (HungUp, Overdue, ProtocolError):
        raise RuntimeFault(
            "The contestant's process did not start. Its last words: "
            f"{codec.printable(jail.output()[-400:]) or 'none'}"
        ) from None
    if kind is not Kind.LOADED:
        raise RuntimeFault(f"The contestant's process began with {kind.name}, not with LOADED.")
    return control
