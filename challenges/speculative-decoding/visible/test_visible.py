"""Visible tests: what can be checked quickly and fairly on the practice pair.

Passing them is a good sign and no proof: a subtly wrong distribution passes.
"""

from __future__ import annotations

import numpy as np
import torch
from practice import describe, load_pair, measure, practice_pair
from specdec import generate

from pairs.warp import warp

PROMPT = torch.tensor([[3, 14, 15, 9, 26, 53]])
ONE_TOKEN_PROMPT = torch.tensor([[42]])


def test_returns_one_row_of_ids():
    """Returns a (1, n) tensor of int64 ids"""
    text = run(max_new_tokens=8)
    assert isinstance(text, torch.Tensor), f"got {describe(text)}; want a torch.Tensor"
    assert text.shape == (1, PROMPT.shape[1] + 8), f"got {describe(text)}; want shape (1, prompt + new)"
    assert text.dtype == torch.int64, f"got dtype {text.dtype}; want torch.int64"
    last = practice_pair().vocab_size - 1
    assert text.clamp(0, last).equal(text), f"ids must lie in 0..{last}"


def test_prompt_comes_first():
    """The result begins with the prompt, which is left as it was"""
    prompt = PROMPT.clone()
    text = run(prompt=prompt, max_new_tokens=8)
    length = PROMPT.shape[1]
    assert text[0, :length].tolist() == PROMPT[0].tolist(), f"it begins with {text[0, :length].tolist()}"
    assert torch.equal(prompt, PROMPT), "input_ids was changed in place"


def test_exactly_as_many_tokens_as_asked():
    """Adds exactly max_new_tokens tokens"""
    for wanted in (1, 2, 5, 16, 33):
        got = len(new_tokens(run(max_new_tokens=wanted)))
        assert got == wanted, f"max_new_tokens={wanted} gave {got} new tokens"


def test_more_draft_tokens_than_room():
    """Works when num_speculative_tokens is larger than what is left"""
    for wanted in (1, 2, 3):
        got = len(new_tokens(run(max_new_tokens=wanted, num_speculative_tokens=8)))
        assert got == wanted, f"max_new_tokens={wanted}, num_speculative_tokens=8 gave {got} new tokens"


def test_few_draft_tokens():
    """Works when num_speculative_tokens is 0 or 1"""
    for drafts in (0, 1):
        got = len(new_tokens(run(max_new_tokens=7, num_speculative_tokens=drafts)))
        assert got == 7, f"max_new_tokens=7, num_speculative_tokens={drafts} gave {got} new tokens"


def test_one_token_prompt():
    """Works with a prompt of one token"""
    text = run(prompt=ONE_TOKEN_PROMPT, max_new_tokens=6)
    assert text.shape[1] == 7, f"got {describe(text)}; want (1, 7)"


def test_greedy_is_the_targets_own_text():
    """At temperature 0 the text is the target's own greedy text"""
    want = greedy_text(PROMPT, 40)
    for num_speculative_tokens in (1, 3, 6):
        text = run(max_new_tokens=40, temperature=0, num_speculative_tokens=num_speculative_tokens)
        got = new_tokens(text)
        wrong = [place for place, (one, other) in enumerate(zip(got, want, strict=False)) if one != other]
        assert len(got) == len(want), f"got {len(got)} tokens; want {len(want)}"
        assert not wrong, (
            f"num_speculative_tokens={num_speculative_tokens}: new token {wrong[0]} is {got[wrong[0]]},"
            f" the target's is {want[wrong[0]]}"
        )


def test_stops_at_eos():
    """Stops at eos_token_id, which is the last token of the text"""
    greedy = greedy_text(PROMPT, 24)
    for eos in dict.fromkeys(greedy[2:10]):
        want = greedy[: greedy.index(eos) + 1]
        got = new_tokens(run(max_new_tokens=24, temperature=0, eos_token_id=eos))
        assert got == want, f"eos_token_id={eos}: got {got}; want {want}"


