"""The reference sampler against plain decoding on a GPU, one sequence, with a target that memory decides.

    python bench/gpu.py --json gpu.json          # where there is a CUDA GPU; elsewhere it says so and ends
    python bench/gpu.py --device cpu --small     # the same code in small, to see that it runs

The weights are random: they are read and multiplied as trained ones would be, and what comes of it is thrown
away. In its place stand laws with an acceptance that is set, 64 rows of each model of which the last token
chooses one. So time is that of real passes, acceptance is known, and `harness/reference` samples, tests and
corrects as always. Nothing here says that a draft of this size would be accepted so often.

The expected speed-up is worked out from the tokens of a round and from what calls cost, both measured:

    tokens a round / (gamma x draft call / target call + call of gamma + 1 / target call)
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor

from bench.machine import described
from bench.passes import Causal, seconds, times
from bench.static_llama import StaticLlama, numbers_read, random_weights, sized
from harness.reference import plain, speculative
from pairs.real.shape import Shape

LAWS = 64
PREFILL = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What is run."""

    target: Shape
    draft: Shape
    dtype: torch.dtype
    prompt: int
    new: int
    pairs: int
    """Texts that are made both ways, in turn."""


LARGE = Scale(
    target=sized(
        vocab_size=32_000, width=4096, layers=32, heads=32,
        groups=8, head_width=128, hidden=14_336,
    ),
    draft=sized(
        vocab_size=32_000, width=3072, layers=4, heads=24,
        groups=8, head_width=128, hidden=10_240,
    ),
    dtype=torch.bfloat16, prompt=128, new=256, pairs=8,
)  # fmt: skip
"""7.1 and 0.58 billion weights a call. The draft is shallow: a kernel has its microseconds, graph or not."""

