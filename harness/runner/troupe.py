"""Several contestants of one submission, side by side: trials go in, runs come out in the same order.

Each has a jail of its own, so that what a trial leaves behind reaches no other that is played at the same
time. Threads only wait for sockets and make rows; what a submission does is not theirs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from harness.core.trial import Trial, TrialRun
from harness.runner.contestant import Contestant, Deadlines
from isolation.contract import Runtime
from pairs.pair import ModelPair

SIZE = 2


class Troupe:
    """Use as a context manager: leaving it waits for the trials that are out, then ends every jail."""

    def __init__(
        self,
        files: Mapping[str, str],
        pairs: Mapping[str, ModelPair],
        runtime: Runtime,
        *,
        entry: str,
        deadlines: Deadlines | None = None,
    ) -> None:
        self._contestants = [
            Contestant(files, pairs, runtime, entry=entry, deadlines=deadlines) for _ in range(SIZE)
        ]
        self._free: SimpleQueue[Contestant] = SimpleQueue()
        self._pending: deque[Future[TrialRun]] = deque()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for contestant in self._contestants:
                self._free.put(stack.enter_context(contestant))
            self._threads = stack.enter_context(ThreadPoolExecutor(SIZE, thread_name_prefix="contestant"))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for trial in self._pending:
            trial.cancel()
        self._stack.close()

    @property
    def busy(self) -> int:
        """Trials begun and not finished."""
        return len(self._pending)

    def begin(self, trial: Trial) -> None:
        """Have the trial played by whoever is free next."""
        self._pending.append(self._threads.submit(self._play, trial))

    def finish(self) -> TrialRun:
        """Wait for the trial that was begun first of those that are out.

        Raises:
            RuntimeFault: our machinery failed. Nothing is said about the submission.
        """
        return self._pending.popleft().result()

    def _play(self, trial: Trial) -> TrialRun:
        contestant = self._free.get()
        try:
            return contestant.play(trial)
        finally:
            self._free.put(contestant)
