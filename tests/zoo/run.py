"""One specimen through the whole judge, and what came of it against what its header asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from harness.battery import Battery, make_battery
from harness.cli import DEFAULT_CHALLENGE
from harness.core.bugs import TABLE
from harness.core.check import Budget
from harness.judge import judge
from harness.record import decode
from harness.runner.contestant import Deadlines
from harness.runner.snapshot import BadSnapshot
from harness.scoring import SPEEDUP
from isolation.contract import Runtime
from tests.zoo.zoo import Specimen, specimens
from wire.scorecard import Scorecard, Status

COSTS_ONLY = frozenset({"economy", "cache", "speed"})
"""Checks that right and slow code may fail."""

SHORT = Deadlines(import_s=3.0, trial_s=3.0, frame_s=0.5, farewell_s=0.5)
"""For specimens that wait for a deadline: half a minute each would say no more."""

PATIENT = Deadlines(trial_s=60.0)
"""For those that must meet another limit first, and those in a jail: a host that is busy with other specimens may
be slow."""

PLAIN = "in_steps"
"""What cheats are built on, without an attack."""

NO_FASTER = 1.02
NEEDS_MORE = "a full judgement catches it; this was a quick one"
REFUSED = "refused"
LARGE_RECORD = 4 << 20
"""Bytes; those of right submissions have a tenth of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    name: str
    kind: str
    wanted: str
    """What its header asks, in a word or two."""
    failed: tuple[str, ...]
    """Checks that failed, in the battery's order."""
    endings: tuple[str, ...]
    """How runs ended that did not keep the interface, in the words of `harness.checks.contract.KINDS`."""
    diagnosis: str | None
    """The bug that its header names. The verdict does not hang on names, so another name is no fault of its own."""
    named: str | None
    """The bug that the law check named; the last word is "?" where it was not sure. None for no name."""
    faults: tuple[str, ...]
    """In what it is not as its header says."""
    escaped: str = ""
    """Why it may escape, where it did."""
    tokens_until_caught: int | None = None
    """Sampled tokens until the law was rejected."""
    band: int = 0
    speedup: float = 0.0
    """Virtual, over plain decoding; 0 where none was measured."""
    wall_s: float = 0.0

    @property
    def right(self) -> bool:
        return not self.faults


def judged(specimen: Specimen, runtime: Runtime, *, seed: int, budget: Budget) -> Outcome:
    """Raises what `harness.judge.judge` raises, except that no snapshot can be made of it."""
    try:
        card = _card(specimen, runtime, seed, budget)
    except BadSnapshot as refusal:
        return _refused(specimen, str(refusal))
    outcome = outcome_of(specimen, card)
    if outcome.faults and budget == "quick" and specimen.budget == "full":
        return replace(outcome, faults=(), escaped=NEEDS_MORE)
    if specimen.expect in {"inert", "worthless", "bounded"}:
        faults = outcome.faults + _against_plain(specimen.expect, card, plain(runtime, seed, budget))
        return replace(outcome, faults=faults)
    return outcome


@lru_cache(maxsize=8)
def plain(runtime: Runtime, seed: int, budget: Budget) -> Scorecard:
    """The sampler that cheats are built on, judged alike."""
    return _card(next(each for each in specimens("honest") if each.name == PLAIN), runtime, seed, budget)


@lru_cache(maxsize=2)
def battery_of(seed: int) -> Battery:
    """One for all: the checks keep nothing between judgements but what speeds them up."""
    return make_battery(seed)


def outcome_of(specimen: Specimen, card: Scorecard) -> Outcome:
    figures = {each.name: each.value for verdict in card.verdicts for each in verdict.measurements}
    tokens = figures.get("tokens until rejected")
    words = next((verdict.diagnosis for verdict in card.verdicts if verdict.check == "law"), "")
    outcome = Outcome(
        name=specimen.name,
        kind=specimen.kind,
        wanted=specimen.expect or specimen.caught_by or "none",
        failed=tuple(verdict.check for verdict in card.verdicts if verdict.status is Status.FAIL),
        endings=_endings(card),
        diagnosis=specimen.diagnosis,
        named=_named(words),
        faults=(),
        tokens_until_caught=None if tokens is None else int(tokens),
        band=card.score.suggested,
        speedup=figures.get(SPEEDUP, 0.0),
        wall_s=card.wall_s,
    )
    return _held_to_its_header(specimen, outcome, card)


def _card(specimen: Specimen, runtime: Runtime, seed: int, budget: Budget) -> Scorecard:
    return judge(
        specimen.files,
        challenge_folder=DEFAULT_CHALLENGE,
        seed=seed,
        budget=budget,
        runtime=runtime,
        on_progress=lambda progress: None,
        on_record=_readable,
        battery=battery_of(seed),
        deadlines=_deadlines(specimen),
    )


