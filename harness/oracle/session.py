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
    Forward,
    Hello,
    ProtocolError,
    Release,
    Request,
    Setup,
    encode_rows,
    encode_setup,
)
from pairs.analytic import Pair
from pairs.ledger import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialLimits:
    """A trial that goes beyond one of these ends as LIMIT."""

    caches: CacheLimits = field(default_factory=CacheLimits)
    calls: int = 20_000
    ledger_tokens: int = 4_000_000
    """Sum of the calls' paths: bounds the ledger's memory to some 32 MB."""


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

    def __init__(self, trial: Trial, pair: Pair, limits: TrialLimits | None = None) -> None:
        self._trial = trial
        self._pair = pair
        self._limits = limits or TrialLimits()
        self._caches = Caches(pair, self._limits.caches)
        self._models = {"target": pair.target, "draft": pair.draft}
        self._phase = _Phase.HELLO
        self._ledger: list[Call] = []
        self._ledger_tokens = 0
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
            case _Phase.HELLO, Hello(version):
                if version != VERSION:
                    raise ProtocolError(f"protocol version {version}; want {VERSION}")
                self._phase = _Phase.RUNNING
                return encode_setup(self._setup())
            case _Phase.RUNNING, Forward():
                return self._forward(request)
            case _Phase.RUNNING, Release(handle):
                self._caches.release(handle)
            case _Phase.RUNNING, Done(tokens):
                self._phase = _Phase.OVER
                self._outcome = self._result(tokens)
            case _Phase.RUNNING, Failed(failure, note):
                raised = failure is Failure.RAISED
                self.end(Ended.RAISED if raised else Ended.BAD_RESULT, note)
            case _:
                raise ProtocolError(f"{type(request).__name__.lower()} out of order")
        return b""

    def _forward(self, request: Forward) -> bytes:
        if len(self._ledger) >= self._limits.calls:
            raise LimitError(f"more than {self._limits.calls} forward passes")
        handle, slot = self._caches.extend(request.model, request.handle, request.length, request.tokens)
        self._ledger_tokens += len(slot.tokens)
        if self._ledger_tokens > self._limits.ledger_tokens:
            raise LimitError("forward passes over too much context")
        fed = len(request.tokens)
        self._ledger.append(Call(model=request.model, path=tuple(slot.tokens), fed=fed))
        model = self._models[request.model]
        # The models' rows are float32 and little-endian, as the wire is: the bytes go out as they lie.
        return encode_rows(handle, b"".join([model.logits(state).data for state in slot.states[-fed:]]))

    def _result(self, tokens: tuple[int, ...]) -> Outcome:
        prompt = self._trial.prompt
        if tokens[: len(prompt)] != prompt:
            return Outcome(Ended.BAD_RESULT, note="the returned tokens do not begin with the prompt")
        new = tokens[len(prompt) :]
        if new and max(new) >= self._pair.vocab_size:
            return Outcome(Ended.BAD_RESULT, note=f"a returned token id is above {self._pair.vocab_size - 1}")
        return Outcome(Ended.RETURNED, new)

    def _setup(self) -> Setup:
        trial = self._trial
        return Setup(
            vocab_size=self._pair.vocab_size,
            max_positions=self._limits.caches.positions,
            eos_token_id=trial.eos_token_id,
            max_new_tokens=trial.max_new_tokens,
            num_speculative_tokens=trial.num_speculative_tokens,
            temperature=trial.temperature,
            top_p=trial.top_p,
            seed=trial.seed,
            prompt=trial.prompt,
        )
