"""From one run to arrays: the exact laws at each emitted token, and its place in its block. Pure.

The one place where a run, its pair and its task's warp meet. Statistics start from here and know nothing of
trials.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.core.alternatives import Floats, Laws
from harness.core.blocks import Placement, place
from harness.core.kernels import Behind
from harness.core.rows import rows_after
from harness.core.trial import Ended, Trial, TrialRun
from pairs.context import Model, rows_along
from pairs.pair import ModelPair
from pairs.warp import boundary, warp


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """N tokens of one run."""

    tokens: NDArray[np.int64]
    laws: Laws
    placement: Placement
    near_boundary: NDArray[np.bool_]
    """``(N,)``: float32 may keep another top-p set at this prefix, so nothing may be bet on this token."""


def new_tokens(run: TrialRun, pair: ModelPair) -> tuple[int, ...]:
    """The tokens that can be held against a law: in range, within the length asked, up to the first EOS."""
    if run.ended is not Ended.RETURNED:
        return ()
    kept = []
    for token in run.tokens[: run.trial.max_new_tokens]:
        if not 0 <= token < pair.vocab_size:
            break
        kept.append(token)
        if token == run.trial.eos_token_id:
            break
    return tuple(kept)


def read(run: TrialRun, pair: ModelPair, logit_slack: float = 0.0) -> Evidence | None:
    """Evidence of one sampled run; None when it returned no usable token.

    ``logit_slack``: how far the logits that were served may lie from these; see `harness.core.rounding`.
    """
    tokens = new_tokens(run, pair)
    if not tokens:
        return None
    trial = run.trial
    target_logits = _rows(pair.target, trial.prompt, tokens)
    draft_logits = _rows(pair.draft, trial.prompt, tokens)
    target, draft = _warped(target_logits, trial), _warped(draft_logits, trial)
    previous_target, target = target[:-1], target[1:]
    previous_draft, draft = draft[:-1], draft[1:]
    placement = place(run.calls, trial.prompt, tokens)
    near = boundary(
        target_logits[1:], temperature=trial.temperature, top_p=trial.top_p, logit_slack=logit_slack
    ).any(axis=-1)
    ratios = _passed_ratios(target, draft, tokens)
    laws = Laws(
        target=target,
        draft=draft,
        **_less_warped(target_logits[1:], draft_logits[1:], target, draft, trial),
        previous_target=previous_target,
        previous_draft=previous_draft,
        stale_target=_stale(pair.target, target, placement, trial),
        block_bar=_over_block(ratios, placement, min),
        block_product=_over_block(ratios, placement, operator.mul),
        target_logits=target_logits[1:],
        draft_logits=draft_logits[1:],
        temperature=trial.temperature or 1.0,
        top_p=trial.top_p,
        eos_token_id=trial.eos_token_id,
        remaining=trial.max_new_tokens - 1 - np.arange(len(tokens)),
        seen=_seen(trial.prompt, tokens, pair.vocab_size),
        previous_token=np.array([trial.prompt[-1], *tokens[:-1]], dtype=np.int64),
    )
    return Evidence(
        tokens=np.array(tokens, dtype=np.int64),
        laws=laws,
        placement=placement,
        near_boundary=np.asarray(near),
    )


def behind(run: TrialRun, pair: ModelPair, evidence: Evidence) -> Behind:
    """The laws at each prefix grown by the draft that was fed there; for diagnosis."""
    text = (*run.trial.prompt, *new_tokens(run, pair))
    drafted = evidence.placement.drafted
    fed = np.flatnonzero(drafted >= 0)
    grown = [(*text[: len(run.trial.prompt) + n], int(drafted[n])) for n in fed]
    target, draft = evidence.laws.target.copy(), evidence.laws.draft.copy()
    if grown:
        target[fed] = _warped(rows_after(pair.target, grown), run.trial)
        draft[fed] = _warped(rows_after(pair.draft, grown), run.trial)
    return Behind(target=target, draft=draft)


def target_rows(run: TrialRun, pair: ModelPair) -> Floats:
    """The target's logits ``(N, V)`` at each usable token's prefix."""
    return _rows(pair.target, run.trial.prompt, new_tokens(run, pair))[1:]


def keep_probabilities(run: TrialRun, pair: ModelPair) -> Floats:
    """``(N, 2)``: the target's and the draft's probability of each emitted token, warped as the task asks."""
    tokens = new_tokens(run, pair)
    at = np.arange(len(tokens)), np.array(tokens, dtype=np.int64)
    laws = [
        _warped(_rows(model, run.trial.prompt, tokens)[1:], run.trial) for model in (pair.target, pair.draft)
    ]
    return np.stack([law[at] for law in laws], axis=1)


def _rows(model: Model, prompt: tuple[int, ...], tokens: tuple[int, ...]) -> Floats:
    """Logits after the prompt without its last token, then at every prefix that a token was drawn at:
    ``(N + 1, V)``; the first row is the second one's again where the prompt is a single token."""
    if not tokens:
        return np.zeros((1, model.vocab_size))
    rows = rows_along(model, (*prompt, *tokens)[:-1])[max(len(prompt) - 2, 0) :]
    if len(prompt) == 1:
        rows = np.concatenate([rows[:1], rows])
    return rows.astype(np.float64)


