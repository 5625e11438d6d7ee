"""A submission's threads may call both models at once: each gets its own answer, one request at a time."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

from harness.oracle import codec
from harness.oracle.codec import Fork, Forward, Frames
from harness.runner.trial_process import Connection, RemoteBackend

ROUNDS = 200


def answer_in_turn(judge: socket.socket, overlaps: list[int]) -> None:
    """The rows of a call are the tokens that it fed; a copy's handle is the handle that was copied."""
    frames = Frames(codec.MAX_REQUEST)
    while data := judge.recv(1 << 16):
        frames.feed(data)
        while (frame := frames.take()) is not None:
            request = codec.decode_request(*frame)
            overlaps.append(frames.pending)
            if isinstance(request, Forward):
                rows = memoryview(bytearray(4 * len(request.tokens))).cast("B").cast("f")
                for n, token in enumerate(request.tokens):
                    rows[n] = token
                judge.sendall(codec.encode_rows(1, rows.cast("B")))
            elif isinstance(request, Fork):
                judge.sendall(codec.encode_word(codec.Kind.FORKED, request.handle))


def test_threads_get_their_own_answers_and_never_ask_two_at_once() -> None:
    ours, theirs = socket.socketpair()
    theirs.settimeout(10)
    overlaps: list[int] = []
    judge = threading.Thread(target=answer_in_turn, args=(ours, overlaps), daemon=True)
    judge.start()
    connection = Connection(theirs)
    target, draft = (RemoteBackend(connection, model, 1) for model in ("target", "draft"))

    def asks(backend: RemoteBackend, first: int) -> bool:
        answers = (backend.forward(None, 0, [first + n])[1] for n in range(ROUNDS))
        copies = (backend.fork(first + n, 1) for n in range(ROUNDS))
        return all(int(rows[0, 0]) == first + n for n, rows in enumerate(answers)) and all(
            copy == first + n for n, copy in enumerate(copies)
        )

    with ThreadPoolExecutor(4) as threads:
        asked = [
            threads.submit(asks, backend, 1_000 * n)
            for n, backend in enumerate((target, draft, target, draft))
        ]
        assert all(each.result(30) for each in asked)
    theirs.close()
    judge.join(5)
    ours.close()
    assert len(overlaps) == 8 * ROUNDS
    assert not any(overlaps)
