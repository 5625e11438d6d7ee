"""Which pairs a submission is judged on, and which checks judge it: all of it from one seed.

A fresh seed makes fresh pairs, so nothing learned from practice or from an earlier verdict helps. The kinds
of pair are fixed, since a judge's power is in the choice of the pair: `docs/judge.md` says what each is for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from harness.checks import second_opinion
from harness.checks.cache import Cache
from harness.checks.contract import Contract
from harness.checks.economy import Economy
from harness.checks.edges import Edges
from harness.checks.greedy import Greedy
from harness.checks.independence import Independence
from harness.checks.law import Law
from harness.checks.provenance import Provenance
from harness.checks.settings import Setting
from harness.checks.speed import Speed
from harness.core.check import Check
from harness.trap_pairs import DISJOINT, ENDS, SPIKE, TOP_P_SPIKE, TRAP
from pairs.analytic import Pair, PairSpec, make_pair
from pairs.flavours import BELL, PEAKED

SPECS: tuple[PairSpec, ...] = (
    PairSpec(name="spike", seed=0, vocab_size=256, flavour=SPIKE),
    PairSpec(name="bell", seed=0, vocab_size=16, flavour=BELL, acceptance=0.45),
    PairSpec(name="disjoint", seed=0, vocab_size=48, flavour=DISJOINT),
    PairSpec(
        name="warped", seed=0, vocab_size=64, flavour=BELL, acceptance=0.7, temperature=0.7, top_p=0.9
    ),
    PairSpec(
        name="stop", seed=0, vocab_size=32, flavour=BELL, acceptance=0.75, eos_token_id=0,
        draft_eos_probability=0.13,
    ),
    PairSpec(name="nucleus", seed=0, vocab_size=48, flavour=TOP_P_SPIKE, temperature=0.7, top_p=0.9),
    PairSpec(name="trap", seed=0, vocab_size=24, flavour=TRAP),
    PairSpec(name="language", seed=0, vocab_size=512, flavour=PEAKED, acceptance=0.75),
    PairSpec(name="ends", seed=0, vocab_size=16, flavour=ENDS, eos_token_id=0, eos_probability=None),
)  # fmt: skip
"""The pair's seed is filled in by `make_battery`. Most telling first."""

LAW_SETTINGS: tuple[Setting, ...] = (
    Setting(pair="spike", num_speculative_tokens=4),
    Setting(pair="bell", num_speculative_tokens=2),
    Setting(pair="nucleus", num_speculative_tokens=3, temperature=0.7, top_p=0.9),
    Setting(pair="disjoint", num_speculative_tokens=2),
    Setting(pair="ends", num_speculative_tokens=3, max_new_tokens=16),
    Setting(pair="bell", num_speculative_tokens=4, top_p=0.6),
    Setting(pair="warped", num_speculative_tokens=3, temperature=0.7, top_p=0.9),
    Setting(pair="language", num_speculative_tokens=4),
    Setting(pair="trap", num_speculative_tokens=1),
    Setting(pair="ends", num_speculative_tokens=4, max_new_tokens=16),
    Setting(pair="stop", num_speculative_tokens=4),
    Setting(pair="nucleus", num_speculative_tokens=5, temperature=0.7, top_p=0.9),
    Setting(pair="ends", num_speculative_tokens=1, max_new_tokens=16),
    Setting(pair="bell", num_speculative_tokens=1, temperature=1.3),
    Setting(pair="spike", num_speculative_tokens=2),
    Setting(pair="disjoint", num_speculative_tokens=5, temperature=0.5),
    Setting(pair="language", num_speculative_tokens=6, temperature=0.7),
    Setting(pair="nucleus", num_speculative_tokens=2, temperature=0.7, top_p=0.9),
    Setting(pair="ends", num_speculative_tokens=2, max_new_tokens=16),
    Setting(pair="warped", num_speculative_tokens=1, temperature=0.7, top_p=0.9),
    Setting(pair="spike", num_speculative_tokens=6),
    Setting(pair="trap", num_speculative_tokens=3),
    Setting(pair="ends", num_speculative_tokens=6, max_new_tokens=16),
)
"""Played in turn, over and over. Few drafts a block make bonus tokens frequent; many make rejections so.
Texts on `ends` are two or three tokens long, so it has five turns in each round."""

GREEDY_SETTINGS: tuple[Setting, ...] = tuple(
    Setting(pair=pair, num_speculative_tokens=gamma, temperature=0.0)
    for pair, gamma in (
        ("bell", 3),
        ("language", 4),
        ("spike", 1),
        ("stop", 5),
        ("disjoint", 2),
        ("warped", 6),
    )
)

ECONOMY_PAIR = "language"
ECONOMY_BLOCK_LENGTHS = (1, 2, 4, 6, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    pairs: Mapping[str, Pair]
    checks: Sequence[Check]
    """In the order of the report; the first that fails for certain may make the rest pointless."""


def make_battery(seed: int) -> Battery:
    """The hidden pairs and all checks. The same seed makes the same battery on any machine."""
    rng = Random(f"pairs {seed}")
    pairs = {spec.name: make_pair(_seeded(spec, rng.getrandbits(63))) for spec in SPECS}
    tiny = make_pair(_seeded(second_opinion.SPEC, rng.getrandbits(63)))
    everything = pairs | {tiny.name: tiny}
    return Battery(
        pairs=everything,
        checks=(
            Contract(everything),
            Greedy(pairs, settings=GREEDY_SETTINGS),
            Law(pairs, settings=LAW_SETTINGS, tiny=tiny),
            Independence(everything),
            Edges(pairs),
            Provenance(everything),
            Economy(pairs, pair=ECONOMY_PAIR, block_lengths=ECONOMY_BLOCK_LENGTHS),
            Cache(pairs),
            Speed(pairs, pair=ECONOMY_PAIR),
        ),
    )


def _seeded(spec: PairSpec, seed: int) -> PairSpec:
    # dataclasses.replace loses the types of a slotted, frozen class under mypy; the fields are few.
    fields = {name: getattr(spec, name) for name in spec.__dataclass_fields__}
    return PairSpec(**(fields | {"seed": seed}))
