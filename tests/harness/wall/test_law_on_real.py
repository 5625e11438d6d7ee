"""The law holds on a real pair's texts too: one sample a prompt, judged by rows that are computed again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from harness.checks.law import Law
from harness.core.rounding import relative_error
from harness.core.trial import Ended, Trial, TrialRun
from harness.wall.play import RealPair, law_on
from harness.wall.real import logit_slack
from pairs.analytic import Pair
from pairs.context import rows_along
from pairs.ledger import Call
from pairs.one_by_one import one_by_one
from pairs.pair import ModelPair
from pairs.real.pair import load_pair
from tests.pairs.folders import write_llama, write_tokenizer
from tests.zoo import zoo

PROMPTS = 25
NEW_TOKENS = 48


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> ModelPair:
    """A small model of random weights as target; its draft is the same with every weight a little off."""
    folder = tmp_path_factory.mktemp("pair")
    target, draft = write_llama(folder / "target"), write_llama(folder / "draft")
    rng = np.random.default_rng(1)
    weights = load_file(target / "model.safetensors")
    weights["model.embed_tokens.weight"] *= 0.35  # laws as peaked as language
    save_file(weights, target / "model.safetensors")
    off = {name: (w * rng.normal(1.0, 0.3, w.shape)).astype(w.dtype) for name, w in weights.items()}
    save_file(off, draft / "model.safetensors")
    for each in (target, draft):
        write_tokenizer(each)
    return load_pair(target, draft)


@pytest.fixture
def generate(request: pytest.FixtureRequest) -> Iterator[object]:
    """``generate`` of a specimen of the zoo, in this process."""
    pytest.importorskip("torch", reason="submissions need torch: pip install 'probe[models]'")
    specimen = zoo.read(zoo.HERE / f"{request.param}.py")
    before = set(sys.modules)
    names: dict[str, object] = {}
    sys.path.insert(0, str(zoo.HERE / "parts"))
    try:
        exec(compile(specimen.files[zoo.ENTRY], specimen.name, "exec"), names)
        yield names["generate"]
    finally:
        sys.path.remove(str(zoo.HERE / "parts"))
        for name in set(sys.modules) - before & {"speculation"}:
            del sys.modules[name]


def played(generate: object, pair: ModelPair, top_p: float = 1.0) -> Iterator[TrialRun]:
    import torch

    from pairs.torch_api import causal_lms

    rng = np.random.default_rng(2)
    for seed in range(PROMPTS):
        prompt = tuple(rng.integers(1, pair.vocab_size, 8).tolist())
        calls: list[Call] = []
        with torch.no_grad():
            text = generate(  # type: ignore[operator]
                *causal_lms(pair, calls),
                torch.tensor([prompt]),
                max_new_tokens=NEW_TOKENS,
                num_speculative_tokens=3,
                temperature=1.0,
                top_p=top_p,
                eos_token_id=None,
                generator=torch.Generator().manual_seed(seed),
            )
        trial = Trial(
            purpose="law", pair=pair.name, prompt=prompt, max_new_tokens=NEW_TOKENS,
            num_speculative_tokens=3, temperature=1.0, top_p=top_p, seed=seed,
        )  # fmt: skip
        tokens = tuple(text[0, len(prompt) :].tolist())
        yield TrialRun(trial=trial, ended=Ended.RETURNED, tokens=tokens, calls=tuple(calls))


def rejected(generate: object, pair: ModelPair, top_p: float = 1.0) -> tuple[bool, int]:
    """The law's verdict, and the sampled tokens that it took."""
    law, runs = Law({pair.name: pair}, settings=()), list[TrialRun]()
    for run in played(generate, pair, top_p):
        runs.append(run)
        if law.rejects(runs):
            break
    return law.rejects(runs), law.evidence(runs)[0]


@pytest.mark.parametrize("generate", ["honest/textbook", "honest/block_verification"], indirect=True)
def test_right_submissions_pass(generate: object, pair: ModelPair) -> None:
    assert rejected(generate, pair) == (False, PROMPTS * NEW_TOKENS)


@pytest.mark.parametrize("generate", ["honest/textbook"], indirect=True)
def test_a_right_one_passes_with_top_p(generate: object, pair: ModelPair) -> None:
    assert rejected(generate, pair, top_p=0.9) == (False, PROMPTS * NEW_TOKENS)