def test_stays_inside_top_p():
    """With top_p, no token outside the target's nucleus appears"""
    prompt, pair = PROMPT[0].tolist(), practice_pair()
    for seed in range(6):
        tokens = new_tokens(run(max_new_tokens=24, top_p=0.6, seed=seed))
        states = pair.target.states([*prompt, *tokens])[len(prompt) - 1 :]
        for place, token in enumerate(tokens):
            # 0.601: a sum that rounds the other way is no mistake.
            allowed = warp(pair.target.logits(states[place]), temperature=1.0, top_p=0.601) > 0
            assert allowed[token], f"new token {place} of seed {seed} is outside the top_p=0.6 nucleus"


def test_first_token_frequencies():
    """The first token's frequencies resemble the target's (400 runs: a coarse look, no proof)"""
    runs, pair = 400, practice_pair()
    prompt = most_different_prompt()
    counts = np.zeros(pair.vocab_size)
    for seed in range(runs):
        tokens = new_tokens(run(prompt=prompt, max_new_tokens=3, num_speculative_tokens=2, seed=seed), prompt)
        counts[tokens[0]] += 1
    want = target_probs(prompt)
    distance = float(np.abs(counts / runs - want).sum() / 2)
    # Mean distance of a right sampler, at most, and 0.13 on top: by McDiarmid's inequality a right one
    # gets beyond that once in a million times.
    limit = float(np.sqrt(want * (1 - want) / runs).sum() / 2) + 0.13
    assert distance <= limit, (
        f"frequencies over {runs} runs are {distance:.2f} from the target's (total variation;"
        f" a right sampler stays below {limit:.2f})"
    )


def test_generator_decides():
    """The same generator seed gives the same text"""
    first, again = (new_tokens(run(max_new_tokens=24, seed=7)) for _ in range(2))
    assert first == again, "two runs with the same seed differ; draw every random number from `generator`"


def test_fewer_target_calls_than_tokens():
    """Calls the target less often than there are new tokens"""
    total = measure(generate, PROMPT, max_new_tokens=64, num_speculative_tokens=4, generator=seeded(1))
    assert total.target_calls < total.new_tokens, (
        f"{total.target_calls} target calls for {total.new_tokens} new tokens: no faster than plain decoding"
    )


def run(*, prompt: torch.Tensor = PROMPT, seed: int = 0, **settings) -> torch.Tensor:
    target, draft = load_pair()
    return generate(target, draft, prompt, generator=seeded(seed), **settings)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def new_tokens(text: torch.Tensor, prompt: torch.Tensor = PROMPT) -> list[int]:
    is_row = isinstance(text, torch.Tensor) and text.dim() == 2
    assert is_row, f"generate returned {describe(text)}; want a tensor (1, prompt + new)"
    return text[0, prompt.shape[1] :].tolist()


def greedy_text(prompt: torch.Tensor, length: int) -> list[int]:
    target = practice_pair().target
    state, tokens = target.states(prompt[0].tolist())[-1], []
    for _ in range(length):
        tokens.append(int(np.argmax(target.logits(state))))
        state = target.advance(state, tokens[-1])
    return tokens


def target_probs(prompt: torch.Tensor) -> np.ndarray:
    target = practice_pair().target
    return warp(target.logits(target.states(prompt[0].tolist())[-1]), temperature=1.0, top_p=1.0)


def most_different_prompt() -> torch.Tensor:
    """Of a few prompts the one where the draft is worst, since that is where a mistake shows."""

    def overlap(prompt: torch.Tensor) -> float:
        draft = practice_pair().draft
        state = draft.states(prompt[0].tolist())[-1]
        draft_probs = warp(draft.logits(state), temperature=1.0, top_p=1.0)
        return float(np.minimum(target_probs(prompt), draft_probs).sum())

    return min((torch.tensor([[11, last]]) for last in range(32)), key=overlap)
