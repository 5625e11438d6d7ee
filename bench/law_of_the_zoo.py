"""The law check alone on the zoo: tokens to rejection, the names that it gives, and those that it gives when
the right one is off the list.

Submissions run in this process, on the law check's own trials, until it is certain and has enough tokens for
a name. So it takes a second of CPU for most, and a judgement's figures differ a little: other checks' trials
are bet on there too. Needs numpy, pydantic and torch in one environment, and isolates nothing.

    PYTHONPATH=. python bench/law_of_the_zoo.py [NAME ...] [--kind wrong] [--budget full] [--seed 20260]
"""

from __future__ import annotations

import argparse
import json
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from random import Random

import numpy as np
import torch

from harness.battery import make_battery
from harness.checks import second_opinion
from harness.checks.law import Law
from harness.core.bugs import UNNAMED
from harness.core.check import Budget
from harness.core.diagnosis import FROM_BETS, Findings, Named, name_bug
from harness.core.hypotheses import BUGS
from harness.core.trial import Ended, Trial, TrialRun
from harness.runner.trial_process import seed_globals, tokens_of
from pairs.analytic import Pair
from pairs.ledger import Call
from pairs.torch_api import CausalLM, Config, LocalBackend
from tests.zoo.zoo import ENTRY, Specimen, specimens

POSITIONS = 4_096
Generate = Callable[..., object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One specimen's."""

    name: str
    tokens: int
    """Looked at."""
    log10_e: float
    rejected_after: int | None
    bug: str | None
    """Of its header."""
    named: str = ""
    struck: str = ""
    """What it is called with its name (that of the header, else the one it got) taken off the list."""
    sure: bool = False
    sure_without: bool = False


def loaded(specimen: Specimen) -> Generate:
    for name, source in specimen.files.items():
        module = types.ModuleType(name.removesuffix(".py"))
        if name != ENTRY:
            sys.modules[module.__name__] = module
            exec(compile(source, name, "exec"), module.__dict__)
    entry = types.ModuleType("specdec")
    exec(compile(specimen.files[ENTRY], specimen.name, "exec"), entry.__dict__)
    generate: Generate = entry.generate
    return generate


def played(generate: Generate, trial: Trial, pair: Pair) -> TrialRun:
    ledger: list[Call] = []
    config = Config(
        vocab_size=pair.vocab_size, eos_token_id=trial.eos_token_id, max_position_embeddings=POSITIONS
    )
    target = CausalLM(LocalBackend(pair.target, "target", ledger), config, "target")
    draft = CausalLM(LocalBackend(pair.draft, "draft", ledger), config, "draft")
    seed_globals(trial.seed)
    try:
        with torch.no_grad():
            result = generate(
                target,
                draft,
                torch.tensor([trial.prompt]),
                max_new_tokens=trial.max_new_tokens,
                num_speculative_tokens=trial.num_speculative_tokens,
                temperature=trial.temperature,
                top_p=trial.top_p,
                eos_token_id=trial.eos_token_id,
                generator=torch.Generator().manual_seed(trial.seed),
            )
    except Exception as error:  # whatever it raises is its own
        return TrialRun(trial=trial, ended=Ended.RAISED, note=repr(error)[:200])
    text = tokens_of(result, pair.vocab_size, len(trial.prompt), trial.max_new_tokens)
    return TrialRun(trial=trial, ended=Ended.RETURNED, tokens=text[len(trial.prompt) :], calls=tuple(ledger))


def looked_at(specimen: Specimen, law: Law, budget: Budget, seed: int) -> Line:
    generate, runs = loaded(specimen), list[TrialRun]()
    for trial in law.trials(budget, Random(f"{seed}/law")):
        if second_opinion.is_for_it(trial):
            continue
        runs.append(played(generate, trial, law.pairs[trial.pair]))
        if law.settled(runs):
            break
    figures = {each.name: each.value for each in law.judge(runs).measurements}
    after = figures.get("tokens until rejected")
    line = Line(
        name=specimen.name,
        tokens=int(figures.get("sampled tokens", 0)),
        log10_e=figures.get("evidence against the law", 0.0),
        rejected_after=None if after is None else int(after),
        bug=specimen.diagnosis,
    )
    return line if after is None else _named(line, law, runs)


def _named(line: Line, law: Law, runs: Sequence[TrialRun]) -> Line:
    found = law.findings(runs)
    named = name_bug(found)
    struck = line.bug or named.bug
    kernels = np.where(np.array(BUGS) == struck, -np.inf, found.kernels)
    without = name_bug(_struck(replace(found, kernels=kernels, misfit=law.misfit(runs, kernels)), struck))
    return replace(
        line,
        named=_words(named),
        sure=_sure(named),
        struck=_words(without),
        sure_without=_sure(without),
    )


def _struck(found: Findings, bug: str) -> Findings:
    """What the diagnosis would have to go by if it had never heard of the bug."""
    return replace(
        found,
        bets={bet: won for bet, won in found.bets.items() if FROM_BETS.get(bet) != bug},
        drafts={own: fit for own, fit in found.drafts.items() if own != bug},
        astray=0.0 if bug == "stale-cache" else found.astray,
        skipped=() if bug == "unverified" else found.skipped,
        uncovered=0.0 if bug == "unverified" else found.uncovered,
    )


def _words(named: Named) -> str:
    doubt = "" if named.fits else " (nearest)"
    return named.bug + doubt + (f" or {named.runner_up}" if named.runner_up else "")


def _sure(named: Named) -> bool:
    return named.sure and named.bug not in UNNAMED


def summary(lines: Sequence[Line]) -> str:
    tokens = [line.rejected_after for line in lines if line.rejected_after is not None]
    if not tokens:
        return f"0 of {len(lines)} rejected; the largest e-value 10^{max(line.log10_e for line in lines):.1f}"
    rejected = [line for line in lines if line.rejected_after is not None]
    right = sum(line.sure and line.named == line.bug for line in rejected)
    wrong = [line.name for line in rejected if line.sure and line.named != line.bug]
    misled = [line.name for line in rejected if line.sure_without]
    quartiles = ", ".join(f"{value:.0f}" for value in np.quantile(tokens, (0.25, 0.5, 0.75, 1.0)))
    return (
        f"{len(tokens)} of {len(lines)} rejected; quartiles and most tokens: {quartiles}\n"
        f"{right} named right, {len(rejected) - right - len(wrong)} not sure or no name, "
        f"{len(wrong)} another name with confidence: {', '.join(wrong) or 'none'}\n"
        f"without the right name on the list {len(misled)} get another with confidence: {', '.join(misled)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*")
    parser.add_argument("--kind", default="wrong", choices=("wrong", "honest"))
    parser.add_argument("--budget", default=None, choices=("quick", "full"), help="default: the header's")
    parser.add_argument("--seed", type=int, default=20_260)
    given = parser.parse_args()
    law = next(check for check in make_battery(given.seed).checks if isinstance(check, Law))
    chosen = [
        each
        for each in specimens(given.kind)
        if (each.name in given.names if given.names else given.kind != "wrong" or each.caught_by == "law")
    ]
    lines = []
    for specimen in chosen:
        lines.append(looked_at(specimen, law, given.budget or specimen.budget, given.seed))
        print(json.dumps(asdict(lines[-1])), flush=True)
    print(summary(lines))


if __name__ == "__main__":
    main()