@pytest.mark.parametrize(
    "generate", ["wrong/bonus_row_before", "wrong/correct_from_target", "wrong/accept_always"], indirect=True
)
def test_wrong_ones_are_rejected(generate: object, pair: ModelPair) -> None:
    failed, tokens = rejected(generate, pair)
    assert failed
    assert tokens < PROMPTS * NEW_TOKENS


def test_our_engine_serves_the_very_rows_that_are_scored_by(pair: ModelPair) -> None:
    rng = np.random.default_rng(3)
    texts = [rng.integers(0, pair.vocab_size, 60).tolist() for _ in range(4)]
    assert logit_slack(pair.target, texts) == 0.0
    context = pair.target.open()
    rows = np.concatenate([context.extend(texts[0][n : n + 7]) for n in range(0, 60, 7)])
    assert np.array_equal(rows, rows_along(pair.target, texts[0]))


class Rounds:
    """A model whose logits hang on how they are asked for, by up to ``off``."""

    def __init__(self, pair: Pair, off: float) -> None:
        self._model, self._off = pair.target, off
        self.vocab_size, self.max_positions = pair.vocab_size, self._model.max_positions

    def open(self) -> Rounds.Context:
        return Rounds.Context(self)

    class Context:
        def __init__(self, of: Rounds) -> None:
            self._context, self._of = of._model.open(), of

        @property
        def length(self) -> int:
            return self._context.length

        def extend(self, tokens: list[int]) -> np.ndarray:
            rows = self._context.extend(tokens)
            rows[:, 0] += np.float32(self._of._off * (len(tokens) % 2))
            return rows

        def crop(self, length: int) -> None:
            self._context.crop(length)


def test_what_another_engine_rounds_is_measured_and_allowed_for(tiny: Pair) -> None:
    slack = logit_slack(Rounds(tiny, 1e-3), [[1, 2, 3, 1, 2, 3] * 5])  # type: ignore[arg-type]
    assert slack == pytest.approx(1e-2, rel=1e-2)


def test_fed_a_position_at_a_time_every_engine_serves_the_rows_that_are_scored_by(tiny: Pair) -> None:
    coarse = Rounds(tiny, 0.1)
    assert logit_slack(coarse, [[1, 2, 3, 4] * 6]) > 0  # type: ignore[arg-type]
    steady = one_by_one(coarse)  # type: ignore[arg-type]
    assert logit_slack(steady, [[1, 2, 3, 4] * 6]) == 0.0
    with pytest.raises(ValueError, match="feed at least one"):
        steady.open().extend([])


def test_where_too_much_would_have_to_be_forgiven_nothing_is_said_of_the_law(tiny: Pair) -> None:
    run = TrialRun(
        trial=Trial(
            purpose="speed", pair="tiny", prompt=(1, 2), max_new_tokens=4, num_speculative_tokens=1,
            temperature=1.0, seed=1,
        ),
        ended=Ended.RETURNED,
        tokens=(1, 2, 3, 4),
    )  # fmt: skip
    assert law_on(RealPair(models=tiny, prompts=[]), [run]) is not None
    assert law_on(RealPair(models=tiny, prompts=[], logit_slack=0.05), [run]) is None


@pytest.fixture(scope="module")
def tiny() -> Pair:
    from pairs.analytic import PairSpec, make_pair

    return make_pair(PairSpec(name="tiny", seed=1, vocab_size=8))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.3])
@pytest.mark.parametrize("slack", [1e-5, 1e-3, 0.05])
def test_no_rounding_within_the_slack_makes_a_bet_favourable(slack: float, temperature: float) -> None:
    """Worst case over signs: whatever tokens gain, a factor's mean stays at most 1."""
    rng = np.random.default_rng(4)
    for _ in range(200):
        logits, bug = rng.normal(0, 3, 32), rng.dirichlet(np.full(32, 0.2))
        moved = logits + slack * rng.choice([-1.0, 1.0], 32)
        scored, served = (np.exp(each / temperature) for each in (logits, moved))
        scored, served = scored / scored.sum(), served / served.sum()
        lam = 0.95
        mean = 1.0 + lam * (float(served @ (bug / scored)) - 1.0)
        assert mean / (1.0 + lam * relative_error(slack, temperature)) <= 1.0


def test_bitwise_equal_rows_leave_float32_alone_to_be_allowed_for(tmp_path: Path) -> None:
    assert relative_error(0.0, 0.7) == pytest.approx(1e-5)