def _readable(data: bytes) -> None:
    """Raises BadRecord: whatever a specimen does, its record can be read again. Small ones are not tried."""
    if len(data) > LARGE_RECORD:
        decode(data)


def _deadlines(specimen: Specimen) -> Deadlines | None:
    if specimen.hangs:
        return SHORT
    return PATIENT if specimen.jailed or specimen.expect == "limit" else None


def _held_to_its_header(specimen: Specimen, outcome: Outcome, card: Scorecard) -> Outcome:
    faults = [*_of_the_check(specimen, outcome)]
    if specimen.expect in BY_EXPECTATION:
        faults += BY_EXPECTATION[specimen.expect](outcome, card)
    if faults and specimen.escapes:
        return replace(outcome, escaped=specimen.escapes)
    return replace(outcome, faults=tuple(faults))


def _of_the_check(specimen: Specimen, outcome: Outcome) -> Sequence[str]:
    if specimen.kind == "honest":
        wrongly = [name for name in outcome.failed if name not in COSTS_ONLY]
        weak = [] if outcome.band >= 3 else [f"band {outcome.band} for right code"]
        return [f"right code fails {name}" for name in wrongly] + weak
    if specimen.caught_by is not None and specimen.caught_by not in outcome.failed:
        return [f"not caught by {specimen.caught_by}"]
    return []


def _all_ended(word: str) -> Callable[[Outcome, Scorecard], Sequence[str]]:
    def faults(outcome: Outcome, card: Scorecard) -> Sequence[str]:
        if outcome.endings == (word,):
            return []
        return [f"runs ended {', '.join(outcome.endings) or 'well'}, not {word}"]

    return faults


def _zero(outcome: Outcome, card: Scorecard) -> Sequence[str]:
    return [] if outcome.band == 0 else [f"band {outcome.band}, not 0"]


def _review(outcome: Outcome, card: Scorecard) -> Sequence[str]:
    flagged = any("For a person to look at" in verdict.diagnosis for verdict in card.verdicts)
    return [] if flagged else ["its speed is not flagged for a person"]


BY_EXPECTATION: dict[str, Callable[[Outcome, Scorecard], Sequence[str]]] = {
    "zero": _zero,
    "review": _review,
    "refused": lambda outcome, card: ["it was run"],
    **{word: _all_ended(word) for word in ("died", "raised", "bad result", "protocol", "limit", "too slow")},
}


def _against_plain(expect: str, card: Scorecard, base: Scorecard) -> tuple[str, ...]:
    """Faults of one whose verdicts or speed must not differ from the plain sampler's, or not be better."""
    ours, theirs = _speedup(card), _speedup(base)
    if expect in {"worthless", "bounded"}:
        most = theirs * (NO_FASTER if expect == "worthless" else 1.0 + _hidden(card))
        return () if ours <= most else (f"{ours:.3f} x, where {most:.3f} x may be",)
    differs = [
        f"{one.check} is {one.status}: {one.diagnosis or one.summary}"
        for one, other in zip(card.verdicts, base.verdicts, strict=True)
        if one.status is not other.status
    ]
    if not differs and ours != theirs:
        differs = [f"{ours:.3f} x, without the attack {theirs:.3f} x"]
    return tuple(differs)


def _speedup(card: Scorecard) -> float:
    found = [each.value for verdict in card.verdicts for each in verdict.measurements if each.name == SPEEDUP]
    return found[0] if found else 0.0


def _hidden(card: Scorecard) -> float:
    """Largest relative gain in speed that the report says a lossy method could have kept unseen."""
    figures = {each.name: each.value for verdict in card.verdicts for each in verdict.measurements}
    return figures["largest speed gain a lossy method could have hidden"] / 100


def _endings(card: Scorecard) -> tuple[str, ...]:
    plots = [plot for verdict in card.verdicts if verdict.check == "contract" for plot in verdict.plots]
    if not plots:
        return ()
    plot = plots[0]
    counts = zip(plot.x_ticks or (), plot.series[0].y, strict=True)
    return tuple(word for word, count in counts if word != "kept" and count)


def _refused(specimen: Specimen, why: str) -> Outcome:
    wanted = specimen.expect == REFUSED
    return Outcome(
        name=specimen.name,
        kind=specimen.kind,
        wanted=specimen.expect or specimen.caught_by or "none",
        failed=(REFUSED,),
        endings=(),
        diagnosis=None,
        named=None,
        faults=() if wanted else (f"refused: {why}",),
    )


def _named(words: str) -> str | None:
    """The bug whose sentence comes first in the law's diagnosis."""
    starts = ((words.find(bug.interviewer), name) for name, bug in TABLE.items())
    found = sorted((start, name) for start, name in starts if start >= 0)
    if not found:
        return None
    doubtful = words.startswith(("Not sure", "No bug that"))
    return found[0][1] + (" ?" if doubtful else "")
