"""Beginnings of Python code, written for this: no model was trained on them, any tokenizer reads them."""

from __future__ import annotations

from pathlib import Path

_BETWEEN = "# ---\n"


def snippets() -> tuple[str, ...]:
    """The texts that a real pair is asked to continue."""
    text = Path(__file__).with_name("prompts.txt").read_text(encoding="utf-8")
    return tuple(part.rstrip("\n") for part in text.split(_BETWEEN))
