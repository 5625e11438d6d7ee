"""A model made of calls of fixed shapes, for the reference, and how long calls take.

Shapes: B sequences, n positions fed to each, V ids.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from pairs.real.passes import Pass
from pairs.real.static_llama import StaticLlama


class Cache:
    """How many positions of the model's one cache are meant."""

    def __init__(self) -> None:
        self.length = 0

    def get_seq_length(self) -> int:
        return self.length

    def crop(self, by: int) -> None:
        """Forget ``-by`` positions, as transformers' caches take it."""
        self.length += by


@dataclass(frozen=True, slots=True)
class Output:
    logits: Tensor
    past_key_values: Cache


class Causal:
    """A `StaticLlama` of one sequence behind transformers' call shape, one text after the other."""

    def __init__(self, model: StaticLlama, widths: Iterable[int], rows: Tensor | None = None) -> None:
        """``widths``: numbers of positions that a call can have. A shorter one is filled up, with what the
        next call writes over; a longer one is split. With one width all rows come from the same arithmetic,
        which docs/reference.md builds on.
        """
        self._passes = {n: Pass(model, n, rows) for n in sorted(widths)}
        self._positions = model.positions
        self.calls = 0

    def __call__(self, input_ids: Tensor, past_key_values: Cache | None = None) -> Output:
        """Feed ``input_ids`` ``(1, n)``; logits ``(1, n, V)``.

        Raises:
            ValueError: the cache is full.
        """
        cache = Cache() if past_key_values is None else past_key_values
        self.calls += 1
        widest = max(self._passes)
        rows = [self._feed(part, cache) for part in input_ids[0].split(widest)]
        return Output(torch.cat(rows, dim=1), cache)

    def at(self, length: int, input_ids: Tensor) -> Output:
        """As if ``length`` positions had been fed before, whatever they hold: a call to be timed."""
        cache = Cache()
        cache.length = length
        return self(input_ids, cache)

    def _feed(self, tokens: Tensor, cache: Cache) -> Tensor:
        n = len(tokens)
        width = next(width for width in self._passes if width >= n)
        if cache.length + width > self._positions:
            raise ValueError(f"the cache has {self._positions} positions; make it longer")
        step = self._passes[width]
        step.tokens[0, :n] = tokens
        step.start.fill_(cache.length)
        cache.length += n
        return step()[:, :n].clone()


def times(calls: Mapping[str, Callable[[], object]], *, device: str, rounds: int) -> dict[str, float]:
    """Median seconds of each call, all in turn ``rounds`` times: a drift of the machine meets all alike.

    On a GPU by events, which the device stamps itself; elsewhere CPU seconds of this thread, since other
    processes may share the core.
    """
    measured: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    for _ in range(rounds):
        for name, call in calls.items():
            measured[name].append(seconds(call, device))
    return {name: statistics.median(each) for name, each in measured.items()}


def seconds(call: Callable[[], object], device: str) -> float:
    """What the call took, by the clock that `times` names."""
    if not device.startswith("cuda"):
        begun = time.thread_time()
        call()
        return time.thread_time() - begun
    before, after = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    torch.cuda.synchronize()
    before.record()
    call()
    after.record()
    after.synchronize()
    return float(before.elapsed_time(after)) / 1000
