"""One trial as a state machine: hello, then forward passes, then done or failed. Sans-IO.

The first violation ends the trial, all or nothing. Whoever drives it feeds decoded requests and sends
what comes back; clocks and sockets are not here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from harness.core.trial import Ended, Trial
from harness.oracle.caches import CacheLimits, Caches, LimitError
from harness.oracle.codec import (
    VERSION,
    Done,
    Failed,
    Failure,
    Fork,
    Forward,
    Hello,
    Kind,
    ProtocolError,
    Release,
    Request,
    Setup,
    encode_rows,
    encode_setup,
    encode_shared,
    encode_word,
    far_too_long,
)
from pairs.context import Rows
from pairs.ledger import Call
from pairs.pair import ModelPair

SHARED_FROM = 1 << 16
"""Bytes of rows from which on shared memory is cheaper than the socket (`bench/judge_wire.py`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialLimits:
    """A trial that goes beyond one of these ends as LIMIT."""

    caches: CacheLimits = field(default_factory=CacheLimits)
    calls: int
    """Forward passes and copies of caches."""
    ledger_tokens: int
    """Sum of the calls' paths, which all stay in memory until the verdict, and of the copies' lengths."""


def limits_for(trial: Trial) -> TrialLimits:
    """Room for any honest method, also without a cache, and too little to fill the judge's memory.

    A textbook round makes ``gamma + 1`` calls for at least one token. Twice as many, and never below 32 a
    token, allow trees too. At 64 new tokens and gamma 4 the ledger has at most 1.3 MB a trial.
    """
    block = trial.num_speculative_tokens + 1
    length = len(trial.prompt) + trial.max_new_tokens + block
    calls = 64 + max(32, 2 * block) * trial.max_new_tokens
    return TrialLimits(calls=calls, ledger_tokens=calls * length)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the contestant's side of a trial ended."""

    ended: Ended
    tokens: tuple[int, ...] = ()
    note: str = ""


class _Phase(Enum):
    HELLO = auto()
    RUNNING = auto()
    OVER = auto()


class Session:
    """Holds the models for one trial, answers requests, keeps the ledger."""

    def __init__(
        self,
        trial: Trial,
        pair: ModelPair,
        limits: TrialLimits | None = None,
        *,
        cpu: int | None = None,
        shared: memoryview | None = None,
    ) -> None:
        """What is driven by whoever has the socket.

        Args:
            cpu: where the driver waits; see `Setup.cpu`.
            shared: memory that the contestant can read. Large rows are written there; it is never read.
        """
        self._trial = trial
        self._pair = pair
        self._limits = limits or limits_for(trial)
        self._caches = Caches(pair, self._limits.caches)
        self._phase = _Phase.HELLO
        self._ledger: list[Call] = []
        self._ledger_tokens = 0
        self._copies = 0
        self._copied: dict[str, list[int]] = {"target": [], "draft": []}
        """Lengths of copies since the model's last call."""
        self._cpu = cpu
        self._shared = shared
        self._outcome: Outcome | None = None

    @property
    def outcome(self) -> Outcome | None:
        """None while the trial goes on."""
        return self._outcome

    @property
    def ledger(self) -> tuple[Call, ...]:
        return tuple(self._ledger)

    def receive(self, request: Request) -> bytes:
        """The bytes to send back, or none. A violation sets `outcome` and answers nothing."""
        try:
            return self._answer(request)
        except ProtocolError as error:
            self.end(Ended.PROTOCOL, str(error))
        except LimitError as error:
            self.end(Ended.LIMIT, str(error))
        return b""

    def end(self, ended: Ended, note: str) -> None:
        """End the trial from outside: a deadline, a dead process, bytes that decode to nothing."""
        if self._outcome is None:
            self._outcome = Outcome(ended, note=note)
        self._phase = _Phase.OVER

    def _answer(self, request: Request) -> bytes:
        match self._phase, request:
            case _Phase.RUNNING, Forward():
                return self._forward(request)
            case _Phase.RUNNING, Fork(handle, length):
                return self._fork(handle, length)
            case _Phase.RUNNING, Release(handle):
                self._caches.release(handle)
            case _Phase.RUNNING, Done(tokens):
                self._phase = _Phase.OVER
                self._outcome = self._result(tokens)
            case _Phase.RUNNING, Failed(failure, note):
                raised = failure is Failure.RAISED
                self.end(Ended.RAISED if raised else Ended.BAD_RESULT, note)
            case _Phase.HELLO, Hello(version):
                if version != VERSION:
                    raise ProtocolError(f"protocol version {version}; want {VERSION}")
                self._phase = _Phase.RUNNING
                return encode_setup(self._setup())
            case _:
                raise ProtocolError(f"{type(request).__name__.lower()} out of order")
        return b""

    def _forward(self, request: Forward) -> bytes:
        self._charge_request()
        handle, path, rows = self._caches.extend(
            request.model, request.handle, request.length, request.tokens
        )
        self._charge_tokens(len(path))
        fed, copied = len(request.tokens), self._copied[request.model]
        self._ledger.append(Call(model=request.model, path=tuple(path), fed=fed, copied=tuple(copied)))
        copied.clear()
        return self._rows(handle, rows)

    def _rows(self, handle: int, rows: Rows) -> bytes:
        """The models' rows are float32 and little-endian, as the wire is: the bytes go out as they lie."""
        data = rows.data.cast("B")
        if self._shared is None or not SHARED_FROM <= len(data) <= len(self._shared):
            return encode_rows(handle, data)
        self._shared[: len(data)] = data
        return encode_shared(handle, len(data))

    def _fork(self, handle: int, length: int) -> bytes:
        self._charge_request()
        self._charge_tokens(length)
        twin, model = self._caches.fork(handle, length)
        self._copies += 1
        self._copied[model].append(length)
        return encode_word(Kind.FORKED, twin)

    def _charge_request(self) -> None:
        if len(self._ledger) + self._copies >= self._limits.calls:
            raise LimitError(f"more than {self._limits.calls} forward passes")

    def _charge_tokens(self, count: int) -> None:
        self._ledger_tokens += count
        if self._ledger_tokens > self._limits.ledger_tokens:
            raise LimitError("forward passes over too much context")

    def _result(self, tokens: tuple[int, ...]) -> Outcome:
        prompt = self._trial.prompt
        if tokens[: len(prompt)] != prompt:
            return Outcome(Ended.BAD_RESULT, note="the returned tokens do not begin with the prompt")
        new = tokens[len(prompt) :]
        if words := far_too_long(len(new), self._trial.max_new_tokens):
            return Outcome(Ended.BAD_RESULT, note=words)
        if new and max(new) >= self._pair.vocab_size:
            return Outcome(Ended.BAD_RESULT, note=f"a returned token id is above {self._pair.vocab_size - 1}")
        return Outcome(Ended.RETURNED, new)

    def _setup(self) -> Setup:
        trial = self._trial
        return Setup(
            vocab_size=self._pair.vocab_size,
            max_positions=self._caches.positions,
            eos_token_id=trial.eos_token_id,
            max_new_tokens=trial.max_new_tokens,
            num_speculative_tokens=trial.num_speculative_tokens,
            temperature=trial.temperature,
            top_p=trial.top_p,
            seed=trial.seed,
            prompt=trial.prompt,
            cpu=self._cpu,
        )
