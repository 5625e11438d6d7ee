"""The corpus: the Python standard library's own source, as tokens of a byte-level BPE learned on it.

The same on each machine that has the same Python patch version: files sorted, tests and tables left out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

END = "<|endoftext|>"
VOCAB_SIZE = 512
HELD_OUT_EVERY = 20
SHORTEST = 500
"""Characters. Shorter files are mostly re-exports."""

_NO_PROSE = {
    "__pycache__", "_pyrepl", "dist-packages", "encodings", "ensurepip", "idlelib", "lib2to3", "lib-dynload",
    "pydoc_data", "site-packages", "test", "tests", "turtledemo",
}  # fmt: skip
_TABLES = re.compile(r"^(_sysconfigdata.*|stringprep|__phello__.*|antigravity|this)\.py$")


def sources(root: Path) -> Iterator[str]:
    """The text of each file that is taken, in a fixed order, tabs as four spaces."""
    for path in sorted(root.rglob("*.py")):
        folders = path.relative_to(root).parts[:-1]
        if _TABLES.match(path.name) or any(
            part in _NO_PROSE or part.startswith("config-") for part in folders
        ):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            continue
        if len(text) >= SHORTEST:
            yield text.replace("\t", "    ")


def learn_tokenizer(texts: list[str]) -> Tokenizer:
    """A byte-level BPE: any text has tokens, and id 0 parts the documents."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCAB_SIZE,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def build(out: Path) -> dict[str, object]:
    """Write the tokenizer, ``train.npy`` and ``held_out.npy`` (uint16 ids, END in front of each file)."""
    texts = list(sources(Path(sysconfig.get_paths()["stdlib"])))
    tokenizer = learn_tokenizer(texts)
    documents = [np.array([0, *encoding.ids], dtype=np.uint16) for encoding in tokenizer.encode_batch(texts)]
    held_out = np.concatenate(documents[HELD_OUT_EVERY // 2 :: HELD_OUT_EVERY])
    train = np.concatenate([d for n, d in enumerate(documents) if n % HELD_OUT_EVERY != HELD_OUT_EVERY // 2])
    out.mkdir(parents=True, exist_ok=True)
    np.save(out / "train.npy", train)
    np.save(out / "held_out.npy", held_out)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=END, eos_token=END).save_pretrained(out)
    size = sum(len(text.encode()) for text in texts)
    return {
        "files": len(texts),
        "bytes": size,
        "train_tokens": len(train),
        "held_out_tokens": len(held_out),
        "bytes_per_token": round(size / (len(train) + len(held_out)), 3),
        "train_sha256": hashlib.sha256(train.tobytes()).hexdigest(),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    facts = build(out)
    (out / "corpus.json").write_text(json.dumps(facts, indent=2) + "\n")
    print(json.dumps(facts))
