"""Pieces that join to the text, and tokenizers that must agree."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairs.real.errors import PairError
from pairs.real.tokenizer import PairTokenizer, check_same_tokenizer, load_tokenizer
from tests.pairs.folders import write_tokenizer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tokenizer(tmp_path_factory.mktemp("tokenizer"))


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> PairTokenizer:
    return load_tokenizer(folder)


@given(text=st.text())
def test_a_text_comes_back(tokenizer: PairTokenizer, text: str) -> None:
    assert tokenizer.decode(tokenizer.encode(text)) == text


@given(ids=st.lists(st.integers(0, 299), max_size=40))
def test_pieces_are_one_an_id_and_join_to_the_text(tokenizer: PairTokenizer, ids: list[int]) -> None:
    pieces = tokenizer.pieces(ids)
    assert len(pieces) == len(ids)
    assert "".join(pieces) == tokenizer.decode(ids)


def test_a_character_of_several_tokens_stands_at_its_last(tokenizer: PairTokenizer) -> None:
    ids = tokenizer.encode("x 水 y")
    pieces = [piece for piece in tokenizer.pieces(ids) if piece]
    assert "水" in pieces
    assert not any("\ufffd" in piece for piece in pieces)


def test_the_same_tokenizer_agrees_with_itself_in_both_ways_to_write_merges(
    folder: Path, tmp_path: Path
) -> None:
    def spaced(content: dict[str, Any]) -> None:
        content["model"]["merges"] = [" ".join(merge) for merge in content["model"]["merges"]]

    check_same_tokenizer(folder, changed(folder, tmp_path, spaced))


def swap(content: dict[str, Any]) -> None:
    vocabulary = content["model"]["vocab"]
    vocabulary["!"], vocabulary["#"] = vocabulary["#"], vocabulary["!"]


def drop(content: dict[str, Any]) -> None:
    del content["model"]["vocab"]["!"]


def add(content: dict[str, Any]) -> None:
    content["model"]["vocab"]["<new>"] = 300


def merge_otherwise(content: dict[str, Any]) -> None:
    content["model"]["merges"][0] = ["x", "y"]


def merge_less(content: dict[str, Any]) -> None:
    content["model"]["merges"].pop()


def split_otherwise(content: dict[str, Any]) -> None:
    content["pre_tokenizer"]["add_prefix_space"] = True


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (swap, r"The token '!' is \d+ to the target and \d+ to the draft"),
        (drop, r"The token '!' is \d+ to the target and unknown to the draft"),
        (add, "The draft has the token '<new>', which the target lacks"),
        (merge_otherwise, "Merge 0 is .* to the target and 'x y' to the draft"),
        (merge_less, r"has \d+ merges and the draft \d+"),
        (split_otherwise, "The tokenizers' pre_tokenizer differ"),
    ],
)
def test_the_first_difference_of_two_tokenizers_is_named(
    folder: Path, tmp_path: Path, change: Callable[[dict[str, Any]], None], says: str
) -> None:
    with pytest.raises(PairError, match=says):
        check_same_tokenizer(folder, changed(folder, tmp_path, change))


def changed(folder: Path, into: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    content = json.loads((folder / "tokenizer.json").read_text())
    change(content)
    (into / "tokenizer.json").write_text(json.dumps(content))
    return into
