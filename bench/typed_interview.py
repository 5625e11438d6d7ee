"""A made-up interview as its log: typing at a steady pace, cursors, runs, a terminal, notes and marks.

For measuring how large a recording is and how fast it plays, and for looking at one. What is typed is the
textbook solution of the zoo, over and over, with slips that are corrected and looks back at earlier lines.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pycrdt import Doc, Map, Text

from sandbox.core import events as ev
from sandbox.core.places import Move, Place
from sandbox.core.tool_claims import BenchRow, Rejected, TestCase, TokenStrip
from sandbox.rooms.cursor_track import CursorTrack
from sandbox.rooms.shared_document import SharedDocument

TYPED = (Path(__file__).resolve().parents[1] / "tests/zoo/honest/textbook.py").read_text()
assert TYPED.isascii()
FILE = "specdec.py"
BACKSPACES, JUMPS = 0.06, 0.01
"""Shares of keystrokes that delete what is typed again, and that touch an earlier line."""
CURSORS_EVERY_MS = 2_000
REVIEW_MS = 60_000


@dataclass(slots=True)
class _Log:
    start_us: int
    entries: list[ev.Entry] = field(default_factory=list)

    def add(self, ms: float, author: ev.Author, event: ev.Event) -> None:
        at_us = self.start_us + int(ms * 1000)
        self.entries.append(ev.Entry(seq=len(self.entries) + 1, at_us=at_us, author=author, event=event))


class _Typist:
    """Types into a document; ``update`` is what the last keystroke changed."""

    def __init__(self, seed: bytes, random_numbers: random.Random) -> None:
        self._random = random_numbers
        self._doc: Doc[Any] = Doc(client_id=3_141_592_653)
        self._doc.apply_update(seed)
        files: Map[Any] = self._doc.get("files", type=Map)
        self._text: Text = files[FILE]
        self._at = 0
        self._left: list[str] = []
        """Still to be typed, the next letter last."""
        self.update = b""
        self._watch = self._doc.observe(self._updated)

    def _updated(self, event: Any) -> None:
        self.update = event.update

    def press(self) -> int:
        """One key; where the cursor stands afterwards."""
        chance = self._random.random()
        if chance < JUMPS:
            return self._touch_an_earlier_line()
        if chance < JUMPS + BACKSPACES and self._at > 0:
            self._left.append(str(self._text)[self._at - 1])
            del self._text[self._at - 1 : self._at]
            self._at -= 1
            return self._at
        self._left = self._left or list(reversed(TYPED))
        self._text.insert(self._at, self._left.pop())
        self._at += 1
        return self._at

    def _touch_an_earlier_line(self) -> int:
        """A space at its end, after which the cursor goes back to where it was."""
        end = str(self._text).find("\n", self._random.randrange(self._at + 1))
        if not 0 <= end <= self._at:
            return self.press()
        self._text.insert(end, " ")
        self._at += 1
        return end + 1

    def paste(self, text: str) -> int:
        self._text.insert(self._at, text)
        self._at += len(text)
        return self._at


def typed_interview(
    minutes: float, keys_per_s: float, *, start_ms: int, seed: int = 1, breaks: bool = False
) -> list[ev.Entry]:
    """The log of one interview, its review a minute long. ``breaks``: pause half of each minute.

    Typing begins at ``REVIEW_MS`` after ``start_ms`` (epoch ms) and goes on for ``minutes``.
    """
    log, ref = _Log(start_ms * 1000), ev.ChallengeRef(slug="a", version=1, minutes=90)
    created = ev.Created(
        interview=f"{seed:012x}", candidate_name="Casey", interviewer_name="Robin", filter=ref, probe=ref
    )
    starter = SharedDocument.seed({FILE: "# %% start\n"})
    log.add(0, "host", created)
    log.add(0, "server", ev.DocumentUpdated(update=starter))
    log.add(1_000, "candidate", ev.Joined())
    log.add(2_000, "interviewer", ev.Joined())
    log.add(5_000, "candidate", ev.Consented())
    log.add(8_000, "interviewer", ev.StageMoved(stage="filter"))
    log.add(30_000, "interviewer", ev.NoteAdded(note=1, text="Asked for the batch size before reading on."))
    log.add(45_000, "interviewer", ev.Marked(axis="engineering", score=4, reason="Found the queue."))
    log.add(REVIEW_MS - 1_000, "interviewer", ev.StageMoved(stage="probe"))
    typist = _Typist(starter, random.Random(seed))
    track, packed_ms, events = CursorTrack(), 0.0, _events(minutes)
    extra = next(events, None)
    for key in range(int(minutes * 60 * keys_per_s)):
        ms = REVIEW_MS + key * 1000 / keys_per_s
        if breaks and ms % 60_000 > 30_000:
            continue
        while extra is not None and extra[0] <= ms:
            log.add(*extra)
            if isinstance(extra[2], ev.Pasted):
                typist.paste(TYPED[: extra[2].characters])
                log.add(ms, "candidate", ev.DocumentUpdated(update=typist.update))
            extra = next(events, None)
        at = typist.press()
        log.add(ms, "candidate", ev.DocumentUpdated(update=typist.update))
        track.add(Move(start_ms + int(ms), Place("candidate", "Casey", FILE, at, at)))
        if ms - packed_ms >= CURSORS_EVERY_MS and (moves := track.pack()) is not None:
            log.add(ms, "server", ev.CursorsMoved(moves=moves))
            packed_ms = ms
    end = REVIEW_MS + minutes * 60_000
    log.add(end, "interviewer", ev.Marked(axis="research", score=5, reason="Derived the residual."))
    log.add(end + 2_000, "interviewer", ev.StageMoved(stage="finished"))
    return log.entries


def _events(minutes: float) -> Iterator[tuple[float, ev.Author, ev.Event]]:
    """What happens besides typing, in the order of time: runs, a terminal, a note every few minutes."""
    for number in range(1, int(minutes * 60 / 40) + 1):
        ms = REVIEW_MS + number * 40_000.0
        match number % 4:
            case 1:
                yield from _run(ms, number, "cell", "ok", "acceptance 0.71, 2.9 tokens a call\n")
            case 2:
                yield from _tests(ms, number, passed=min(4, number // 2))
            case 3:
                text = f"Explains step {number}: what the residual is, and why it is renormalised."
                yield ms, "interviewer", ev.NoteAdded(note=number, text=text)
                yield ms + 1, "interviewer", ev.FindingTicked(finding=f"finding-{number}", on=True)
                yield from _terminal(ms + 3_000)
                yield from _bench(ms + 12_000, number)
            case _:
                yield from _run(ms, number, "file", "error", "IndexError: index 5 is out of bounds\n")
                yield ms + 4_000, "candidate", ev.FocusChanged(visible=False)
                yield ms + 9_000, "candidate", ev.FocusChanged(visible=True)
                yield ms + 12_000, "candidate", ev.Pasted(where=FILE, characters=240)


def _run(
    ms: float, run: int, kind: ev.RunKind, outcome: ev.RunOutcome, text: str
) -> Iterator[tuple[float, ev.Author, ev.Event]]:
    shown = ev.ShownOutput(kind="stdout" if outcome == "ok" else "error", text=text)
    yield ms, "candidate", ev.RunStarted(run=run, run_kind=kind, label=FILE, sha256="0" * 64)
    yield ms + 800, "server", ev.OutputsShown(run=run, outputs=(shown,))
    yield ms + 900, "server", ev.RunFinished(run=run, outcome=outcome)


def _tests(ms: float, run: int, *, passed: int) -> Iterator[tuple[float, ev.Author, ev.Event]]:
    yield ms, "candidate", ev.RunStarted(run=run, run_kind="tests", label="tests", sha256="0" * 64)
    for number, title in enumerate(("greedy is exact", "stops at eos", "k of one", "the cache is cut back")):
        good = number < passed
        case = TestCase(
            name=f"test_{number}",
            title=title,
            outcome="passed" if good else "failed",
            message="" if good else "AssertionError: got 41, want 42",
            seconds=0.2,
        )
        yield ms + 300 * (number + 1), "server", ev.TestCaseReported(run=run, case=case)
    yield ms + 1_500, "server", ev.ToolStopped(run=run, error="")
    yield ms + 1_600, "server", ev.RunFinished(run=run, outcome="ok")


def _bench(ms: float, run: int) -> Iterator[tuple[float, ev.Author, ev.Event]]:
    yield ms, "candidate", ev.RunStarted(run=run, run_kind="bench", label="bench", sha256="0" * 64)
    row = BenchRow(
        num_speculative_tokens=2,
        acceptance_rate=0.7,
        tokens_per_target_call=2.2,
        speedup=1.6,
        target_calls=20,
        draft_calls=40,
        new_tokens=44,
    )
    strip = TokenStrip(
        num_speculative_tokens=2,
        prompt=(1, 2),
        tokens=(5, 6, 7, 8),
        origins=("accepted", "accepted", "bonus", "recovered"),
        rejected=(Rejected(at=3, tokens=(9, 4)),),
    )
    yield ms + 800, "server", ev.BenchRowReported(run=run, row=row)
    yield ms + 900, "server", ev.TokenStripReported(run=run, strip=strip)
    yield ms + 1_500, "server", ev.ToolStopped(run=run, error="")
    yield ms + 1_600, "server", ev.RunFinished(run=run, outcome="ok")


def _terminal(ms: float) -> Iterator[tuple[float, ev.Author, ev.Event]]:
    """A command, its output, a wider window, and the screen cleared; closed before the next one opens."""
    yield ms, "candidate", ev.TerminalOpened(rows=24, columns=80)
    yield ms + 100, "server", ev.TerminalShown(text="$ ")
    yield ms + 1_000, "server", ev.TerminalShown(text="python specdec.py\r\n")
    yield ms + 2_000, "server", ev.TerminalShown(text="\x1b[32m41\x1b[0m tokens a second\r\n$ ")
    yield ms + 3_000, "candidate", ev.TerminalResized(rows=24, columns=100)
    yield ms + 4_000, "server", ev.TerminalShown(text="\x1b[2J\x1b[H$ ")
    yield ms + 6_000, "candidate", ev.TerminalClosed(why="it was left")
