"""What a session promises, plainly: token lists by handle. Shares no code with what it checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from harness.core.trial import Ended
from harness.oracle.codec import NONE, VERSION, Done, Failed, Failure, Fork, Forward, Hello, Release, Request
from harness.oracle.session import TrialLimits


@dataclass
class Model:
    """``may_end`` says how a request may end the trial, then ``apply`` what its answer must be about."""

    prompt: tuple[int, ...]
    vocab_size: int
    limits: TrialLimits
    greeted: bool = False
    caches: dict[int, tuple[str, list[int]]] = field(default_factory=dict)
    dead: list[int] = field(default_factory=list)
    requests: int = 0
    context: int = 0

    def may_end(self, request: Request) -> set[Ended]:
        """Every way in which it may; empty when it must be answered or taken."""
        if isinstance(request, Hello):
            return {Ended.PROTOCOL} if self.greeted or request.version != VERSION else set()
        if not self.greeted:
            return {Ended.PROTOCOL}
        match request:
            case Done(tokens):
                right = tokens[: len(self.prompt)] == self.prompt and max(tokens) < self.vocab_size
                return {Ended.RETURNED if right else Ended.BAD_RESULT}
            case Failed(failure):
                return {Ended.RAISED if failure is Failure.RAISED else Ended.BAD_RESULT}
            case Release(handle):
                return set() if handle in self.caches else {Ended.PROTOCOL}
            case Fork(handle, length):
                _, held = self.caches.get(handle, ("", []))
                return self._ways(1 <= length <= len(held), new=True, grows=length, context=length)
        role, held = (
            (request.model, []) if request.handle is None else self.caches.get(request.handle, ("", []))
        )
        fed, end = len(request.tokens), request.length + len(request.tokens)
        fits = role == request.model and request.length <= len(held)
        return self._ways(
            fits and fed > 0 and all(token < self.vocab_size for token in request.tokens),
            new=request.handle is None,
            grows=end - len(held),
            context=end,
        ) | ({Ended.LIMIT} if end > self.limits.caches.positions else set())

    def _ways(self, right: bool, *, new: bool, grows: int, context: int) -> set[Ended]:
        held = sum(len(tokens) for _, tokens in self.caches.values())
        caches = self.limits.caches
        beyond = (
            self.requests >= self.limits.calls
            or held + grows > caches.tokens
            or self.context + context > self.limits.ledger_tokens
            or (new and len(self.caches) >= caches.live)
        )
        return (set() if right else {Ended.PROTOCOL}) | ({Ended.LIMIT} if beyond else set())

    def apply(self, request: Request, answered: int | None) -> list[int]:
        """Take a request that did not end the trial; ``answered`` is the handle that came back."""
        tokens: list[int] = []
        match request:
            case Hello():
                self.greeted = True
                return []
            case Release(handle):
                del self.caches[handle]
                self.dead.append(handle)
                return []
            case Fork(handle, length):
                role, held = self.caches[handle]
                tokens = held[:length]
            case Forward():
                held = [] if request.handle is None else self.caches[request.handle][1]
                role, tokens = request.model, held[: request.length] + list(request.tokens)
        assert answered is not None
        if isinstance(request, Forward) and request.handle is not None:
            assert answered == request.handle
        else:
            assert answered not in self.caches
            assert answered not in self.dead
        self.caches[answered] = (role, tokens)
        self.requests += 1
        self.context += len(tokens)
        return tokens

    def random_request(self, rng: Random) -> Request:
        """Mostly something sensible, now and then a forgery."""
        known = [*self.caches, *self.caches, *self.dead]
        forged = [rng.getrandbits(32) % NONE, *(handle ^ 1 << rng.randrange(31) for handle in known[:1])]
        handle = rng.choice(known if known and rng.random() < 0.97 else forged)
        role, held = self.caches.get(handle, (rng.choice(["target", "draft"]), []))
        length = len(held) - rng.choice([0, 0, 0, 1, 2, -1 if rng.random() < 0.1 else 0])
        if rng.random() < 0.02:
            role = rng.choice(["target", "draft"])
        tokens = tuple(
            rng.randrange(self.vocab_size + (rng.random() < 0.01)) for _ in range(rng.randint(1, 4))
        )
        draw = rng.random()
        if not self.greeted and draw < 0.98:
            return Hello(VERSION if rng.random() < 0.98 else rng.randrange(9))
        if draw < 0.20 or not self.caches:
            return Forward(rng.choice(["target", "draft"]), None, int(rng.random() < 0.01), tokens)
        if draw < 0.70:
            return Forward(role, handle, max(length, 0), tokens if rng.random() < 0.99 else ())  # type: ignore[arg-type]
        if draw < 0.82:
            return Fork(handle, max(length, 0))
        if draw < 0.98:
            return Release(handle)
        return rng.choice(
            [
                Hello(VERSION),
                Done(self.prompt + tokens),
                Done(tokens),
                Failed(rng.choice(list(Failure)), "no"),
            ]
        )
