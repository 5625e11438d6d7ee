"""What the judge's bets need to see a bug: simulated submissions, played as the judge plays real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import numpy as np

from harness.checks.law import Law
from harness.checks.settings import Setting, draw_trials
from harness.core.trial import TrialRun
from pairs.analytic import Pair
from tests.harness.bugs import Bug, sampler

TOKENS_AT_MOST = 12_000
"""About what a full judgement's law trials have."""


def tokens_to_rejection(
    bug: Bug, pairs: Mapping[str, Pair], settings: Sequence[Setting], seed: int
) -> int | None:
    """Tokens until the law is rejected, in whole texts; None when `TOKENS_AT_MOST` were not enough."""
    law, kind = Law(pairs, settings), sampler(bug)
    rng, tokens = np.random.default_rng(seed), 0
    runs: list[TrialRun] = []
    for trial in draw_trials("law", settings, TOKENS_AT_MOST, pairs, Random(seed)):
        runs.append(kind(pairs[trial.pair], trial, rng).run())
        tokens += len(runs[-1].tokens)
        if law.rejects(runs):
            return tokens
        if tokens >= TOKENS_AT_MOST:
            break
    return None


def quantile(tokens: Sequence[int | None], share: float) -> int | None:
    """The least number of tokens by which this share of the runs had rejected."""
    ordered = sorted(np.inf if value is None else value for value in tokens)
    value = ordered[max(int(np.ceil(share * len(ordered) - 1e-9)) - 1, 0)]
    return None if value == np.inf else int(value)
