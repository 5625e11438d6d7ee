"""Where speculation stops paying: the reference at batch 1 to 64, on a real pair and at the price lists.

    python bench/batch_pressure.py --target DIR --draft DIR --json pairs/weights/batch_pressure.json
    python bench/batch_pressure.py ... --device cuda --dtype bfloat16      # the same code on a GPU

Measured are a target call of B x n positions and a draft call of B, with full caches, and the tokens that a
round gives on texts that the target wrote itself. A batch drafts gamma times and verifies once:

    tokens a second = B x tokens a round / (gamma x draft(B, 1) + target(B, gamma + 1))
    plain decoding  = B / target(B, 1)

Each sequence goes on from where its own drafts fell, so none waits for another and a batch loses nothing but
time. Drawing and testing tokens is left out on both sides. A folder with a config.json alone gets random
weights, good for time alone; then ``--acceptance`` has to say what to assume. Without ``--target`` only the
price lists are worked out.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from bench.machine import described
from bench.passes import Causal, Pass, times
from bench.static_llama import StaticLlama, Weights, named_weights, random_weights
from harness.reference import plain, speculative
from pairs.prices import COMPUTE_BOUND, MEMORY_BOUND, PriceList
from pairs.real.folder import read_json, read_weights
from pairs.real.shape import shape_of
from wire.batch_pressure import BatchPressure, Curve, Pressure

BATCHES = (1, 2, 4, 8, 16, 32, 64)
GAMMAS = (1, 2, 4, 8)
CONTEXT = 128
FEWEST_ROUNDS, CALLS = 9, 128
"""A small batch is timed more often: it takes less time, and is less sure."""
TEXTS, PROMPT, NEW = 12, 16, 64
PRICED_ACCEPTANCE = 0.75
"""Of the `language` pair, which the judge's economy is measured on."""

Costs = Mapping[tuple[int, int], float]
"""Of a call, by sequences and by positions fed to each."""


def pressure(target: Costs, draft: Costs, tokens: Mapping[int, float], **about: object) -> Pressure:
    """Costs and tokens a round, put together. Pure. ``about``: the other fields of `Pressure`."""
    batches = sorted({batch for batch, _ in target})
    timed = about["kind"] == "measured"

    def round_cost(batch: int, gamma: int) -> float:
        return gamma * draft[batch, 1] + target[batch, gamma + 1]

    curves = [
        Curve(
            gamma=gamma,
            tokens_per_round=each,
            speedup=tuple(each * target[B, 1] / round_cost(B, gamma) for B in batches),
            tokens_per_s=tuple(B * each / round_cost(B, gamma) for B in batches) if timed else (),
        )
        for gamma, each in sorted(tokens.items())
    ]
    rates = tuple(B / target[B, 1] for B in batches) if timed else ()
    return Pressure(batches=tuple(batches), plain_tokens_per_s=rates, curves=tuple(curves), **about)  # type: ignore[arg-type]


def priced(prices: PriceList, batches: Sequence[int] = BATCHES) -> Pressure:
    """The list's prices for one sequence, with B times the positions and the cached tokens in a call."""

    def costs(call: int, position: int, cached: int) -> Costs:
        widths = (1, *(gamma + 1 for gamma in GAMMAS))
        return {(B, n): call + B * (n * position + CONTEXT * cached) for B in batches for n in widths}

    return pressure(
        costs(prices.target_call, prices.target_position, prices.target_cached),
        costs(prices.draft_call, prices.draft_position, prices.draft_cached),
        {gamma: expected_tokens(PRICED_ACCEPTANCE, gamma) for gamma in GAMMAS},
        kind="priced",
        name=f"{prices.name} price list",
        what=f"the {prices.name} price list, acceptance {PRICED_ACCEPTANCE:g}",
        context=CONTEXT,
    )


def expected_tokens(acceptance: float, gamma: int) -> float:
    """Of a round, for independent accept decisions (Leviathan et al. 2023, equation 1)."""
    return float(sum(acceptance**n for n in range(gamma + 1)))


def last_that_pays(found: Pressure, gamma: int) -> int | None:
    """The largest batch up to which this many drafts are faster than none; None where not even one is."""
    speedups = next(curve.speedup for curve in found.curves if curve.gamma == gamma)
    paying = None
    for batch, speedup in zip(found.batches, speedups, strict=True):
        if speedup <= 1.0:
            break
        paying = batch
    return paying


