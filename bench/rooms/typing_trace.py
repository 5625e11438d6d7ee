"""Typing as a page sends it: for each key one Yjs update and one cursor message, made once with pycrdt.

Every room replays the same keys (rooms are independent documents), so the generator spends no time on the
CRDT, and a watcher knows which key an update carries from its first clock.
"""

from __future__ import annotations

import inspect
import json
import random
import textwrap
from dataclasses import dataclass, field
from typing import Any

from pycrdt import Doc, Map, Text

from sandbox.rooms.lib0 import Reader, prefixed, varint

CLIENT = 1_234_567_891
FILE = "typed.py"
BACKSPACE = 0.06
"""Share of keys that delete the last character, which is then typed again."""
JUMP_EVERY = 60
"""Keys between moves of the cursor, on average."""


@dataclass
class Trace:
    opening: bytes = b""
    """The update that makes the file."""
    updates: list[bytes] = field(default_factory=list)
    cursors: list[bytes] = field(default_factory=list)
    """Awareness updates: the typist's state after each key."""
    key_of_clock: dict[int, int] = field(default_factory=dict)

    def key_of(self, update: bytes) -> int | None:
        """Which key an update carries; None for a deletion, which has no clock of its own."""
        reader = Reader(update)
        if reader.varint() == 0:
            return None
        reader.varint()  # structs
        reader.varint()  # client
        return self.key_of_clock.get(reader.varint())


def make_trace(keys: int, seed: int = 1) -> Trace:
    rng = random.Random(seed)
    source = (inspect.getsource(textwrap) + inspect.getsource(random)).encode("ascii", "replace").decode()
    trace, sent = Trace(), list[bytes]()
    doc: Doc[Any] = Doc(client_id=CLIENT)
    files: Map[Any] = doc.get("files", type=Map)
    watch = doc.observe(lambda event: sent.append(event.update))
    files[FILE] = text = Text()
    trace.opening = sent.pop()
    clock, at, length, typed, until_jump = 1, 0, 0, 0, JUMP_EVERY
    while len(trace.updates) < keys:
        inserted = ""
        if at and rng.random() < BACKSPACE:
            at, length, typed = at - 1, length - 1, typed - 1
            del text[at]
        else:
            inserted = source[typed % len(source)]
            typed += 1
            while inserted[0] == "\n" and source[typed % len(source)] == " ":
                inserted += " "  # the editor indents by itself
                typed += 1
            text.insert(at, inserted)
            at, length = at + len(inserted), length + len(inserted)
            trace.key_of_clock[clock] = len(trace.updates)
        clock += len(inserted)
        trace.updates.append(sent.pop())
        trace.cursors.append(_cursor(clock, len(trace.cursors) + 1))
        until_jump -= 1
        if until_jump == 0:
            at = rng.randrange(length + 1) if at == length else length
            until_jump = rng.randint(JUMP_EVERY // 2, JUMP_EVERY * 2)
    doc.unobserve(watch)
    return trace


def _cursor(item_clock: int, number: int) -> bytes:
    place = {
        "type": {"client": CLIENT, "clock": 0},
        "tname": None,
        "item": {"client": CLIENT, "clock": item_clock},
    }
    place["assoc"] = 0  # type: ignore[assignment]
    state = {
        "user": {"name": "Candidate", "role": "candidate", "color": "#30bced"},
        "file": FILE,
        "cursor": {"anchor": place, "head": place},
    }
    payload = json.dumps(state, separators=(",", ":")).encode()
    return varint(1) + varint(CLIENT) + varint(number) + prefixed(payload)
