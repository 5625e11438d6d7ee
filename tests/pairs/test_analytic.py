"""The models: pure rows, a law that hangs on the whole prefix, an acceptance that was asked for."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from harness.trap_pairs import DISJOINT, ENDS, SPIKE, TOP_P_SPIKE
from pairs.analytic import Pair, PairSpec, make_pair, mean_acceptance
from pairs.flavours import BELL, FLAT, bell_shaped
from pairs.noise import one_way, uniforms
from pairs.warp import warp

SPECS = [
    PairSpec(name="peaked", seed=1, vocab_size=512, acceptance=0.8),
    PairSpec(name="bell", seed=2, vocab_size=16, flavour=BELL, acceptance=0.45),
    PairSpec(name="flat", seed=3, vocab_size=64, flavour=FLAT, acceptance=0.7),
    PairSpec(name="near", seed=4, vocab_size=64, flavour=BELL, acceptance=0.99),
    PairSpec(name="warped", seed=5, vocab_size=64, flavour=BELL, acceptance=0.7, temperature=0.7, top_p=0.9),
    PairSpec(name="eos", seed=6, vocab_size=32, flavour=BELL, eos_token_id=0, draft_eos_probability=0.15),
    PairSpec(name="disjoint", seed=7, vocab_size=48, flavour=DISJOINT),
    PairSpec(name="spike", seed=8, vocab_size=256, flavour=SPIKE),
    PairSpec(name="top_p_spike", seed=9, vocab_size=48, flavour=TOP_P_SPIKE),
    PairSpec(name="ends", seed=12, vocab_size=16, flavour=ENDS, eos_token_id=0, eos_probability=None),
    PairSpec(name="tiny", seed=10, vocab_size=3, flavour=BELL, acceptance=0.6),
    PairSpec(name="tiniest", seed=11, vocab_size=2, flavour=FLAT, acceptance=0.7),
]
TUNED = [spec for spec in SPECS if spec.flavour.both is None]


def texts(spec: PairSpec, count: int, length: int) -> list[list[int]]:
    rng = np.random.default_rng(spec.seed)
    texts: list[list[int]] = rng.integers(0, spec.vocab_size, (count, length)).tolist()
    return texts


def laws(pair: Pair, tokens: list[int]) -> tuple[np.ndarray, np.ndarray]:
    states = pair.target.states(tokens)
    target = np.stack([warp(pair.target.logits(state), temperature=1.0) for state in states])
    draft = np.stack([warp(pair.draft.logits(state), temperature=1.0) for state in states])
    return target, draft


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_a_row_is_bitwise_the_same_in_another_copy_and_another_order(spec: PairSpec) -> None:
    one, other = make_pair(spec), make_pair(spec)
    states = one.target.states(texts(spec, 1, 40)[0])
    forwards = [(one.target.logits(state), one.draft.logits(state)) for state in states]
    backwards = [(other.target.logits(state), other.draft.logits(state)) for state in reversed(states)]
    for (target, draft), (target_again, draft_again) in zip(forwards, reversed(backwards), strict=True):
        assert target.tobytes() == target_again.tobytes()
        assert draft.tobytes() == draft_again.tobytes()


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_rows_are_float32_read_only_finite_and_without_ties(spec: PairSpec) -> None:
    pair = make_pair(spec)
    for state in pair.target.states(texts(spec, 1, 100)[0]):
        for row in (pair.target.logits(state), pair.draft.logits(state)):
            assert row.shape == (spec.vocab_size,)
            assert row.dtype == np.float32
            assert not row.flags.writeable
            assert np.isfinite(row).all()
            assert len(np.unique(row)) == spec.vocab_size


def test_the_law_hangs_on_every_token_of_the_prefix() -> None:
    pair = make_pair(SPECS[1])
    text = texts(SPECS[1], 1, 30)[0]
    ends = {pair.target.states(text)[-1]}
    for n in range(len(text)):
        changed = [*text[:n], (text[n] + 1) % 16, *text[n + 1 :]]
        ends.add(pair.target.states(changed)[-1])
        ends.add(pair.target.states(text[:n] + text[n + 1 :])[-1])
    # Leaving out either of two equal neighbours gives the same text, hence the runs.
    runs = 1 + sum(a != b for a, b in itertools.pairwise(text))
    assert len(ends) == 1 + len(text) + runs


@pytest.mark.parametrize("spec", TUNED, ids=lambda spec: spec.name)
def test_the_mean_acceptance_is_what_was_asked_for(spec: PairSpec) -> None:
    # 2,000 fresh prefixes: the standard error is below 0.006; tuning adds about 0.015 (192 prefixes).
    assert mean_acceptance(make_pair(spec), texts(spec, 20, 100)) == pytest.approx(spec.acceptance, abs=0.04)


def test_a_peaked_target_says_its_first_token_about_half_the_time() -> None:
    target, _ = laws(make_pair(SPECS[0]), texts(SPECS[0], 1, 400)[0])
    assert target.max(axis=1).mean() == pytest.approx(0.47, abs=0.05)


def test_disjoint_thirds_are_exactly_zero_in_float32() -> None:
    pair = make_pair(SPECS[6])
    for state in pair.target.states(texts(SPECS[6], 1, 20)[0]):
        target, draft = (
            np.exp(row - row.max()) for row in (pair.target.logits(state), pair.draft.logits(state))
        )
        assert ((target == 0) & (draft > 0)).sum() == 16
        assert ((draft == 0) & (target > 0)).sum() == 16


def test_a_spike_target_is_the_draft_scaled_down_and_a_little_on_what_it_never_says() -> None:
    target, draft = laws(make_pair(SPECS[7]), texts(SPECS[7], 1, 50)[0])
    for target_probs, draft_probs in zip(target, draft, strict=True):
        never_drafted = draft_probs == 0
        assert never_drafted.sum() == 6
        ratios = target_probs[~never_drafted] / draft_probs[~never_drafted]
        assert ratios.max() - ratios.min() < 1e-5
        assert min(abs(1 - ratios[0] - e) for e in (0.03, 0.04, 0.095)) < 1e-5


def test_a_top_p_spike_keeps_the_same_four_ids_in_both_laws() -> None:
    pair = make_pair(SPECS[8])
    for state in pair.target.states(texts(SPECS[8], 1, 50)[0]):
        kept = [
            set(np.flatnonzero(warp(row, temperature=0.7, top_p=0.9)))
            for row in (pair.target.logits(state), pair.draft.logits(state))
        ]
        assert len(kept[0]) == 4
        assert kept[1] <= kept[0]


def test_eos_has_the_probabilities_that_the_spec_gives() -> None:
    target, draft = laws(make_pair(SPECS[5]), texts(SPECS[5], 1, 20)[0])
    assert target[:, 0] == pytest.approx(0.03, abs=1e-6)
    assert draft[:, 0] == pytest.approx(0.15, abs=1e-6)


def test_a_sibling_with_another_seed_is_no_better_a_draft_than_chance() -> None:
    pair, sibling = (
        make_pair(PairSpec(name="sibling", seed=seed, vocab_size=64, acceptance=0.75)) for seed in (10, 11)
    )
    text = texts(SPECS[2], 1, 200)[0]
    (target, draft), (other, _) = laws(pair, text), laws(sibling, text)
    assert np.minimum(target, other).sum(axis=1).mean() < 0.5 * np.minimum(target, draft).sum(axis=1).mean()


def test_a_spec_that_cannot_be_met_says_so() -> None:
    with pytest.raises(ValueError, match=r"acceptance is 1\.5"):
        make_pair(PairSpec(name="x", seed=1, vocab_size=16, acceptance=1.5))
    with pytest.raises(ValueError, match="vocab_size is 4"):
        make_pair(PairSpec(name="x", seed=1, vocab_size=4))
    with pytest.raises(ValueError, match="no noise brings"):
        make_pair(PairSpec(name="x", seed=1, vocab_size=16, acceptance=0.001))


def test_a_rows_noise_is_not_the_prefixs_state() -> None:
    """Whoever runs a row's noise backwards must not get what the next rows are made from."""
    spec = PairSpec(name="open", seed=10, vocab_size=64, flavour=BELL)
    pair = make_pair(spec)
    for state in pair.target.states(texts(spec, 1, 20)[0]):
        by_the_state = bell_shaped(uniforms(state, BELL.streams, spec.vocab_size)[0], BELL.peak)
        assert not np.allclose(pair.target.logits(state), by_the_state, atol=0.1)


def test_one_prefix_has_other_noise_under_another_key() -> None:
    drawn = {one_way(key, state) for key in range(16) for state in range(16)}
    assert len(drawn) == 256


def test_where_texts_end_at_once_target_and_draft_disagree_on_where() -> None:
    pair = make_pair(next(spec for spec in SPECS if spec.name == "ends"))
    target, draft = laws(pair, texts(pair.spec, 1, 300)[0])
    eos = np.round(np.stack([target[:, 0], draft[:, 0]], axis=1), 2)
    assert {tuple(row) for row in eos.tolist()} == {(0.8, 0.04), (0.04, 0.8), (0.5, 0.5)}
