"""Each token's origin, and that the counts of origins are the account's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pairs.accounting import account
from pairs.ledger import Call
from pairs.provenance import provenance

PROMPT = (9, 9, 9)


def call(*path: int, fed: int) -> Call:
    return Call(model="target", path=path, fed=fed)


def test_a_round_of_each_kind() -> None:
    tokens = (1, 2, 3, 4, 5, 6, 7)
    calls = (
        call(*PROMPT, fed=3),  # the prompt alone: 1 is plain
        call(*PROMPT, 1, 2, 3, fed=3),  # 2 and 3 drafted and accepted, 4 the bonus
        call(*PROMPT, 1, 2, 3, 4, 8, 7, fed=3),  # 8 rejected and 7 behind it never tested; 5 recovered
        call(*PROMPT, 1, 2, 3, 4, 5, 6, 0, fed=3),  # 6 accepted, 0 rejected, 7 recovered
    )
    read = provenance(calls, PROMPT, tokens)
    assert read.origins == ("plain", "accepted", "accepted", "bonus", "recovered", "accepted", "recovered")
    assert read.rejected == {4: (8, 7), 6: (0,)}


def test_plain_decoding_is_plain_and_a_text_without_calls_too() -> None:
    calls = [call(*PROMPT, *range(n), fed=1) for n in range(4)]
    assert set(provenance(calls, PROMPT, (0, 1, 2, 3)).origins) == {"plain"}
    assert provenance([], PROMPT, (5, 6)).origins == ("plain", "plain")
    assert provenance(calls, PROMPT, ()).origins == ()


def test_a_text_that_ends_inside_a_block_has_no_token_of_the_call() -> None:
    read = provenance([call(*PROMPT, 1, 2, 3, fed=6)], PROMPT, (1, 2))
    assert read.origins == ("accepted", "accepted")
    assert read.rejected == {}


@st.composite
def generations(draw: st.DrawFn) -> tuple[list[Call], tuple[int, ...]]:
    """A textbook sampler's ledger: rounds of drafts, some of which stand, and the target's own token."""
    text, calls = list(PROMPT), [call(*PROMPT, fed=3)]
    text.append(0)
    for _ in range(draw(st.integers(0, 12))):
        drafted = draw(st.integers(0, 5))
        accepted = draw(st.integers(0, drafted))
        kept, others = [1] * accepted, [2] * (drafted - accepted)
        calls.append(call(*text, *kept, *others, fed=drafted + 1))
        text += [*kept, 3]
    return calls, tuple(text[3:])


@given(generations())
def test_the_counts_are_those_of_the_account(generation: tuple[list[Call], tuple[int, ...]]) -> None:
    calls, tokens = generation
    read, total = provenance(calls, PROMPT, tokens), account(calls, PROMPT, tokens)
    assert read.origins.count("accepted") == total.accepted
    assert read.origins.count("recovered") == total.tested - total.accepted == len(read.rejected)
    assert len(tokens) - total.accepted == total.target_calls
    assert sum(map(len, read.rejected.values())) == total.drafted - total.accepted


@given(
    st.lists(st.tuples(st.lists(st.integers(0, 2), max_size=8), st.integers(0, 9)), max_size=8),
    st.lists(st.integers(0, 2), max_size=8),
)
def test_any_ledger_can_be_read(ledger: list[tuple[list[int], int]], tokens: list[int]) -> None:
    calls = [call(*path, fed=min(fed, len(path))) for path, fed in ledger]
    read = provenance(calls, (0, 1), tokens)
    assert len(read.origins) == len(tokens)
    assert all(0 <= index < len(tokens) and drafts for index, drafts in read.rejected.items())
