"""Rows through shared memory: the judge writes, a contestant reads, nothing goes the other way (J17, J18)."""

from __future__ import annotations

import mmap
import os
from pathlib import Path

import numpy as np
import pytest

from harness.oracle import codec
from harness.oracle.codec import VERSION, Forward, Hello, Kind
from harness.oracle.session import SHARED_FROM, Session
from harness.runner.shared_rows import SharedRows
from harness.trap_pairs import DISJOINT
from pairs.analytic import PairSpec, make_pair
from tests.harness.conftest import trial

VOCAB = SHARED_FROM // 8
"""One row goes over the socket, two through the memory."""


def test_what_the_judge_writes_is_seen_through_the_descriptor() -> None:
    with SharedRows(1 << 16) as shared:
        with mmap.mmap(shared.descriptor, 0, prot=mmap.PROT_READ) as theirs:
            assert theirs[:] == bytes(1 << 16)
            shared.view[:4] = b"rows"
            assert theirs[:4] == b"rows"
        assert os.fstat(shared.descriptor).st_size == 1 << 16


@pytest.mark.parametrize("flags", [os.O_RDONLY, os.O_RDWR])
def test_nobody_can_resize_or_write_it_and_the_judge_goes_on(flags: int) -> None:
    with SharedRows(1 << 16) as shared:
        # As root this opens whatever the mode says; the seals must hold by themselves.
        again = os.open(f"/proc/self/fd/{shared.descriptor}", flags)
        try:
            for size in (0, 1 << 12, 1 << 20):
                with pytest.raises(OSError, match=r"not permitted|Invalid argument"):
                    os.ftruncate(again, size)
            with pytest.raises(OSError, match=r"not permitted|Bad file"):
                os.pwrite(again, b"x", 0)
            with pytest.raises(OSError, match=r"not permitted|denied"):
                mmap.mmap(again, 0)
            with pytest.raises(OSError, match=r"not permitted|not supported|Bad file"):
                os.posix_fallocate(again, 0, 1 << 20)
        finally:
            os.close(again)
        shared.view[:] = b"r" * (1 << 16)
        assert Path(f"/proc/self/fd/{shared.descriptor}").read_bytes() == b"r" * (1 << 16)


def test_rows_take_the_memory_when_they_are_large_and_fit() -> None:
    pair = make_pair(PairSpec(name="small", seed=1, vocab_size=VOCAB, flavour=DISJOINT))
    memory = bytearray(4 * VOCAB * 3)
    session = Session(trial(1, 2, 3), pair, shared=memoryview(memory))
    frames = codec.Frames(codec.MAX_REPLY)
    session.receive(Hello(VERSION))
    for fed, kind in ((1, Kind.ROWS), (2, Kind.SHARED), (3, Kind.SHARED), (4, Kind.ROWS)):
        tokens = tuple(range(fed))
        frames.feed(session.receive(Forward("draft", None, 0, tokens)))
        reply = frames.take()
        assert reply is not None
        assert reply[0] is kind
        if kind is Kind.SHARED:
            _, size = codec.decode_shared(*reply)
            rows = np.frombuffer(memory[:size], dtype="<f4").reshape(fed, VOCAB)
            states = pair.draft.states(tokens)
            assert rows.tobytes() == np.stack([pair.draft.logits(state) for state in states]).tobytes()
