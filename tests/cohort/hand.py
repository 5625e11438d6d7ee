"""A hand at the candidate's keyboard: edits of the shared document as the updates that a page would send."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc, Map, Text, TransactionEvent

WORDS = 3
"""Typed words that come in one update."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """One update, and where it leaves the cursor; no file while the review is written."""

    update: bytes
    typed: int
    file: str | None = None
    head: int = 0


class Hand:
    """Texts are ASCII: the document's library counts bytes, pages count UTF-16."""

    def __init__(self, seed: bytes) -> None:
        self._doc: Doc[Any] = Doc()
        self._files: Map[Any] = self._doc.get("files", type=Map)
        self._comments: Map[Any] = self._doc.get("comments", type=Map)
        self._summary: Text = self._doc.get("summary", type=Text)
        self._doc.apply_update(seed)
        self._updates = list[bytes]()
        self._watch = self._doc.observe(self._keep)

    def files(self) -> dict[str, str]:
        return {path: str(text) for path, text in self._files.items()}

    def comment(self, number: int, line: int, text: str, at_ms: int) -> Iterator[Stroke]:
        with self._doc.transaction():
            entry = Map({"line": float(line), "text": Text(), "at": float(at_ms)})
            self._comments[f"synthetic-{number}"] = entry
        yield self._stroke(1)
        yield from self._type(self._comments[f"synthetic-{number}"]["text"], 0, text)

    def summarise(self, text: str) -> Iterator[Stroke]:
        yield from self._type(self._summary, 0, text)

    def rewrite(self, path: str, wanted: str) -> Iterator[Stroke]:
        """Turn a file into ``wanted``, line by line from the top; a new file is made first."""
        if path not in self._files:
            self._files[path] = Text()
            yield self._stroke(1, path)
        text: Text = self._files[path]
        old, new = str(text).splitlines(keepends=True), wanted.splitlines(keepends=True)
        at = 0
        for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            before, after = "".join(old[i1:i2]), "".join(new[j1:j2])
            if tag != "equal" and before:
                del text[at : at + len(before)]
                yield self._stroke(1, path, at)
            if tag != "equal":
                yield from self._type(text, at, after, path)
            at += len(after)

    def _type(self, text: Text, at: int, new: str, file: str | None = None) -> Iterator[Stroke]:
        for piece in re.findall(rf"(?:\S+\s*|\s+){{1,{WORDS}}}", new):
            text.insert(at, piece)
            at += len(piece)
            yield self._stroke(len(piece), file, at)

    def _stroke(self, typed: int, file: str | None = None, head: int = 0) -> Stroke:
        (update,) = self._updates
        self._updates.clear()
        return Stroke(update, typed, file, head)

    def _keep(self, event: TransactionEvent) -> None:
        self._updates.append(event.update)
