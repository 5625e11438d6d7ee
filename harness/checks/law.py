"""Do emitted tokens follow the target's law? Bets on the laws of known bugs; Ville's inequality decides.

The verdict rests on emitted tokens, the exact laws, and what was settled before each token. The error rate
holds at any stopping time, so the check may stop as soon as it is certain. Naming the bug looks at more,
afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np

from harness.checks import second_opinion
from harness.checks.settings import Setting, draw_trials
from harness.core import alternatives, learned, wealth
from harness.core.alternatives import Floats, ratios
from harness.core.blocks import rejections_skipped, target_calls_astray
from harness.core.check import Budget
from harness.core.diagnosis import Findings, Named, name_bug
from harness.core.evidence import Evidence, behind, read
from harness.core.hypotheses import HYPOTHESES
from harness.core.intervals import exact
from harness.core.kernels import Behind, deviations, fit, likelihoods
from harness.core.own_drafts import own_drafts
from harness.core.power import unseen_speed_gain
from harness.core.rounding import relative_error
from harness.core.trial import Trial, TrialRun
from pairs.analytic import Pair
from pairs.pair import ModelPair
from wire.scorecard import CheckName, Line, Measurement, Plot, Series, Status, Verdict

TRIALS: dict[Budget, int] = {"quick": 42, "full": 253}
"""Of 64 tokens or up to the first EOS: about 2,000 and 12,000 tokens; other checks' trials add a third."""

IMPOSSIBLE = 1e-30
"""A token less likely than this under the target cannot come from rounding alone."""

ACCIDENTS = 1
"""Impossible tokens forgiven: a float32 inverse CDF may run off its end once in 10**7 draws."""

ENOUGH = 500
"""With fewer tokens than this a pass would say nothing."""

NAMEABLE = 700
"""Tokens to go on to after a rejection: a name that rests on fewer is a guess."""

BETS: tuple[str, ...] = (*alternatives.NAMES, *(f"learned {name}" for name in learned.NAMES))
"""Equal purses. The learned ones cost the others ln(K / (K - H)) nats, 0.14."""

_Known = tuple[TrialRun, Evidence, Behind]

_SHOWN = 3
_POINTS = 150


