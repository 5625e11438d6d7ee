"""Does it still work at the corners of the interface?

No drafts, blocks longer than the text, one or two new tokens, a one-token prompt, token id 0 and the last
id, disjoint supports, EOS anywhere. Each trial is held to the contract and to possibility: a token of
probability 0 fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from harness.checks.contract import breach_of
from harness.checks.greedy import TIE
from harness.checks.settings import Setting, draw_trial
from harness.core.check import Budget
from harness.core.evidence import new_tokens, read, target_rows
from harness.core.intervals import exact
from harness.core.trial import Trial, TrialRun
from pairs.analytic import Pair
from wire.scorecard import CheckName, Line, Plot, Series, Status, Verdict

IMPOSSIBLE = 1e-30


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    title: str
    setting: Setting
    prompt: str = "random"
    """random, one token, or the ids at both ends of the vocabulary."""


def _at(pair: str, gamma: int, new: int, temperature: float = 1.0) -> Setting:
    return Setting(pair=pair, num_speculative_tokens=gamma, max_new_tokens=new, temperature=temperature)


EDGES: tuple[Edge, ...] = (
    Edge(title="no drafts (0)", setting=_at("bell", 0, 8)),
    Edge(title="one draft (1)", setting=_at("bell", 1, 12)),
    Edge(title="block longer than the text", setting=_at("bell", 12, 5)),
    Edge(title="one new token", setting=_at("language", 4, 1)),
    Edge(title="two new tokens", setting=_at("language", 4, 2)),
    Edge(title="one-token prompt", setting=_at("language", 4, 16), prompt="one"),
    Edge(title="first and last id", setting=_at("bell", 3, 16), prompt="ends"),
    Edge(title="disjoint supports", setting=_at("disjoint", 4, 24)),
    Edge(title="EOS in a block", setting=_at("stop", 6, 60)),
    Edge(title="EOS in a block, greedy", setting=_at("stop", 6, 60, 0.0)),
    Edge(title="no drafts, greedy", setting=_at("bell", 0, 8, 0.0)),
    Edge(title="one new token, greedy", setting=_at("bell", 4, 1, 0.0)),
)


@dataclass(frozen=True, slots=True)
class Edges:
    pairs: Mapping[str, Pair]

    @property
    def name(self) -> CheckName:
        return "edges"

    def trials(self, budget: Budget, rng: Random) -> Sequence[Trial]:
        repeats = 1 if budget == "quick" else 3
        return tuple(self._trial(edge, rng) for _ in range(repeats) for edge in EDGES)

    def settled(self, runs: Sequence[TrialRun]) -> bool:
        return False

    def judge(self, runs: Sequence[TrialRun]) -> Verdict:
        own = [run for run in runs if run.trial.purpose == "edges"]
        if not own:
            return Verdict(check="edges", status=Status.NOT_RUN, summary="No edge case was run.")
        # Trials come in the order of EDGES, over and over.
        faults = [self._fault(run) for run in own]
        titles = [EDGES[n % len(EDGES)].title for n in range(len(own))]
        broken = [f"{title}: {fault}" for title, fault in zip(titles, faults, strict=True) if fault]
        return Verdict(
            check="edges",
            status=Status.FAIL if broken else Status.PASS,
            summary=(
                f"{len(broken)} of {len(own)} edge cases break. First: {broken[0]}"
                if broken
                else f"All {len(own)} edge cases hold."
            ),
            diagnosis="\n".join(broken[:8]),
            measurements=(exact("edge cases that hold", float(len(own) - len(broken)), "runs", n=len(own)),),
            plots=(_plot(titles, faults),),
        )

    def _trial(self, edge: Edge, rng: Random) -> Trial:
        pair = self.pairs[edge.setting.pair]
        trial = draw_trial("edges", edge.setting, pair, rng)
        prompts = {"random": trial.prompt, "one": trial.prompt[:1], "ends": (0, pair.vocab_size - 1)}
        return replace(trial, prompt=prompts[edge.prompt])

    def _fault(self, run: TrialRun) -> str:
        pair = self.pairs[run.trial.pair]
        breach = breach_of(run, pair)
        if breach is not None:
            return breach.sentence
        if run.trial.temperature == 0.0:
            rows, tokens = target_rows(run, pair), np.array(new_tokens(run, pair), dtype=np.int64)
            chosen = rows[np.arange(len(tokens)), tokens]
            return "" if (chosen >= rows.max(axis=1) - TIE).all() else "Not the target's greedy text."
        evidence = read(run, pair)
        if evidence is None:
            return "No token came back."
        said = evidence.laws.target[np.arange(len(evidence.tokens)), evidence.tokens]
        impossible = (said < IMPOSSIBLE) & ~evidence.near_boundary
        return "A token came back that the target never says." if impossible.any() else ""


def _plot(titles: Sequence[str], faults: Sequence[str]) -> Plot:
    names = list(dict.fromkeys(titles))
    held = [
        [not fault for title, fault in zip(titles, faults, strict=True) if title == name] for name in names
    ]
    return Plot(
        kind="bar",
        title="Edge cases: share of runs that hold",
        x_label="Edge case",
        y_label="Share of runs",
        x_ticks=tuple(names),
        series=(
            Series(
                name="holds",
                x=tuple(float(n) for n in range(len(names))),
                y=tuple(sum(each) / len(each) for each in held),
            ),
        ),
        lines=(Line(name="all hold", y=1.0),),
    )
