"""Outputs that wait to be recorded: adjacent chunks of a stream become one, and there is a limit. Pure."""

from __future__ import annotations

import re

from sandbox.core.events import ShownOutput
from sandbox.ports import Output

MAX_RUN_BYTES = 4 * 1024 * 1024
MAX_RUN_OUTPUTS = 5_000
MAX_TEXT, MAX_IMAGE, MAX_HTML = 256 * 1024, 2 * 1024 * 1024, 256 * 1024
_IMAGE = re.compile(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=]*")
CUT = "\n[cut: more than can be kept]\n"


class OutputBatch:
    """Of one run. ``allowance``: bytes that the interview has left."""

    def __init__(self, *, allowance: int) -> None:
        self._left = min(MAX_RUN_BYTES, allowance)
        self._count = 0
        self._waiting: list[ShownOutput] = []

    def add(self, output: Output) -> None:
        if self._left <= 0:
            return
        shown = _bounded(output)
        self._left -= len(shown.text) + len(shown.image) + len(shown.html)
        last = self._waiting[-1] if self._waiting else None
        if last is not None and last.kind == shown.kind and shown.kind in ("stdout", "stderr"):
            self._waiting[-1] = last.model_copy(update={"text": last.text + shown.text})
        else:
            self._waiting.append(shown)
            self._count += 1
        if self._left <= 0 or self._count >= MAX_RUN_OUTPUTS:
            self._left = 0
            self._waiting.append(ShownOutput(kind="stderr", text=CUT))

    def take(self) -> tuple[ShownOutput, ...]:
        taken, self._waiting = tuple(self._waiting), []
        return taken


def _bounded(output: Output) -> ShownOutput:
    image = output.image if len(output.image) <= MAX_IMAGE and _IMAGE.fullmatch(output.image) else ""
    return ShownOutput(
        kind=output.kind,
        text=_encodable(output.text if len(output.text) <= MAX_TEXT else output.text[:MAX_TEXT] + CUT),
        image=image,
        html=_encodable(output.html) if len(output.html) <= MAX_HTML else "",
        id=output.id,
    )


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
