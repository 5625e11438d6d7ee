"""The pair that writes text: two small models trained on Python code, and their tokenizer.

    target, draft = load_pair("text")  # of `practice`
    prompt = encode("def read_lines(path):\\n")
    print(decode(generate(target, draft, prompt, max_new_tokens=64)))

To see what `generate` writes, and how long it takes on this machine. For figures there is the exact pair.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

import pairs
from pairs.real.pair import RealPair, load_pair

VARIABLE = "PROBE_TEXT_PAIR"
"""Names another folder that holds `target` and `draft`."""


class NoTextPair(Exception):
    """There is no pair that writes text here."""


def folder() -> Path:
    return Path(os.environ.get(VARIABLE) or Path(pairs.__file__).with_name("weights"))


def installed() -> bool:
    return all((folder() / name / "config.json").is_file() for name in ("target", "draft"))


@lru_cache(maxsize=1)
def text_pair() -> RealPair:
    """The pair behind ``load_pair("text")``. Raises NoTextPair."""
    if not installed():
        raise NoTextPair("no pair that writes text is installed here; load_pair() gives the exact one")
    torch.set_num_threads(1)  # as everything that is measured here
    return load_pair(folder() / "target", folder() / "draft")


def encode(text: str) -> Tensor:
    """Ids of a text, ``(1, n)`` int64."""
    return torch.tensor([text_pair().tokenizer.encode(text)], dtype=torch.int64)


def decode(ids: Tensor) -> str:
    """The text of ids, of any shape. Half a character at the end comes as U+FFFD."""
    return text_pair().tokenizer.decode(ids.flatten().tolist())
