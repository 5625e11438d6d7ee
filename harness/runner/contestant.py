"""A submission in its jail, as the judge drives it: start, play a trial, never wait past a deadline.

The jail runs `shim`, which forks a process for each trial; each imports the submission afresh. All that comes
from there is hostile, the shim's own frames too. What the submission does becomes a `TrialRun`; only our
own machinery's failure raises.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.core.trial import Ended, Trial, TrialRun
from harness.oracle import codec
from harness.oracle.caches import CacheLimits
from harness.oracle.codec import Kind, ProtocolError
from harness.oracle.session import SHARED_FROM, Outcome, Session, TrialLimits
from harness.runner import affinity
from harness.runner.channel import Channel, HungUp, Listener, Overdue
from harness.runner.jailed import (
    JAIL_LIMITS,
    SHOWN,
    accept_control,
    jail_spec,
    laid_out,
    submission_arguments,
)
from harness.runner.shared_rows import SharedRows
from harness.runner.shim import CONTROL_SOCKET, TRIAL_SOCKET
from isolation.contract import Ending, Jail, JailSpec, Runtime, Usage
from pairs.ledger import Call
from pairs.pair import ModelPair

CPU_S, CPU_S_A_TOKEN = 2.0, 0.05
"""Seconds that a trial may use, and as many more for each token that it is asked for. The zoo's honest files
need 0.02 and at most 0.0012 (V = 512)."""
ACCOUNT_S = 0.5
"""A runtime that takes longer to say what was used is not asked after each trial: Docker's engine, 1 s."""
TOO_MUCH_MEMORY = f"used more than {JAIL_LIMITS.memory_bytes >> 20} MiB of memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds of wall time. Generous: they end hangs; they do not measure speed."""

    start_s: float = 120.0
    """Until torch is imported. Past it the fault is ours."""
    import_s: float = 20.0
    """Of the submission, before any prompt exists; each trial's process imports it afresh."""
    trial_s: float = 10.0
    """From the prompt on."""
    frame_s: float = 2.0
    """From a frame's first byte to its last."""
    farewell_s: float = 2.0
    """Until a trial's process is gone once it has nothing more to say."""


@dataclass(frozen=True, slots=True)
class _Server:
    """A jail in which the submission can be imported, and the connection to what forks trials in it."""

    jail: Jail
    control: Channel


