"""The tools' JSON lines, kept apart from whatever the code under test prints."""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any, TextIO

LONGEST_MESSAGE = 800


class Lines:
    """Writes one JSON object a line. Safe to use from two threads; silent after `finished`."""

    def __init__(self, tool: str, stream: TextIO) -> None:
        self._tool = tool
        self._stream = stream
        self._lock = threading.Lock()
        self._finished = False

    def event(self, event: str, **fields: Any) -> None:
        with self._lock:
            if not self._finished:
                self._write(event, fields)

    def finished(self, error: str = "") -> None:
        """The last line. ``error`` says in words why the tool could not go on."""
        with self._lock:
            if not self._finished:
                self._write("finished", {"error": shorten(error)})
                self._finished = True

    def _write(self, event: str, fields: dict[str, Any]) -> None:
        self._stream.write(json.dumps({"tool": self._tool, "event": event, **fields}) + "\n")
        self._stream.flush()


def take_stdout(tool: str) -> Lines:
    """Keep standard output for the lines; what the code under test prints goes nowhere.

    Where standard error is the same pipe, it goes too: half a line of it would spoil the line that follows.
    """
    sys.stdout.flush()
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2) if os.path.sameopenfile(1, 2) else (1,):
        os.dup2(nowhere, descriptor)
    return Lines(tool, stream)


def shorten(message: str) -> str:
    return message if len(message) <= LONGEST_MESSAGE else message[:LONGEST_MESSAGE] + " ..."
