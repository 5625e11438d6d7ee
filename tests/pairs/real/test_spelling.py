"""Every token has its bytes, and the bytes of a text's tokens are the text's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import pre_tokenizers

from pairs.real.spelling import bytes_of
from pairs.real.tokenizer import PairTokenizer, load_tokenizer
from tests.pairs.folders import write_tokenizer


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> PairTokenizer:
    return load_tokenizer(write_tokenizer(tmp_path_factory.mktemp("tokenizer")))


def test_the_alphabet_has_a_letter_for_each_byte() -> None:
    assert sorted(bytes_of(letter) for letter in pre_tokenizers.ByteLevel.alphabet()) == [
        bytes([byte]) for byte in range(256)
    ]


@given(text=st.text(max_size=40))
def test_the_bytes_of_tokens_joined_are_those_of_the_text(tokenizer: PairTokenizer, text: str) -> None:
    assert b"".join(tokenizer.bytes_of(tokenizer.encode(text))) == text.encode()


def test_what_is_spelt_otherwise_is_utf_8() -> None:
    assert bytes_of("▁the") == "▁the".encode()
    assert bytes_of("<|endoftext|>") == b"<|endoftext|>"