class Contestant:
    """One submission. Use as a context manager: leaving it ends the jail and removes all files."""

    def __init__(
        self,
        files: Mapping[str, str],
        pairs: Mapping[str, ModelPair],
        runtime: Runtime,
        *,
        entry: str = "specdec.py",
        deadlines: Deadlines | None = None,
        limits: TrialLimits | None = None,
    ) -> None:
        self._files = files
        self._pairs = pairs
        self._runtime = runtime
        self._entry = entry
        self._deadlines = deadlines or Deadlines()
        self._limits = limits
        self._server: _Server | None = None
        self._hopeless: Outcome | None = None
        self._played = 0
        self._stack = contextlib.ExitStack()
        self._spent_s: float | None = None
        """CPU of the jail when the trial before ended, or the import; None where trials go unmeasured."""

    def __enter__(self) -> Self:
        self._folder = self._stack.enter_context(laid_out(self._files, "probe-judge-"))
        self._sockets = self._folder / "sockets"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        self._stack.close()

    @property
    def folder(self) -> Path:
        """Holds the snapshot and the sockets while the contestant lives."""
        return self._folder

    def usage(self) -> Usage:
        """Of the jail that is alive now, measured from outside."""
        return self._server.jail.usage() if self._server else Usage(cpu_s=None, peak_memory_bytes=None)

    def play(self, trial: Trial) -> TrialRun:
        """Run one trial, once: a trial that fails is never repeated.

        Raises:
            RuntimeFault: our machinery failed. Nothing is said about the submission.
        """
        if self._server is None and self._hopeless is None:
            self._start()
        server = self._server
        if server is None:
            assert self._hopeless is not None
            return _run(trial, self._hopeless)
        pair = self._pairs[trial.pair]
        with affinity.kept() as processor, _shared_with(pair) as shared:
            view = shared.view if shared else None
            session = Session(trial, pair, self._limits, cpu=processor, shared=view)
            wall_s = self._drive(session, server, shared)
        assert session.outcome is not None
        usage, cpu_s = self._account(server.jail)
        outcome = within_budget(session.outcome, cpu_s, trial)
        return _run(
            trial,
            outcome,
            session.ledger,
            wall_s=wall_s,
            cpu_s=cpu_s,
            peak_memory_bytes=usage.peak_memory_bytes,
        )

    def _account(self, jail: Jail) -> tuple[Usage, float | None]:
        """What the jail has used, and the CPU since the last time; unknown where asking takes too long."""
        if self._spent_s is None:
            return Usage(cpu_s=None, peak_memory_bytes=None), None
        usage = jail.usage()
        before, self._spent_s = self._spent_s, usage.cpu_s
        return usage, None if usage.cpu_s is None else max(usage.cpu_s - before, 0.0)

    def _start(self) -> None:
        """Start a jail and wait for the import. Sets `_server`, or `_hopeless` when the import fails."""
        with Listener(self._sockets / CONTROL_SOCKET) as listener:
            jail = self._runtime.start(self._jail_spec())
            try:
                control = accept_control(listener, jail, self._deadlines.start_s)
                self._hopeless = self._await_import(control, jail)
            except BaseException:
                jail.stop()
                raise
        if self._hopeless is None:
            self._server = _Server(jail, control)
            began = time.monotonic()
            self._spent_s = jail.usage().cpu_s
            if time.monotonic() - began > ACCOUNT_S:
                self._spent_s = None
        else:
            control.close()
            jail.stop()

    def _jail_spec(self) -> JailSpec:
        arguments = (*submission_arguments(self._entry), _namespace())
        return jail_spec(
            self._folder, "contestant", "harness.runner.shim", arguments, limits=JAIL_LIMITS, shown=SHOWN
        )

    def _await_import(self, control: Channel, jail: Jail) -> Outcome | None:
        """None when the submission is imported; otherwise why no trial of it can run."""
        seconds = self._deadlines.import_s
        try:
            kind, body = control.receive(time.monotonic() + seconds, self._deadlines.frame_s)
            if kind is Kind.READY:
                return None
            failed = codec.decode_request(kind, body)
        except Overdue:
            return self._not_imported(f"no end after {seconds:g} s (is there a loop at the top level?)")
        except HungUp:
            jail.wait(self._deadlines.farewell_s)
            if _used_all_memory(jail):
                return self._not_imported(f"it {TOO_MUCH_MEMORY}")
            return self._not_imported("the process ended before the import did")
        except ProtocolError as error:
            return Outcome(Ended.PROTOCOL, note=str(error))
        if not isinstance(failed, codec.Failed):
            return Outcome(Ended.PROTOCOL, note="a frame that does not belong to an import")
        if failed.failure is codec.Failure.RAISED:
            return self._not_imported(failed.note)
        return Outcome(Ended.NOT_IMPORTED, note=f"{failed.note}.")

    def _not_imported(self, why: str) -> Outcome:
        return Outcome(Ended.NOT_IMPORTED, note=f"{self._entry} could not be imported: {why}.")

    def _drive(self, session: Session, server: _Server, shared: SharedRows | None) -> float:
        """Play one trial to its end and leave the server ready for the next, or gone. Seconds it took."""
        deadline = time.monotonic() + self._deadlines.import_s
        self._played += 1
        with Listener(self._sockets / TRIAL_SOCKET.format(self._played)) as listener:
            try:
                server.control.send(codec.encode_word(Kind.RUN, self._played), deadline)
                channel = listener.accept(deadline, unless=server.control)
            except (HungUp, Overdue):
                channel = None
        wall_s = 0.0
        if channel is not None:
            with channel:
                wall_s = converse(session, channel, self._deadlines, deadline, shared)
        elif time.monotonic() >= deadline:
            session.end(Ended.TIMED_OUT, _overdue(self._deadlines, began=False))
        status = self._farewell(server, session.outcome)
        if session.outcome is None:
            session.end(*_obituary(status, server.jail))
        return wall_s

    def _farewell(self, server: _Server, outcome: Outcome | None) -> int | None:
        """The wait status of the trial's process; None when the server is gone; its jail is then ended."""
        said_all = outcome is None or outcome.ended in {Ended.RETURNED, Ended.RAISED, Ended.BAD_RESULT}
        try:
            if said_all:
                # It is about to end by itself, unless it does not want to.
                with contextlib.suppress(Overdue):
                    return self._await_end(server)
            server.control.send(codec.frame(Kind.KILL), time.monotonic() + self._deadlines.farewell_s)
            return self._await_end(server)
        except (HungUp, Overdue, ProtocolError):
            self._stop()
        return None

    def _await_end(self, server: _Server) -> int:
        """Raises HungUp, Overdue, ProtocolError."""
        deadline = time.monotonic() + self._deadlines.farewell_s
        kind, body = server.control.receive(deadline, self._deadlines.frame_s)
        if kind is not Kind.ENDED:
            raise ProtocolError(f"{kind.name} where ENDED is due")
        return codec.decode_word(kind, body)

    def _stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.control.close()
            # Gone by itself or not, its exit is on record before the rest is swept away.
            server.jail.poll()
            server.jail.stop()


