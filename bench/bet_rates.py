"""What each bug's own bet wins on each pair: nats a token, if the bug is there and all is staked on it.

A judge's power is in the choice of the pair. A bug is rejected after about ``(ln(1e6) + 10) / rate`` tokens,
the ten being the price of betting on many bugs at once; see docs/judge.md. Texts are the target's own.

    PYTHONPATH=. python bench/bet_rates.py [--all] [--tokens 1000]
"""

from __future__ import annotations

import argparse
from random import Random

import numpy as np

from harness.battery import LAW_SETTINGS, make_battery
from harness.checks.settings import Setting, draw_trial
from harness.core.alternatives import ALTERNATIVES, CAP, NAMES, Laws
from harness.core.evidence import read
from harness.core.trial import Ended, Trial, TrialRun
from pairs.analytic import Pair
from pairs.warp import warp

STAKE = 0.95
SHOWN = (
    "correct-from-target",
    "lenient-0.9",
    "lenient-0.97",
    "uniform-from-0.05",
    "uniform-in-sixteenths",
    "padded-ratio-1e-3",
    "correct-tempered",
    "top-p-unscaled",
    "temperature-0.89",
    "eos-never",
    "eos-untested",
    "eos-less",
    "logits-in-halves",
    "logits-in-quarters",
    "probabilities-in-thousandths",
)


def text(pair: Pair, trial: Trial, rng: np.random.Generator) -> tuple[int, ...]:
    """One text of the target's own."""
    state, drawn = pair.target.states(trial.prompt)[-1], list[int]()
    while len(drawn) < trial.max_new_tokens and trial.eos_token_id not in drawn[-1:]:
        probs = warp(pair.target.logits(state), temperature=trial.temperature, top_p=trial.top_p)
        drawn.append(int(rng.choice(len(probs), p=probs)))
        state = pair.target.advance(state, drawn[-1])
    return tuple(drawn)


def won(laws: Laws, bug: str) -> np.ndarray:
    """``(N,)``: the mean of the log factor under the bug's law."""
    law = ALTERNATIVES[bug](laws).dense()
    ratio = np.divide(law, laws.target, out=np.where(law > 0, CAP, 0.0), where=laws.target > 0)
    total: np.ndarray = (law * np.log1p(STAKE * (np.minimum(ratio, CAP) - 1.0))).sum(axis=1)
    return total


def rates(setting: Setting, bugs: tuple[str, ...], tokens: int, seed: int) -> dict[str, float]:
    pair, rng = make_battery(seed).pairs[setting.pair], np.random.default_rng(seed)
    prompts, nats, seen = Random(seed), {bug: list[float]() for bug in bugs}, 0
    while seen < tokens:
        trial = draw_trial("law", setting, pair, prompts)
        drawn = text(pair, trial, rng)
        evidence = read(TrialRun(trial=trial, ended=Ended.RETURNED, tokens=drawn), pair)
        assert evidence is not None
        seen += len(drawn)
        for bug in bugs:
            nats[bug] += won(evidence.laws, bug).tolist()
    return {bug: float(np.mean(each)) for bug, each in nats.items()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--all", action="store_true", help="every bet, not only the ones that tell pairs apart"
    )
    parser.add_argument("--tokens", type=int, default=1_000, help="looked at for each setting")
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()
    bugs = NAMES if given.all else SHOWN
    settings = {
        f"{setting.pair} {setting.temperature:g} {setting.top_p:g}": setting for setting in LAW_SETTINGS
    }
    columns = [rates(setting, bugs, given.tokens, given.seed) for setting in settings.values()]
    print(f"| bug | {' | '.join(settings)} |\n|---{'|---' * len(settings)}|")
    for bug in bugs:
        cells = (f"{column[bug]:.3f}" if column[bug] >= 5e-4 else "" for column in columns)
        print(f"| {bug} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