@torch.no_grad()
def call_costs(
    weights: Weights, widths: Sequence[int], *, batches: Sequence[int] = BATCHES, calls: int = CALLS
) -> Costs:
    """Median seconds of a call after `CONTEXT` positions. Batches one after the other, widths interleaved."""
    costs: dict[tuple[int, int], float] = {}
    for batch in batches:
        model = StaticLlama(weights, batch=batch, positions=CONTEXT + max(widths))
        passes = {str(n): Pass(model, n) for n in widths}
        for each in passes.values():
            each.start.fill_(CONTEXT)
        found = times(passes, device=weights.embedding.device.type, rounds=max(FEWEST_ROUNDS, calls // batch))
        costs |= {(batch, n): found[str(n)] for n in widths}
    return costs


@torch.no_grad()
def tokens_per_round(
    target: Weights, draft: Weights, gamma: int, *, texts: int = TEXTS, new: int = NEW
) -> float:
    """New tokens for one target call, over ``texts`` that the target begins itself, at temperature 1."""
    device = target.embedding.device
    models = [
        Causal(StaticLlama(weights, batch=1, positions=PROMPT + new + gamma + 2), {1, 2, gamma + 1})
        for weights in (target, draft)
    ]
    generator = torch.Generator(device).manual_seed(gamma)
    given = calls = 0
    for _ in range(texts):
        start = torch.zeros(1, 1, dtype=torch.int64, device=device)
        prompt = plain.generate(*models, start, max_new_tokens=PROMPT - 1, generator=generator)
        models[0].calls = 0
        text = speculative.generate(
            *models, prompt, max_new_tokens=new, num_speculative_tokens=gamma, generator=generator
        )
        given += text.shape[1] - PROMPT
        calls += models[0].calls
    return given / calls


def measured(
    target: Weights, draft: Weights, tokens: Mapping[int, float], *, name: str, what: str
) -> Pressure:
    widths = (1, *(gamma + 1 for gamma in tokens))
    return pressure(
        call_costs(target, widths),
        call_costs(draft, (1,)),
        tokens,
        kind="measured",
        name=name,
        what=what,
        context=CONTEXT,
    )


def table(found: Pressure) -> str:
    """Markdown: speed-up over plain decoding of the same batch, a row for each number of drafts."""
    lines = [
        f"| {found.what} | " + " | ".join(f"{batch}" for batch in found.batches) + " | pays up to |",
        "|---" * (len(found.batches) + 2) + "|",
    ]
    if found.plain_tokens_per_s:
        lines.append(
            "| plain, tokens/s | " + " | ".join(f"{r:.0f}" for r in found.plain_tokens_per_s) + " | |"
        )
    for curve in found.curves:
        pays = last_that_pays(found, curve.gamma)
        cells = " | ".join(f"{speedup:.2f}" for speedup in curve.speedup)
        name = f"gamma {curve.gamma} ({curve.tokens_per_round:.2f} tokens a round)"
        lines.append(f"| {name} | {cells} | {pays or 'never'} |")
    return "\n".join(lines)


def load(folder: Path, device: str, dtype: torch.dtype) -> Weights:
    """Raises PairError: no Llama is there."""
    shape = shape_of(read_json(folder, "config.json"))
    if not list(folder.glob("*.safetensors")):
        return random_weights(shape, device=device, dtype=dtype)
    tensors = {name: torch.from_numpy(array) for name, array in read_weights(folder).items()}
    return named_weights(shape, tensors, device=device, dtype=dtype)


def of_folders(asked: argparse.Namespace) -> Pressure:
    torch.set_num_threads(1)
    target, draft = (
        load(folder, asked.device, getattr(torch, asked.dtype)) for folder in (asked.target, asked.draft)
    )
    what = f"{asked.name}, {asked.dtype}, on {described(asked.device)}"
    if asked.acceptance is None:
        tokens = {gamma: tokens_per_round(target, draft, gamma) for gamma in GAMMAS}
    else:
        tokens = {gamma: expected_tokens(asked.acceptance, gamma) for gamma in GAMMAS}
        what += f"; acceptance {asked.acceptance:g} assumed"
    return measured(target, draft, tokens, name=f"{asked.name}, measured", what=what)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--target", type=Path, help="folder of a LlamaForCausalLM")
    parser.add_argument("--draft", type=Path, help="another with the same vocabulary")
    parser.add_argument("--name", default="our pair", help="what the pair is called")
    parser.add_argument("--acceptance", type=float, help="assume this rate instead of drawing texts")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16", "float16"])
    parser.add_argument("--json", type=Path, help="write the result here")
    arguments = parser.parse_args()
    results = [] if arguments.target is None else [of_folders(arguments)]
    results += [priced(MEMORY_BOUND), priced(COMPUTE_BOUND)]
    print("\n\n".join(table(each) for each in results))
    if arguments.json is not None:
        arguments.json.write_text(
            BatchPressure(version=1, results=tuple(results)).model_dump_json(indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