def _shared_with(pair: ModelPair) -> AbstractContextManager[SharedRows | None]:
    """Memory for the rows of one trial, where a few of them are too many for the socket."""
    row_size = 4 * pair.vocab_size
    return (
        SharedRows(CacheLimits().positions * row_size)
        if 4 * row_size >= SHARED_FROM
        else contextlib.nullcontext()
    )


def converse(
    session: Session,
    channel: Channel,
    deadlines: Deadlines,
    hello_by: float,
    shared: SharedRows | None = None,
) -> float:
    """Answer requests until the trial has an outcome, or the contestant is gone: then it is left open.

    The first answer, to the hello, hands out ``shared``.

    Returns:
        Seconds from the prompt to the end.
    """
    deadline, began = hello_by, None
    try:
        while session.outcome is None:
            kind, body = channel.receive(deadline, deadlines.frame_s)
            reply = session.receive(codec.decode_request(kind, body))
            if reply:
                if channel.pending:
                    raise ProtocolError("a second request before the first was answered")
                if began is not None:
                    channel.send(reply, deadline)
                    continue
                began = time.monotonic()
                deadline = began + deadlines.trial_s
                if shared is None:
                    channel.send(reply, deadline)
                else:
                    channel.send_descriptor(reply, shared.descriptor, deadline)
    except ProtocolError as error:
        session.end(Ended.PROTOCOL, str(error))
    except Overdue:
        session.end(Ended.TIMED_OUT, _overdue(deadlines, began=began is not None))
    except HungUp:
        pass  # The process's wait status says more, and it is about to arrive.
    return 0.0 if began is None else time.monotonic() - began


def _overdue(deadlines: Deadlines, *, began: bool) -> str:
    if began:
        return f"no result after {deadlines.trial_s:g} s; is there a loop that does not end?"
    return f"the import did not end within {deadlines.import_s:g} s this time"


def _namespace() -> str:
    """The judge's own: by it the shim knows whether it shares processes and files with anybody."""
    return str(Path("/proc/self/ns/pid").stat().st_ino)


def within_budget(outcome: Outcome, cpu_s: float | None, trial: Trial) -> Outcome:
    """The outcome, unless the trial used more CPU than any sampler needs: then that is its outcome.

    Whoever computes for itself what the target is asked for would not be slowed by any price of a call.
    Unmeasured CPU is within every budget.
    """
    allowed_s = CPU_S + CPU_S_A_TOKEN * trial.max_new_tokens
    if cpu_s is None or cpu_s <= allowed_s or outcome.ended is not Ended.RETURNED:
        return outcome
    return Outcome(
        Ended.LIMIT,
        note=f"{cpu_s:.1f} s of CPU for {trial.max_new_tokens} tokens; {allowed_s:.1f} s are allowed",
    )


def _run(
    trial: Trial,
    outcome: Outcome,
    calls: tuple[Call, ...] = (),
    *,
    wall_s: float = 0.0,
    cpu_s: float | None = None,
    peak_memory_bytes: int | None = None,
) -> TrialRun:
    return TrialRun(
        trial=trial,
        ended=outcome.ended,
        tokens=outcome.tokens,
        calls=calls,
        wall_s=wall_s,
        cpu_s=cpu_s,
        peak_memory_bytes=peak_memory_bytes,
        note=outcome.note,
    )


def _obituary(status: int | None, jail: Jail) -> tuple[Ended, str]:
    """What to say of a trial whose process went away before it had said anything."""
    if _used_all_memory(jail):
        return Ended.LIMIT, f"the submission {TOO_MUCH_MEMORY}"
    if status is None:
        return Ended.DIED, "the process that holds the submission is gone"
    if os.WIFSIGNALED(status):
        return Ended.DIED, f"killed by {_signal_name(os.WTERMSIG(status))}"
    return Ended.DIED, f"exit code {status >> 8 & 0xFF}"


def _signal_name(number: int) -> str:
    return signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"


def _used_all_memory(jail: Jail) -> bool:
    """Whether the jail met its memory limit; False where the runtime cannot tell."""
    ended = jail.poll()
    if ended is not None and ended.ending is Ending.OUT_OF_MEMORY:
        return True
    peak = jail.usage().peak_memory_bytes
    return peak is not None and peak > 0.98 * JAIL_LIMITS.memory_bytes
