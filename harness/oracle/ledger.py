"""Could the judge have written this ledger? The rules of a session, as far as a ledger shows them. Pure.

A ledger has no handles and no releases. What remains of the rules for caches: the part of a path that was not
fed by a call must have stood in a cache of the same model, so it begins the path of an earlier call of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.core.trial import Ended, TrialRun
from harness.oracle.codec import far_too_long
from harness.oracle.session import TrialLimits, limits_for
from pairs.ledger import Call
from pairs.pair import ModelPair


@dataclass(slots=True)
class _Paths:
    """Every token path that some cache of one model has held, as a tree: node 0 is the empty path."""

    children: dict[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])
    """Node and next token, to the node of the longer path."""
    longest: int = 0

    def add(self, path: Sequence[int], fed: int) -> bool:
        """Add a call's path; False when the part that it did not feed was in no cache."""
        self.longest = max(self.longest, len(path))
        node = 0
        for token in path[: len(path) - fed]:
            following = self.children.get((node, token))
            if following is None:
                return False
            node = following
        for token in path[len(path) - fed :]:
            node = self.children.setdefault((node, token), len(self.children) + 1)
        return True


def illegality(run: TrialRun, pair: ModelPair, limits: TrialLimits | None = None) -> str:
    """What no session on this pair could have let through, in words; empty when there is nothing."""
    limits = limits or limits_for(run.trial)
    if run.ended is not Ended.RETURNED and run.tokens:
        return "there are tokens, and the trial did not return"
    if run.ended is Ended.NOT_IMPORTED and run.calls:
        return "there are calls, and the submission was never imported"
    if words := far_too_long(len(run.tokens), run.trial.max_new_tokens):
        return words
    if any(not 0 <= token < pair.vocab_size for token in run.tokens):
        return "a returned token is not in the vocabulary"
    requests = len(run.calls) + sum(len(call.copied) for call in run.calls)
    if requests > limits.calls:
        return f"{requests} calls and copies, where {limits.calls} are allowed"
    if sum(len(call.path) + sum(call.copied) for call in run.calls) > limits.ledger_tokens:
        return f"more than {limits.ledger_tokens} tokens of context in all calls together"
    return _illegal_call(run.calls, pair, limits)


def _illegal_call(calls: Sequence[Call], pair: ModelPair, limits: TrialLimits) -> str:
    held = {"target": _Paths(), "draft": _Paths()}
    for number, call in enumerate(calls, start=1):
        if not 1 <= call.fed <= len(call.path):
            return f"call {number} feeds {call.fed} of {len(call.path)} positions"
        if any(not 1 <= length <= held[call.model].longest for length in call.copied):
            return f"call {number} follows a copy of a cache that cannot be"
        if len(call.path) > limits.caches.positions:
            return f"call {number} has more than {limits.caches.positions} positions"
        if any(not 0 <= token < pair.vocab_size for token in call.path[-call.fed :]):
            return f"call {number} feeds a token that is not in the vocabulary"
        if not held[call.model].add(call.path, call.fed):
            return f"call {number} goes on from a text that no cache of the {call.model} held"
    return ""
