"""Does the submission keep the interface: imports, returns the right shape, the right number of tokens?

It gates the rest and says, in words to act on, what came back instead. Edge cases that are trials of `edges`
are judged there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from harness.checks.settings import Setting, draw_trials
from harness.core.check import Budget
from harness.core.intervals import exact
from harness.core.trial import Ended, Trial, TrialRun
from pairs.analytic import Pair
from wire.scorecard import CheckName, Plot, Series, Status, Verdict

SETTINGS: tuple[Setting, ...] = (
    Setting(pair="bell", num_speculative_tokens=4, max_new_tokens=20),
    Setting(pair="bell", num_speculative_tokens=3, max_new_tokens=16, temperature=0.0),
    Setting(pair="language", num_speculative_tokens=4, max_new_tokens=24, temperature=0.7, top_p=0.9),
    Setting(pair="stop", num_speculative_tokens=4, max_new_tokens=64),
)

ENOUGH_FAILURES = 3
"""So many broken runs, and no good one, say that nothing else is worth trying."""

KINDS: dict[str, str] = {
    "kept": "kept",
    Ended.NOT_IMPORTED: "not imported",
    Ended.RAISED: "raised",
    Ended.TIMED_OUT: "too slow",
    Ended.DIED: "died",
    Ended.BAD_RESULT: "bad result",
    Ended.PROTOCOL: "protocol",
    Ended.LIMIT: "limit",
    "short": "too few",
    "long": "too many",
    "past_eos": "past EOS",
    "range": "bad id",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """How one run broke the contract."""

    kind: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Contract:
    pairs: Mapping[str, Pair]

    @property
    def name(self) -> CheckName:
        return "contract"

    def trials(self, budget: Budget, rng: Random) -> Sequence[Trial]:
        return tuple(draw_trials("contract", SETTINGS, 4 if budget == "quick" else 8, self.pairs, rng))

    def settled(self, runs: Sequence[TrialRun]) -> bool:
        breaches = [
            breach_of(run, self.pairs[run.trial.pair]) for run in runs if run.trial.purpose == "contract"
        ]
        return len(breaches) >= ENOUGH_FAILURES and None not in breaches

    def judge(self, runs: Sequence[TrialRun]) -> Verdict:
        own = [run for run in runs if run.trial.purpose != "edges"]
        if not own:
            return Verdict(check="contract", status=Status.NOT_RUN, summary="Nothing was run.")
        breaches = [breach_of(run, self.pairs[run.trial.pair]) for run in own]
        broken = [breach for breach in breaches if breach is not None]
        counts = Counter(breach.kind if breach else "kept" for breach in breaches)
        return Verdict(
            check="contract",
            status=Status.FAIL if broken else Status.PASS,
            summary=_summary(broken, len(own)),
            diagnosis=_diagnosis(own, breaches),
            measurements=(
                exact("runs that kept the interface", float(counts["kept"]), "runs", n=len(own)),
                exact(
                    "runs that returned",
                    float(sum(run.ended is Ended.RETURNED for run in own)),
                    "runs",
                    n=len(own),
                ),
                exact("runs", float(len(own)), "runs", n=len(own)),
            ),
            plots=(_plot(counts),),
        )


def breach_of(run: TrialRun, pair: Pair) -> Breach | None:
    """What is wrong with this run by the interface alone; None when nothing is."""
    if run.ended is not Ended.RETURNED:
        return Breach(kind=run.ended, sentence=_ended_sentence(run))
    tokens, asked, eos = run.tokens, run.trial.max_new_tokens, run.trial.eos_token_id
    if any(not 0 <= token < pair.vocab_size for token in tokens):
        return Breach(kind="range", sentence="A returned token id is not in the vocabulary.")
    if len(tokens) > asked:
        return Breach(
            kind="long",
            sentence=(
                f"{len(tokens)} new tokens came back where max_new_tokens was {asked}: a block ran over "
                "the end."
            ),
        )
    if eos is not None and eos in tokens[:-1]:
        return Breach(
            kind="past_eos",
            sentence="Text goes on after eos_token_id; it may also stand in the middle of a block.",
        )
    if len(tokens) < asked and (eos is None or not tokens or tokens[-1] != eos):
        return Breach(
            kind="short",
            sentence=(
                f"{len(tokens)} new tokens came back where max_new_tokens was {asked}, with no eos_token_id."
            ),
        )
    return None


def _ended_sentence(run: TrialRun) -> str:
    if run.ended is Ended.NOT_IMPORTED:
        return run.note
    words = {
        Ended.RAISED: "generate() raised",
        Ended.TIMED_OUT: "generate() did not finish in time",
        Ended.DIED: "the process ended before generate() returned",
        Ended.BAD_RESULT: "generate() must return (1, prompt + new) int64 that begins with the prompt",
        Ended.PROTOCOL: "a call of a model was not one that the interface allows",
        Ended.LIMIT: "a limit on memory, calls or CPU time was reached",
        Ended.RETURNED: "generate() returned",
    }
    return f"{words[run.ended]}: {run.note}" if run.note else f"{words[run.ended]}."


def _summary(broken: Sequence[Breach], runs: int) -> str:
    if not broken:
        return f"The interface was kept in all {runs} runs."
    if broken[0].kind == Ended.NOT_IMPORTED:
        return broken[0].sentence
    (first, times), *_ = Counter(breach.sentence for breach in broken).most_common(1)
    return f"In {len(broken)} of {runs} runs the interface was not kept. Most often ({times}): {first}"


def _diagnosis(runs: Sequence[TrialRun], breaches: Sequence[Breach | None]) -> str:
    if runs[0].ended is Ended.NOT_IMPORTED:
        return "Nothing was run."
    lines = [
        f"num_speculative_tokens {run.trial.num_speculative_tokens}, temperature {run.trial.temperature:g}, "
        f"max_new_tokens {run.trial.max_new_tokens}: {breach.sentence}"
        for run, breach in zip(runs, breaches, strict=True)
        if breach is not None
    ]
    return "\n".join(lines[:5])


def _plot(counts: Counter[str]) -> Plot:
    shown = [kind for kind in KINDS if counts[kind] or kind == "kept"]
    return Plot(
        kind="bar",
        title="How the runs ended",
        x_label="What came back",
        y_label="Runs",
        x_ticks=tuple(KINDS[kind] for kind in shown),
        series=(
            Series(
                name="runs",
                x=tuple(float(n) for n in range(len(shown))),
                y=tuple(float(counts[kind]) for kind in shown),
            ),
        ),
    )
