"""Measure a pair within a number of seconds: acceptance on its own texts, costs of calls, real speed-ups.

Times are this thread's CPU time where the models run on the CPU, since a neighbour's load is none of the
pair's; else the clock on the wall. What is compared is measured in turns, one of each a round.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import cycle

import numpy as np
import torch

from harness.pair_check.findings import LONGEST_BLOCK, Findings, best_expected
from harness.pair_check.formula import Costs, accepted_mass, mean_of, ratio_of
from harness.reference.speculative import generate
from pairs.context import Context, Model, rows_along
from pairs.ledger import Call
from pairs.real.pair import RealPair
from pairs.torch_api import causal_lms
from pairs.warp import warp

TEMPERATURES = (1.0, 0.7, 0.4, 0.0)
TEXT = 128
PROMPT = 32
NEW = 64
FEWEST, MOST = 4, 200
"""Rounds and texts, however long or short they take."""
SHARES = (0.25, 0.15, 0.6)
"""Of the seconds: texts, calls, samplers."""

Say = Callable[[str, int], None]
"""A phase, and how much of it is done."""
Clock = Callable[[], float]


def measure(pair: RealPair, seconds: float, say: Say, *, device: str, seed: int, text: str = "") -> Findings:
    """All that `Findings` holds.

    Args:
        text: something that neither model was trained on; without it the target writes its own.
        say: is told how far it is.
    """
    clock = time.thread_time if device == "cpu" else time.perf_counter
    rng = np.random.default_rng(seed)
    budgets = [share * seconds for share in SHARES]
    texts, masses = list[list[int]](), list[list[float]]()
    for number, tokens in enumerate(_within(budgets[0], _texts(pair, text, rng))):
        rows = rows_along(pair.target, tokens), rows_along(pair.draft, tokens)
        masses.append([accepted_mass(*rows, temperature) for temperature in TEMPERATURES])
        texts.append(tokens)
        say("measuring acceptance: texts", number + 1)
    acceptance = {
        temperature: mean_of(each)
        for temperature, each in zip(TEMPERATURES, zip(*masses, strict=True), strict=True)
    }
    costs = measure_costs(pair, texts, budgets[1], clock, say)
    best = best_expected(acceptance[1.0].value, costs)
    gammas = sorted({max(best - 1, 1), best, min(best + 1, LONGEST_BLOCK)})
    times = _race(pair, texts, gammas, budgets[2], clock, say, seed)
    return Findings(
        name=pair.name,
        engine=type(pair.target).__name__,
        texts=len(texts),
        acceptance=acceptance,
        costs=costs,
        measured={gamma: ratio_of(times[0], times[gamma]) for gamma in gammas},
        rounds=len(times[0]),
    )


def measure_costs(
    pair: RealPair, texts: Sequence[list[int]], seconds: float, clock: Clock, say: Say
) -> Costs:
    """Medians over rounds of one call of each kind, after a text of `TEXT` tokens."""
    sizes = range(1, LONGEST_BLOCK + 2)
    target, draft = pair.target.open(), pair.draft.open()
    times: dict[int, list[float]] = {size: [] for size in (0, *sizes)}
    target.extend(texts[0])
    draft.extend(texts[0])
    for number, tokens in enumerate(_within(seconds, cycle(texts))):
        times[0].append(_timed(draft, tokens[:1], clock))
        for size in sizes:
            times[size].append(_timed(target, tokens[:size], clock))
        say("measuring calls: rounds", number + 1)
    unit = float(np.median(times[1]))
    return Costs(
        draft=float(np.median(times[0])) / unit,
        target={size: float(np.median(times[size])) / unit for size in sizes},
        target_ms=1000 * unit,
    )


def _race(
    pair: RealPair,
    texts: Sequence[list[int]],
    gammas: Sequence[int],
    seconds: float,
    clock: Clock,
    say: Say,
    seed: int,
) -> dict[int, list[float]]:
    """Time of each generation by gamma, a round at each place; 0 is plain decoding by the same code."""
    target, draft = causal_lms(pair, _Forget())
    times: dict[int, list[float]] = {gamma: [] for gamma in (0, *gammas)}
    generator = torch.Generator().manual_seed(seed)
    for number, tokens in enumerate(_within(seconds, cycle(texts))):
        prompt = torch.tensor([list(tokens[:PROMPT])])
        for gamma in times:
            before = clock()
            generate(
                target, draft, prompt, max_new_tokens=NEW, num_speculative_tokens=gamma, generator=generator
            )
            times[gamma].append(clock() - before)
        say("measuring samplers: rounds", number + 1)
    return times


class _Forget(list[Call]):
    def append(self, call: Call) -> None:
        pass


def _timed(context: Context, tokens: Sequence[int], clock: Clock) -> float:
    length, before = context.length, clock()
    context.extend(tokens)
    taken = clock() - before
    context.crop(length)
    return taken


def _within(seconds: float, things: Iterable[list[int]]) -> Iterator[list[int]]:
    """As many as begin within the seconds, from `FEWEST` to `MOST`."""
    end = time.monotonic() + seconds
    for number, thing in enumerate(things):
        if number >= MOST or (number >= FEWEST and time.monotonic() > end):
            return
        yield thing


def _texts(pair: RealPair, text: str, rng: np.random.Generator) -> Iterator[list[int]]:
    ids = pair.tokenizer.encode(text)
    while True:
        if len(ids) < TEXT:
            yield _written(pair.target, [pair.eos_token_id or 0], rng)
        else:
            start = int(rng.integers(0, len(ids) - TEXT + 1))
            yield ids[start : start + TEXT]


def _written(target: Model, tokens: list[int], rng: np.random.Generator) -> list[int]:
    """`TEXT` tokens that the target says at temperature 1."""
    context, fresh = target.open(), tokens
    while len(tokens) < TEXT:
        probs = warp(context.extend(fresh)[-1], temperature=1.0)
        fresh = [int(rng.choice(len(probs), p=probs))]
        tokens = tokens + fresh
    return tokens
