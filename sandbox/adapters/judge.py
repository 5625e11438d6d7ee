"""The judge as a process of its own: `python -m harness judge`.

It is killed with everything it started when its time is over or nobody wants its answer any more. Its
exit codes are its contract: 0 a scorecard, 64 wrong use, 65 the submission cannot be read, 70 a fault.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from sandbox.ports import JudgeFault, Unreadable
from sandbox.store.database import StorageFault
from sandbox.store.records import Records
from wire.scorecard import Progress, Scorecard

LEAVE_S = 12.0  # a trial in flight may take ten
TIMEOUT_S = {"quick": 600.0, "full": 3_600.0}
MAX_SCORECARD_BYTES = 8 * 1024 * 1024
MAX_LINE = 64 * 1024
UNREADABLE = 65
_log = logging.getLogger(__name__)


class ProcessJudge:
    """``command``: what comes before the arguments of ``judge``; another in tests.

    ``broker``: its socket, when contestants are started through it.
    """

    def __init__(
        self,
        *,
        challenges: Path,
        runtime: str,
        home: Path,
        records: Records,
        broker: Path | None = None,
        command: Sequence[str] = (sys.executable, "-m", "harness"),
        timeout_s: Mapping[str, float] = TIMEOUT_S,
    ) -> None:
        self._challenges, self._home = challenges, home
        self._records = records
        self._runtime = (
            ("--runtime", runtime) if broker is None else ("--runtime", "broker", "--broker", str(broker))
        )
        self._command, self._timeout_s = tuple(command), timeout_s

    async def judge(
        self,
        files: Mapping[str, str],
        *,
        challenge: str,
        seed: int,
        budget: Literal["quick", "full"],
        on_progress: Callable[[Progress], None],
    ) -> Scorecard | Unreadable:
        """See `sandbox.ports.Judge`."""
        with tempfile.TemporaryDirectory(prefix="judge-") as folder:
            submission, out = Path(folder, "submission"), Path(folder, "scorecard.json")
            record = Path(folder, "record")
            await asyncio.to_thread(_write, submission, files)
            arguments = [
                *(*self._command, "judge", str(submission), "--json", str(out)),
                *("--budget", budget, "--seed", str(seed), *self._runtime, "--progress"),
                *("--challenge", str(self._challenges / challenge), "--record", str(record)),
            ]
            code, words = await self._run(arguments, self._timeout_s[budget], on_progress)
            if code == UNREADABLE:
                return Unreadable(reason=words or "The files could not be read as a submission.")
            if code != 0:
                raise JudgeFault(f"The judge stopped with exit code {code}: {words or 'it said nothing'}")
            scorecard = await asyncio.to_thread(_read, out)
            if scorecard.record_sha256 is not None:
                await asyncio.to_thread(self._keep, scorecard.record_sha256, record)
            return scorecard

    def _keep(self, sha256: str, record: Path) -> None:
        """A verdict stands without its record, so a record that cannot be kept is no fault of the judge."""
        try:
            self._records.keep(sha256, record)
        except StorageFault as fault:
            _log.error("%s", fault)

    async def _run(
        self, arguments: Sequence[str], timeout_s: float, on_progress: Callable[[Progress], None]
    ) -> tuple[int, str]:
        """Exit code, and the end of what it said on standard error."""
        try:
            process = await asyncio.create_subprocess_exec(
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=MAX_LINE,
                start_new_session=True,
                env=os.environ | {"PYTHONPATH": str(self._home), "OMP_NUM_THREADS": "1"},
            )
        except OSError as error:
            raise JudgeFault(f"The judge could not be started: {error}") from error
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            async with asyncio.timeout(timeout_s):
                _, words = await asyncio.gather(_follow(process.stdout, on_progress), _tail(process.stderr))
                return await process.wait(), words
        except TimeoutError:
            raise JudgeFault(
                f"The judge took longer than {timeout_s / 60:.0f} minutes and was stopped."
            ) from None
        finally:
            await _end(process)


async def _follow(stream: asyncio.StreamReader, on_progress: Callable[[Progress], None]) -> None:
    """Report each line that is progress; ignore what is not."""
    while True:
        try:
            line = await stream.readline()
        except ValueError:
            continue  # longer than any progress; the reader has dropped it
        if not line:
            return
        with contextlib.suppress(ValidationError):
            on_progress(Progress.model_validate_json(line))


async def _tail(stream: asyncio.StreamReader) -> str:
    """The last lines, in order; the judge's own words about a fault stand there."""
    kept: deque[bytes] = deque(maxlen=4)
    while chunk := await stream.read(4_096):
        kept.append(chunk)
    lines = b"".join(kept).decode("utf-8", "replace").strip().splitlines()
    return " ".join(lines[-3:])[-1_000:]


async def _end(process: asyncio.subprocess.Process) -> None:
    """Let it end its contestants, which an engine may hold for it; then kill whatever is left of it."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, TimeoutError):
            process.terminate()
            async with asyncio.timeout(LEAVE_S):
                await process.wait()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _write(submission: Path, files: Mapping[str, str]) -> None:
    submission.mkdir()
    for path, text in files.items():
        submission.joinpath(Path(path).name).write_text(text, encoding="utf-8")


def _read(out: Path) -> Scorecard:
    try:
        if out.stat().st_size > MAX_SCORECARD_BYTES:
            raise JudgeFault("The judge wrote a scorecard that is too large.")
        return Scorecard.model_validate_json(out.read_bytes())
    except (OSError, ValidationError) as error:
        raise JudgeFault(f"The judge wrote no scorecard that can be read: {error}") from error
