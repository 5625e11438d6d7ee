"""Judges snapshots, one at a time, in the order of asking. The queue is the log: a restart loses nothing."""

from __future__ import annotations

import asyncio
import logging
import secrets
from typing import Literal

from sandbox.core import events as ev
from sandbox.core.document import files_error, files_sha256
from sandbox.core.readiness import ready_to_judge, ready_to_submit
from sandbox.core.refusal import NotAllowed
from sandbox.core.submissions import Judgement
from sandbox.ports import Judge, JudgeFault, Unreadable
from sandbox.rooms.room import Room
from sandbox.service.hall import Hall
from sandbox.service.tasks import Tasks
from sandbox.store.database import StorageFault
from sandbox.store.log import EventLog
from wire.scorecard import Progress, Scorecard

MAX_OPEN = 5
"""Judgements of one interview that may wait."""
SEED_BITS = 63
"""As `probe judge` draws. A trial shows its own seed: with few bits the judgement's could be searched for."""
_log = logging.getLogger(__name__)


class Judging:
    def __init__(self, judge: Judge, hall: Hall, log: EventLog, tasks: Tasks) -> None:
        self._judge, self._hall, self._log, self._tasks = judge, hall, log, tasks
        self._queue: asyncio.Queue[tuple[str, int]] = asyncio.Queue()

    def start(self) -> None:
        """Begin to work, first on what an earlier process left. Raises StorageFault."""
        for interview in self._log.with_open_judgements():
            for judgement in self._hall.open(interview).interview.judgements:
                if judgement.open:
                    self._queue.put_nowait((interview, judgement.id))
        self._tasks.start(self._work(), name="judging")

    async def submit(self, room: Room) -> None:
        """Freeze the files and judge them in full. Raises NotAllowed and StorageFault."""
        ready_to_submit(room.interview)
        files = snapshot(room)
        if not any(file.text.strip() for file in files if file.path == room.entry):
            raise NotAllowed(
                f"{room.entry} is missing or empty, and it is the file that is judged. Write it, then submit."
            )
        submitted = ev.Submitted(sha256=_sha256(files), files=files)
        queued = self._queued(room, files, by="submit", budget="full")
        await room.record("candidate", submitted, queued)
        self._queue.put_nowait((room.id, queued.judgement))

    async def judge_now(self, room: Room, budget: ev.Budget, *, author: ev.Author) -> None:
        """Judge the files as they stand. Raises NotAllowed and StorageFault."""
        ready_to_judge(room.interview)
        if sum(one.open for one in room.interview.judgements) >= MAX_OPEN:
            raise NotAllowed(f"{MAX_OPEN} judgements are waiting already. Wait for one to end.")
        submission = room.interview.submission
        files = submission.files if submission else snapshot(room)
        queued = self._queued(room, files, by="interviewer", budget=budget)
        await room.record(author, queued)
        self._queue.put_nowait((room.id, queued.judgement))

    def _queued(
        self,
        room: Room,
        files: tuple[ev.TextFile, ...],
        *,
        by: Literal["submit", "interviewer"],
        budget: ev.Budget,
    ) -> ev.JudgementQueued:
        """The seed is drawn only now: nothing a candidate could know before it depends on it."""
        return ev.JudgementQueued(
            judgement=len(room.interview.judgements) + 1,
            sha256=_sha256(files),
            files=files,
            by=by,
            budget=budget,
            seed=secrets.randbits(SEED_BITS),
        )

    async def _work(self) -> None:
        while True:
            interview, number = await self._queue.get()
            try:
                room = self._hall.open(interview)
                judgement = next(one for one in room.interview.judgements if one.id == number)
                if judgement.open:
                    await self._judge_one(room, judgement)
            except (StorageFault, LookupError, StopIteration) as error:
                _log.error("judgement %d of %s is left for the next start: %s", number, interview, error)

    async def _judge_one(self, room: Room, judgement: Judgement) -> None:
        def on_progress(progress: Progress) -> None:
            room.judge_is(judgement.id, progress)

        room.judge_is(judgement.id, None)
        try:
            result = await self._judge.judge(
                {file.path: file.text for file in judgement.files},
                challenge=room.interview.probe.slug,
                seed=judgement.seed,
                budget=judgement.budget,
                on_progress=on_progress,
            )
            ended = _ended(judgement.id, result)
        except JudgeFault as fault:
            ended = ev.JudgementFailed(judgement=judgement.id, fault=str(fault))
        except Exception:
            _log.exception("the judge failed")
            ended = ev.JudgementFailed(
                judgement=judgement.id, fault="The judge failed; the server's log says why."
            )
        finally:
            room.judge_is(None, None)
        await room.record("server", ended)


def _ended(judgement: int, result: Scorecard | Unreadable) -> ev.Event:
    if isinstance(result, Unreadable):
        return ev.SubmissionUnreadable(judgement=judgement, reason=result.reason)
    return ev.JudgementMade(judgement=judgement, scorecard=result)


def snapshot(room: Room) -> tuple[ev.TextFile, ...]:
    """The document's files as they stand. Raises NotAllowed when they break its rules."""
    files = room.document.files()
    if problem := files_error(files):
        raise NotAllowed(problem)
    return tuple(ev.TextFile(path=path, text=files[path]) for path in sorted(files))


def _sha256(files: tuple[ev.TextFile, ...]) -> str:
    return files_sha256({file.path: file.text for file in files})
