"""Text frames of the room (docs/protocol.md): JSON, built. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sandbox.core import events as ev
from sandbox.core.people import Message
from sandbox.core.view import CandidateView

MAX_OUTPUTS = 200_000
"""Characters of outputs in one frame."""


def view(shown: CandidateView) -> str:
    return f'{{"type":"view","view":{shown.model_dump_json()}}}'


def chat(messages: Sequence[Message], start: int, name_of: Callable[[ev.Author], str]) -> str:
    """``start``: place of the first message in the whole chat."""
    told = [
        {"at": one.at, "author": one.author, "name": name_of(one.author), "text": one.text}
        for one in messages
    ]
    return _dumps({"type": "chat", "from": start, "messages": told})


def terminal(text: str, *, reset: bool) -> str:
    return _dumps({"type": "terminal", "text": text, "reset": reset})


def outputs(run: int, shown: Iterable[ev.ShownOutput], start: int) -> Iterator[str]:
    """Frames of bounded size: a run may have shown megabytes. ``start``: place of the first output."""
    chunk, chars, first = list[dict[str, str]](), 0, start
    for output in shown:
        chunk.append(output.model_dump())
        chars += size(output)
        if chars > MAX_OUTPUTS:
            yield _outputs(run, chunk, first)
            first, chunk, chars = first + len(chunk), [], 0
    if chunk:
        yield _outputs(run, chunk, first)


def size(output: ev.ShownOutput) -> int:
    """Characters."""
    return len(output.text) + len(output.image) + len(output.html)


def _outputs(run: int, chunk: list[dict[str, str]], first: int) -> str:
    return _dumps({"type": "outputs", "run": run, "outputs": chunk, "from": first})


def _dumps(frame: dict[str, Any]) -> str:
    return json.dumps(frame, separators=(",", ":"))
