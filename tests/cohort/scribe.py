"""Writes the log of one interview, on a clock of its own. What people do goes through the room's rules."""

from __future__ import annotations

from sandbox.core import commands as cmd
from sandbox.core import events as ev
from sandbox.core.decide import decide
from sandbox.core.evolve import evolve
from sandbox.core.interview import Interview


class Scribe:
    """``findings``: ids of both rubrics."""

    def __init__(self, created: ev.Created, *, at_us: int, findings: frozenset[str]) -> None:
        self.entries = list[ev.Entry]()
        self.at_us = at_us
        self._findings = findings
        self._interview: Interview | None = None
        self.record("host", created)

    @property
    def at_ms(self) -> int:
        return self.at_us // 1_000

    @property
    def interview(self) -> Interview:
        assert self._interview is not None
        return self._interview

    def wait(self, seconds: float) -> None:
        self.at_us += round(seconds * 1_000_000)

    def record(self, author: ev.Author, *events: ev.Event) -> None:
        for event in events:
            entry = ev.Entry(seq=len(self.entries) + 1, at_us=self.at_us, author=author, event=event)
            self._interview = evolve(self._interview, entry)
            self.entries.append(entry)

    def do(self, author: ev.Author, command: cmd.Command) -> None:
        """Raises NotAllowed, as a room would."""
        self.record(author, *decide(self.interview, command, author=author, findings=self._findings))
