"""Time a submission against plain decoding: same pair, same prompts, same door, in turns.

Plain decoding is a submission of ours. Both are played by `harness.runner.contestant`: a jail each, a process
a trial, the judge's socket. So what the wire and the jail cost, both pay. Loading the pair, starting the
jails and importing the submissions is over before a clock starts, and a first turn is thrown away.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, Protocol

from harness import reference
from harness.checks.law import Law
from harness.core.rounding import relative_error
from harness.core.trial import Ended, Trial, TrialRun
from harness.oracle.caches import CacheLimits
from harness.oracle.session import TrialLimits, limits_for
from harness.runner.contestant import Contestant, Deadlines
from harness.wall.clock import Stopwatch, timed
from harness.wall.clocked import MAX_TURNS, Clocked, LawOnText, Stop, Turn, WallRecord
from harness.wall.statistics import precise
from isolation.contract import Runtime
from pairs.pair import ModelPair
from pairs.prices import MEMORY_BOUND, total_price

ENTRY = "plain.py"
PATIENCE = Deadlines(trial_s=15.0)
"""A generation of a real pair takes a third of a second on a quiet machine, ten times that on a busy one."""
FAILURES = 2
"""Generations of the submission that may fail before there is nothing to measure."""
LAW_TEXTS = 40
"""The first so many are held against the law: 2,560 tokens, which take a second or two."""
COARSE = 0.01
"""Of a probability: rounding beyond which few bugs' bets would win more than they give up for it."""
CACHES = CacheLimits(live=64, tokens=1 << 14)
"""Keys and values of a real model take kilobytes a token; the judge's memory must hold all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What both are asked for on each prompt."""

    num_speculative_tokens: int = 2
    """Few, since each costs on a CPU: our own pair gains most with 1 and 2 (docs/judge.md)."""
    max_new_tokens: int = 64
    temperature: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RealPair:
    """A pair to be timed on, with what to ask it."""

    models: ModelPair
    prompts: Sequence[tuple[int, ...]]
    weights_sha256: str = ""
    logit_slack: float = 0.0
    """Of the law's check on what comes back; see `harness.core.rounding`."""


def measure(
    files: Mapping[str, str],
    pair: RealPair,
    runtime: Runtime,
    *,
    entry: str,
    seed: int,
    until: float,
    task: Task | None = None,
    deadlines: Deadlines | None = None,
) -> WallRecord:
    """Play turns until the speed-up is precise, or the time of `time.monotonic` is ``until``.

    At most one turn and the law's check on its texts come after that.

    Raises:
        RuntimeFault: our machinery failed. Nothing is said about the submission.
    """
    task, rng, deadlines = task or Task(), Random(f"{seed}/wall"), deadlines or PATIENCE
    limits = _limits(task, pair)
    with (
        _player(_plain(), ENTRY, pair, runtime, limits, deadlines) as plain,
        _player(files, entry, pair, runtime, limits, deadlines) as candidate,
    ):
        turns, texts, stopped = play_turns(plain, candidate, trials(task, pair, rng), until)
    failed = [run for run in texts if run.ended is not Ended.RETURNED]
    note = failed[0].note if failed else ""
    return _record(pair, task, stopped, turns=tuple(turns), law=law_on(pair, texts[:LAW_TEXTS]), note=note)


def nothing_timed(pair: RealPair) -> WallRecord:
    """Where no time was left to begin."""
    return _record(pair, Task(), "out of time", turns=())


def _record(pair: RealPair, task: Task, stopped: Stop, **found: Any) -> WallRecord:
    return WallRecord(
        pair=pair.models.name[:200],
        weights_sha256=pair.weights_sha256,
        vocab_size=pair.models.vocab_size,
        num_speculative_tokens=task.num_speculative_tokens,
        max_new_tokens=task.max_new_tokens,
        temperature=task.temperature,
        stopped=stopped,
        **found,
    )


def law_on(pair: RealPair, texts: Sequence[TrialRun]) -> LawOnText | None:
    """What the bets of `harness.checks.law` win on these texts.

    None where there is none, or where so much would have to be forgiven that no bet could win: play
    `pairs.one_by_one` then.
    """
    if relative_error(pair.logit_slack, temperature=1.0) > COARSE:
        return None
    law = Law({pair.models.name: pair.models}, settings=(), logit_slack=pair.logit_slack)
    tokens, log10 = law.evidence(texts)
    if not tokens:
        return None
    return LawOnText(tokens=tokens, log10_evidence=log10, rejected=law.rejects(texts))


class Player(Protocol):
    """One of the two sides."""

    def play(self, trial: Trial) -> tuple[Clocked, TrialRun]: ...


class _InJail:
    """A side: its jail, and the models that it asks, by a stopwatch of its own."""

    def __init__(self, contestant: Contestant, watch: Stopwatch) -> None:
        self._contestant, self._watch = contestant, watch

    def play(self, trial: Trial) -> tuple[Clocked, TrialRun]:
        self._watch.read()
        run = self._contestant.play(trial)
        clocked = Clocked(
            ended=run.ended,
            tokens=len(run.tokens),
            wall_s=run.wall_s,
            virtual_time=total_price(run.calls, MEMORY_BOUND),
            passes=self._watch.read(),
        )
        return clocked, run


@contextmanager
def _player(
    files: Mapping[str, str],
    entry: str,
    pair: RealPair,
    runtime: Runtime,
    limits: TrialLimits,
    deadlines: Deadlines,
) -> Iterator[Player]:
    watch = Stopwatch()
    pairs = {pair.models.name: timed(pair.models, watch)}
    with Contestant(files, pairs, runtime, entry=entry, limits=limits, deadlines=deadlines) as contestant:
        yield _InJail(contestant, watch)


def play_turns(
    plain: Player, candidate: Player, trials: Iterator[Trial], until: float
) -> tuple[list[Turn], list[TrialRun], Stop]:
    """Turns, and the submission's texts in them; why it stopped."""
    turns, texts = list[Turn](), list[TrialRun]()
    for number, trial in enumerate(trials):
        slow, _ = plain.play(trial)
        fast, text = candidate.play(trial)
        if number == 0 and fast.usable:
            continue  # The first time is another one.
        turns.append(Turn(plain=slow, candidate=fast))
        texts.append(text)
        if sum(not turn.candidate.usable for turn in turns) >= FAILURES:
            return turns, texts, "failed"
        if precise([turn.ratio for turn in turns if turn.usable]):
            return turns, texts, "precise"
        if time.monotonic() > until or len(turns) == MAX_TURNS:
            break
    return turns, texts, "out of time"


def trials(task: Task, pair: RealPair, rng: Random) -> Iterator[Trial]:
    """Prompts in an order of their own, over and over; texts have no end but their length."""
    prompts = list(pair.prompts)
    while True:
        rng.shuffle(prompts)
        for prompt in prompts:
            yield Trial(
                purpose="speed",
                pair=pair.models.name,
                prompt=prompt,
                max_new_tokens=task.max_new_tokens,
                num_speculative_tokens=task.num_speculative_tokens,
                temperature=task.temperature,
                seed=rng.getrandbits(62),
            )


def _limits(task: Task, pair: RealPair) -> TrialLimits:
    longest = max(pair.prompts, key=len)
    trial = next(trials(task, replace(pair, prompts=(longest,)), Random(0)))
    return replace(limits_for(trial), caches=CACHES)


def _plain() -> dict[str, str]:
    return {ENTRY: Path(str(reference.__file__)).with_name(ENTRY).read_text(encoding="utf-8")}
