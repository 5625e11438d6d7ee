"""Findings as text for a terminal, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from harness.pair_check.findings import LONGEST_BLOCK, Findings, Verdict
from harness.pair_check.formula import Estimate


def table(found: Findings, verdict: Verdict) -> str:
    """Plain text, 100 columns at most but for the verdict."""
    return "\n".join(_lines(found, verdict))


def as_json(found: Findings, verdict: Verdict) -> str:
    """Everything in the table; keys of mappings become strings."""
    expected = {gamma: found.expected(gamma) for gamma in range(1, LONGEST_BLOCK + 1)}
    return json.dumps(
        {**asdict(found), "expected": expected, "best_gamma": found.best_gamma, **asdict(verdict)}, indent=2
    )


def _lines(found: Findings, verdict: Verdict) -> Iterator[str]:
    yield f"{found.name}, run by {found.engine}"
    yield ""
    yield f"acceptance: sum of min(target, draft), mean over {found.texts} texts"
    for temperature, estimate in found.acceptance.items():
        yield f"  temperature {temperature:<4} {_words(estimate)}"
    yield ""
    costs = found.costs
    yield f"cost, in target calls of one token ({costs.target_ms:.2f} ms)"
    yield f"  draft call   c    {costs.draft:.3f}"
    sizes = [size for size in sorted(costs.target) if size > 1]
    yield "  tokens fed   n    " + "  ".join(f"{size:>4}" for size in sizes)
    yield "  target call  v(n) " + "  ".join(f"{costs.target[size]:.2f}" for size in sizes)
    yield ""
    yield f"speed-up over plain decoding at temperature 1 (measured in {found.rounds} rounds)"
    yield "  gamma  expected  measured"
    for gamma in range(1, LONGEST_BLOCK + 1):
        measured = _words(found.measured[gamma]) if gamma in found.measured else ""
        yield f"  {gamma:>5}  {found.expected(gamma):>8.2f}  {measured}".rstrip()
    yield ""
    yield verdict.sentence


def _words(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"