@dataclass(slots=True)
class _Bets:
    """What has been bet so far, folded over runs in order. A cache: `judge` depends on the runs alone."""

    runs: list[TrialRun] = field(default_factory=list)
    together: wealth.Wealth = field(default_factory=lambda: wealth.fresh(len(BETS)))
    by_pair: dict[str, wealth.Wealth] = field(default_factory=dict)
    memory: learned.Memory = field(default_factory=learned.Memory)
    tokens: int = 0
    impossible: int = 0
    uncovered: int = 0
    peak: float = 0.0
    crossed_at: int | None = None
    path: list[tuple[int, float, Floats]] = field(default_factory=list)
    """After each run: tokens, log e-value of the battery, log wealth of each alternative over the battery."""
    event: list[float] = field(default_factory=list)
    acceptance: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Law:
    pairs: Mapping[str, ModelPair]
    settings: Sequence[Setting]
    alpha: float = wealth.ALPHA
    tiny: Pair | None = None
    """For the second opinion, which decides nothing; nothing is bet on it."""
    logit_slack: float = 0.0
    """How far a served logit may lie from the one that is scored by: 0 for analytic pairs, see
    `harness.core.rounding` for others."""
    _folded: _Bets = field(default_factory=_Bets)

    @property
    def name(self) -> CheckName:
        return "law"

    def trials(self, budget: Budget, rng: Random) -> Sequence[Trial]:
        bets = tuple(draw_trials("law", self.settings, TRIALS[budget], self.pairs, rng))
        return bets if self.tiny is None else (*bets, *second_opinion.trials(budget, self.tiny, rng))

    def settled(self, runs: Sequence[TrialRun]) -> bool:
        """Certain, and with enough tokens to say why."""
        seen = self._fold(runs)
        return self._rejected(seen) and seen.tokens >= NAMEABLE

    def judge(self, runs: Sequence[TrialRun]) -> Verdict:
        seen = self._fold(runs)
        if not seen.tokens:
            return Verdict(check="law", status=Status.NOT_RUN, summary="No sampled run returned tokens.")
        measurements, plots = self._figures(seen, runs)
        if self._rejected(seen):
            named = name_bug(self._findings(seen))
            return Verdict(
                check="law",
                status=Status.FAIL,
                summary=named.candidate,
                diagnosis=self._diagnosis(seen, named),
                measurements=measurements,
                plots=plots,
            )
        if seen.tokens < ENOUGH:
            return Verdict(
                check="law",
                status=Status.INCONCLUSIVE,
                summary=(
                    f"Only {seen.tokens} sampled tokens came back; too few to say anything about their law."
                ),
                measurements=measurements,
                plots=plots,
            )
        return Verdict(
            check="law",
            status=Status.PASS,
            summary=(
                f"{seen.tokens} sampled tokens follow the target's distribution as far as the judge can see."
            ),
            measurements=measurements,
            plots=plots,
        )

    def rejects(self, runs: Sequence[TrialRun]) -> bool:
        """Whether the evidence in these runs is enough. Never takes it back with more runs."""
        return self._rejected(self._fold(runs))

    def evidence(self, runs: Sequence[TrialRun]) -> tuple[int, float]:
        """Sampled tokens that were bet on, and the largest log10 e-value so far."""
        seen = self._fold(runs)
        return seen.tokens, float(seen.peak / np.log(10))

    def diagnose(self, runs: Sequence[TrialRun]) -> Named:
        """The most likely bug. Means something only where `judge` fails."""
        return name_bug(self.findings(runs))

    def findings(self, runs: Sequence[TrialRun]) -> Findings:
        """What `diagnose` goes by."""
        return self._findings(self._fold(runs))

    def misfit(self, runs: Sequence[TrialRun], kernels: Floats) -> float:
        """Of the likeliest hypothesis; see `kernels.deviations`."""
        return _misfit(self._known(runs), kernels)

    def _rejected(self, seen: _Bets) -> bool:
        return seen.impossible > ACCIDENTS or seen.peak >= wealth.threshold(self.alpha)

    def _fold(self, runs: Sequence[TrialRun]) -> _Bets:
        done = len(self._folded.runs)
        same = done <= len(runs) and all(
            old is new for old, new in zip(self._folded.runs, runs, strict=False)
        )
        if not same:
            self._folded, done = _Bets(), 0
        for run in runs[done:]:
            self._folded.runs.append(run)
            self._add(self._folded, run)
        return self._folded

    def _add(self, seen: _Bets, run: TrialRun) -> None:
        evidence = self._evidence(run)
        if evidence is None:
            return
        name = run.trial.pair
        won, seen.memory = self._ratios(seen.memory, name, evidence)
        contexts = wealth.contexts(evidence.placement.stratum, evidence.laws.remaining)
        error = relative_error(self.logit_slack, run.trial.temperature)
        seen.together = wealth.bet(seen.together, won, contexts, error)
        apart = seen.by_pair.get(name) or wealth.fresh(len(BETS))
        seen.by_pair[name] = wealth.bet(apart, won, contexts, error)
        by_pair = np.array([each.log_e for each in seen.by_pair.values()])
        log_e = float(wealth.battery(np.array(seen.together.log_e), by_pair, len(self.pairs)))
        seen.tokens += len(evidence.tokens)
        seen.peak = max(seen.peak, log_e)
        seen.path.append((seen.tokens, log_e, self._by_bet(seen)))
        self._tally(seen, evidence)
        if seen.crossed_at is None and self._rejected(seen):
            seen.crossed_at = seen.tokens

    def _evidence(self, run: TrialRun) -> Evidence | None:
        # Edge trials are too short for the long run, and temperature 0 is a matter of equality.
        if run.trial.purpose == "edges" or run.trial.temperature == 0.0:
            return None
        if second_opinion.is_for_it(run.trial):
            return None
        return read(run, self.pairs[run.trial.pair], self.logit_slack)

    def _ratios(self, memory: learned.Memory, pair: str, evidence: Evidence) -> tuple[Floats, learned.Memory]:
        """``(N, K)``, in the order of `BETS`; 1 where nothing may be bet."""
        fixed = ratios(evidence.laws, evidence.tokens)
        fixed[evidence.near_boundary] = 1.0
        found, after = learned.bet_and_learn(
            memory,
            learned.HABITS,
            pair,
            evidence.laws,
            evidence.placement,
            evidence.tokens,
            ~evidence.near_boundary,
        )
        return np.concatenate([fixed, found], axis=1), after

    def _by_bet(self, seen: _Bets) -> Floats:
        """Log wealth of each bet over the battery, ``(K,)``."""
        apart = np.array([each.by_bet for each in seen.by_pair.values()])
        return wealth.battery(seen.together.by_bet, apart, len(self.pairs))

    def _tally(self, seen: _Bets, evidence: Evidence) -> None:
        laws = evidence.laws
        said = laws.target[np.arange(len(evidence.tokens)), evidence.tokens]
        seen.impossible += int(((said < IMPOSSIBLE) & ~evidence.near_boundary).sum())
        seen.uncovered += len(evidence.placement.uncovered)
        seen.event += np.where(laws.draft > laws.target, laws.target, 0.0).sum(axis=1).tolist()
        seen.acceptance += laws.overlap.sum(axis=1).tolist()

    def _figures(
        self, seen: _Bets, runs: Sequence[TrialRun]
    ) -> tuple[tuple[Measurement, ...], tuple[Plot, ...]]:
        measurements, plot = self._measurements(seen), self._plot(seen)
        opinion = None if self.tiny is None else second_opinion.figures(runs, self.tiny)
        if opinion is None:
            return measurements, (plot,)
        return (*measurements, *opinion.measurements), (plot, opinion.plot)

    def _measurements(self, seen: _Bets) -> tuple[Measurement, ...]:
        bound = wealth.threshold(self.alpha) + np.log(len(self.pairs))
        gain = unseen_speed_gain(
            seen.tokens, float(np.mean(seen.event)), float(bound), float(np.mean(seen.acceptance))
        )
        figures = [
            exact("evidence against the law", seen.peak / np.log(10), "log10 e-value", n=seen.tokens),
            exact("evidence that rejects", wealth.threshold(self.alpha) / np.log(10), "log10 e-value"),
            exact("sampled tokens", float(seen.tokens), "tokens", n=seen.tokens),
            exact("largest speed gain a lossy method could have hidden", 100 * gain, "%", n=seen.tokens),
            exact("tokens impossible under the target", float(seen.impossible), "tokens", n=seen.tokens),
        ]
        if seen.crossed_at is not None:
            figures.append(exact("tokens until rejected", float(seen.crossed_at), "tokens", n=seen.tokens))
        return tuple(figures)

    def _diagnosis(self, seen: _Bets, named: Named) -> str:
        sentences = [named.interviewer]
        if seen.peak >= wealth.threshold(self.alpha):
            sentences.append(
                f"Evidence against the law crossed the line after {seen.crossed_at} tokens and "
                f"reached 10^{seen.peak / np.log(10):.1f} to 1; a right submission ever reaches "
                f"10^{wealth.threshold(self.alpha) / np.log(10):.0f} with "
                f"a chance of at most {self.alpha:g}."
            )
        if seen.impossible > ACCIDENTS:
            sentences.append(
                f"{seen.impossible} tokens have probability 0 under the target, which no rounding explains."
            )
        return " ".join(sentences)

    def _findings(self, seen: _Bets) -> Findings:
        kernels = np.zeros(len(HYPOTHESES))
        astray: list[bool] = []
        skipped: list[bool] = []
        known = self._known(seen.runs)
        for run, evidence, after in known:
            kernels += likelihoods(HYPOTHESES, evidence.laws, evidence.tokens, evidence.placement, after).sum(
                axis=0
            )
            text = (*run.trial.prompt, *run.tokens)
            astray += target_calls_astray(run.calls, text)
            skipped += rejections_skipped(run.calls, text)
        return Findings(
            kernels=kernels,
            bets=dict(zip(BETS, self._by_bet(seen).tolist(), strict=True)),
            drafts=own_drafts((run.trial.pair, each.laws, each.placement) for run, each, _ in known),
            uncovered=seen.uncovered / seen.tokens,
            target_calls=len(astray),
            astray=float(np.mean(astray)) if astray else 0.0,
            skipped=skipped,
            misfit=_misfit(known, kernels),
        )

    def _known(self, runs: Sequence[TrialRun]) -> list[_Known]:
        """Each run that was bet on, and all that a diagnosis may look at."""
        return [
            (run, evidence, behind(run, self.pairs[run.trial.pair], evidence))
            for run in runs
            if (evidence := self._evidence(run)) is not None
        ]

    def _plot(self, seen: _Bets) -> Plot:
        best = np.max([by_bet for _, _, by_bet in seen.path], axis=0)
        shown = np.argsort(-best)[:_SHOWN]
        every = max(len(seen.path) // _POINTS, 1)
        points = seen.path[::every] + ([seen.path[-1]] if (len(seen.path) - 1) % every else [])
        x = (0.0, *(float(tokens) for tokens, _, _ in points))
        together = Series(
            name="all bets together", x=x, y=(0.0, *(value / np.log(10) for _, value, _ in points))
        )
        single = tuple(
            Series(
                name=f"bet on: {BETS[k].replace('-', ' ')}",
                x=x,
                y=(0.0, *(float(values[k]) / np.log(10) for _, _, values in points)),
            )
            for k in shown
        )
        return Plot(
            kind="line",
            title="Winnings of bets that the output is wrong (flat or falling when it is right)",
            x_label="Sampled tokens seen",
            y_label="log10 of winnings per unit staked",
            series=(together, *single),
            lines=(Line(name="rejected above this line", y=wealth.threshold(self.alpha) / np.log(10)),),
        )


def _misfit(known: Sequence[_Known], kernels: Floats) -> float:
    best = HYPOTHESES[int(kernels.argmax())]
    return deviations(
        (run.trial.pair, fit(best, each.laws, each.tokens, each.placement, after))
        for run, each, after in known
    )