SMALL = Scale(
    target=sized(
        vocab_size=256, width=128, layers=8, heads=4, groups=2,
        head_width=32, hidden=256,
    ),
    draft=sized(
        vocab_size=256, width=64, layers=1, heads=2, groups=1,
        head_width=32, hidden=128,
    ),
    dtype=torch.float32, prompt=16, new=48, pairs=2,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """At one number of drafts. Costs are in milliseconds."""

    gamma: int
    tokens_per_round: float
    target_call: float
    draft_call: float
    verification: float
    plain_ms_per_token: float
    speedup: float
    expected: float

    @property
    def share_of_expected(self) -> float:
        return self.speedup / self.expected


def laws(vocab_size: int, acceptance: float, device: str) -> tuple[Tensor, Tensor]:
    """Logits of target and draft, ``(LAWS, V)`` float32 each; the mean of sum(min) is ``acceptance``."""
    generator = torch.Generator(device).manual_seed(1)
    target, noise = (
        torch.empty(LAWS, vocab_size, device=device).normal_(generator=generator) for _ in range(2)
    )
    target *= 3.0
    low, high = 0.0, 16.0
    while high - low > 1e-4:
        middle = (low + high) / 2
        if overlap(target, target + middle * noise) > acceptance:
            low = middle
        else:
            high = middle
    return target, target + low * noise


def overlap(target: Tensor, draft: Tensor) -> float:
    """Mean chance that a draft stands."""
    return float(torch.minimum(target.softmax(-1), draft.softmax(-1)).sum(-1).mean())


def expected_speedup(tokens: float, gamma: int, *, target: float, draft: float, verification: float) -> float:
    return tokens * target / (gamma * draft + verification)


@torch.no_grad()
def measure(scale: Scale, device: str, *, acceptance: float, gammas: Sequence[int]) -> list[Found]:
    """Plain decoding and the reference in turn on the same prompts, for each number of drafts."""
    positions = scale.prompt + scale.new + PREFILL
    rows = laws(scale.target.vocab_size, acceptance, device)
    weights = [
        random_weights(shape, device=device, dtype=scale.dtype) for shape in (scale.target, scale.draft)
    ]
    found = []
    for gamma in gammas:
        target, draft = (
            Causal(StaticLlama(each, batch=1, positions=positions), widths, row)
            for each, widths, row in zip(
                weights, ({1, gamma + 1, PREFILL}, {1, 2, PREFILL}), rows, strict=True
            )
        )
        found.append(_at(scale, device, gamma, target, draft))
    return found


def _at(scale: Scale, device: str, gamma: int, target: Causal, draft: Causal) -> Found:
    generator = torch.Generator(device).manual_seed(gamma)
    took = {plain: 0.0, speculative: 0.0}
    calls = 0
    for number in range(-1, scale.pairs):
        prompt = torch.randint(scale.target.vocab_size, (1, scale.prompt), device=device, generator=generator)
        for sampler in (plain, speculative):
            target.calls = 0

            def text(sampler: object = sampler, prompt: Tensor = prompt) -> object:
                return sampler.generate(  # type: ignore[attr-defined]
                    target, draft, prompt, max_new_tokens=scale.new, num_speculative_tokens=gamma,
                    generator=generator,
                )  # fmt: skip

            spent = seconds(text, device)
            if number >= 0:  # the first pair warms up
                took[sampler] += spent
                calls += target.calls if sampler is speculative else 0
    costs = _costs(scale, device, gamma, target, draft)
    tokens = scale.pairs * scale.new / calls
    return Found(
        gamma=gamma,
        tokens_per_round=tokens,
        target_call=1000 * costs["target"],
        draft_call=1000 * costs["draft"],
        verification=1000 * costs["verification"],
        plain_ms_per_token=1000 * took[plain] / (scale.pairs * scale.new),
        speedup=took[plain] / took[speculative],
        expected=expected_speedup(tokens, gamma, **costs),
    )


def _costs(scale: Scale, device: str, gamma: int, target: Causal, draft: Causal) -> dict[str, float]:
    """Seconds of a call at half of the text."""
    ids = torch.zeros(1, gamma + 1, dtype=torch.int64, device=device)
    middle = scale.prompt + scale.new // 2
    return times(
        {
            "target": lambda: target.at(middle, ids[:, :1]),
            "draft": lambda: draft.at(middle, ids[:, :1]),
            "verification": lambda: target.at(middle, ids),
        },
        device=device,
        rounds=21,
    )


def table(found: Sequence[Found]) -> str:
    """Markdown."""
    lines = [
        "| drafts | tokens a round | target call, ms | draft call, ms | verification, ms "
        "| expected | measured | measured / expected |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.gamma} | {one.tokens_per_round:.2f} | {one.target_call:.2f} | {one.draft_call:.2f} "
        f"| {one.verification:.2f} | {one.expected:.2f} | {one.speedup:.2f} | {one.share_of_expected:.2f} |"
        for one in found
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--small", action="store_true", help="a pair of toys: to see that it runs")
    parser.add_argument("--acceptance", type=float, default=0.85)
    parser.add_argument("--gamma", type=int, nargs="+", default=[2, 3, 4, 5, 6, 8])
    parser.add_argument("--json", type=Path, help="write the figures here")
    asked = parser.parse_args()
    if asked.device.startswith("cuda") and not torch.cuda.is_available():
        print("No CUDA GPU is here, so nothing was measured. `--device cpu --small` runs the same code.")
        return 0
    torch.set_num_threads(1)
    scale = SMALL if asked.small else LARGE
    found = measure(scale, asked.device, acceptance=asked.acceptance, gammas=asked.gamma)
    on = f"{described(asked.device)}, {numbers_read(scale.target) / 1e9:.2f}B weights a target call, random"
    print(f"{on}; acceptance set to {asked.acceptance:g}\n\n{table(found)}")
    if asked.json is not None:
        report = {"on": on, "acceptance": asked.acceptance, "found": [asdict(one) for one in found]}
        asked.json.write_text(json.dumps(report, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
