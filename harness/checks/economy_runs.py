"""The runs that economy, cache and speed read, grouped by block length, with their expectations beside them.

One set of trials serves all three. A run that did not return counts as zero tokens at plain decoding's price.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.core.evidence import keep_probabilities, new_tokens
from harness.core.trial import TrialRun
from pairs.accounting import Account, account
from pairs.analytic import Pair
from pairs.economy import Path, expected_cost, path
from pairs.prices import PriceList, plain_decoding_price


@dataclass(frozen=True, slots=True, kw_only=True)
class Costed:
    """One run of the economics pair."""

    run: TrialRun
    tokens: tuple[int, ...]
    account: Account
    path: Path

    @property
    def gamma(self) -> int:
        return self.run.trial.num_speculative_tokens

    def paid(self, prices: PriceList) -> float:
        """Virtual time to charge."""
        trial = self.run.trial
        if not self.tokens:
            return float(plain_decoding_price(len(trial.prompt), trial.max_new_tokens, prices))
        return float(account(self.run.calls, trial.prompt, self.tokens, prices).virtual_time)

    def plain(self, prices: PriceList) -> float:
        """Virtual time of plain decoding of the same tokens."""
        return float(plain_decoding_price(len(self.run.trial.prompt), len(self.tokens), prices))

    def reference(self, prices: PriceList) -> float:
        """Expected virtual time of the reference on the same tokens."""
        return expected_cost(self.path, self.gamma, prices).virtual_time if self.tokens else 0.0


def costed_runs(runs: Sequence[TrialRun], pairs: Mapping[str, Pair]) -> list[Costed]:
    """Every run whose purpose is `economy`, in order."""
    return [_costed(run, pairs[run.trial.pair]) for run in runs if run.trial.purpose == "economy"]


def by_gamma(costed: Sequence[Costed]) -> dict[int, list[Costed]]:
    groups: dict[int, list[Costed]] = {}
    for each in sorted(costed, key=lambda each: each.gamma):
        groups.setdefault(each.gamma, []).append(each)
    return groups


def _costed(run: TrialRun, pair: Pair) -> Costed:
    tokens = new_tokens(run, pair)
    return Costed(
        run=run,
        tokens=tokens,
        account=account(run.calls, run.trial.prompt, tokens),
        path=path(len(run.trial.prompt), keep_probabilities(run, pair)),
    )