def _warped(logits: NDArray[np.floating], trial: Trial) -> Floats:
    return warp(logits, temperature=trial.temperature, top_p=trial.top_p)


def _seen(prompt: tuple[int, ...], tokens: tuple[int, ...], vocab_size: int) -> NDArray[np.bool_]:
    """``(N, V)``: which ids come before each of the new tokens."""
    text = np.array((*prompt, *tokens), dtype=np.int64)
    first = np.full(vocab_size, len(text))
    np.minimum.at(first, text, np.arange(len(text)))
    flags: NDArray[np.bool_] = first < np.arange(len(prompt), len(text))[:, None]
    return flags


def _less_warped(
    target_logits: Floats, draft_logits: Floats, target: Floats, draft: Floats, trial: Trial
) -> dict[str, Floats]:
    """The laws of submissions that forget or double a warp; the warped ones where there is none to forget."""
    laws = dict.fromkeys(("target_untrimmed", "target_raw", "target_twice"), target)
    laws |= dict.fromkeys(("draft_untrimmed", "draft_raw"), draft)
    if trial.top_p < 1.0:
        laws["target_untrimmed"] = warp(target_logits, temperature=trial.temperature)
        laws["draft_untrimmed"] = warp(draft_logits, temperature=trial.temperature)
    if trial.top_p < 1.0 or trial.temperature != 1.0:
        laws["target_raw"] = warp(target_logits, temperature=1.0)
        laws["draft_raw"] = warp(draft_logits, temperature=1.0)
        laws["target_twice"] = warp(target_logits, temperature=trial.temperature**2, top_p=trial.top_p)
    return laws


def _over_block(ratios: Floats, placement: Placement, fold: Callable[[float, float], float]) -> Floats:
    """``(N, 1)``: 1 at the start of each call, then folded over the ratios of the call's earlier tokens.

    Of earlier tokens only, so it is settled before each token is drawn.
    """
    folded = np.ones((len(ratios), 1))
    for n in range(1, len(ratios)):
        if placement.call[n] == placement.call[n - 1] >= 0:
            folded[n] = fold(folded[n - 1, 0], ratios[n - 1])
    return folded


def _passed_ratios(target: Floats, draft: Floats, tokens: tuple[int, ...]) -> Floats:
    """``(N,)``: target/draft at each emitted token, at most 1."""
    at = np.arange(len(tokens)), np.array(tokens, dtype=np.int64)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(draft[at] > 0, target[at] / draft[at], 1.0)
    # Never 0: a token that the target cannot say is the law check's business already.
    passed: Floats = np.clip(ratio, 1e-6, 1.0)
    return passed


def _stale(model: Model, target: Floats, placement: Placement, trial: Trial) -> Floats:
    wrong = [(n, path) for n, path in enumerate(placement.received) if path is not None]
    if not wrong:
        return target
    stale = target.copy()
    stale[[n for n, _ in wrong]] = _warped(rows_after(model, [path for _, path in wrong]), trial)
    return stale
