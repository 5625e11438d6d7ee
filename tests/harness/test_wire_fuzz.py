"""Hostile bytes: whatever comes, the trial ends as a value, memory stays flat, and the next one goes on.

Cases J01 to J05, J20 and J29 of the catalogue of attacks. A hundred thousand frames by default; ten times as
many with --long.
"""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import struct
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

from harness.core.trial import Ended
from harness.oracle import codec
from harness.oracle.codec import VERSION, Done, Forward, Frames, Hello, Kind, ProtocolError
from harness.oracle.session import Session, TrialLimits
from harness.runner.channel import Channel
from harness.runner.contestant import Deadlines, converse
from harness.trap_pairs import DISJOINT
from pairs.analytic import PairSpec, make_pair
from tests.harness.cache_model import Model
from tests.harness.conftest import trial
from tests.harness.test_session import LIMITS
from tests.long import LONG

FRAMES = 1_000_000 if LONG else 100_000
SOCKETS = 2_000 if LONG else 300
EXTREME = (0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x10000, 2**31 - 1, 2**31, 2**32 - 1)
DEADLINES = Deadlines(import_s=2.0, trial_s=2.0, frame_s=0.02)
PAIR = make_pair(PairSpec(name="tiny", seed=3, vocab_size=8, flavour=DISJOINT))
FOREIGN = (
    b"\x80\x05\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x8c\x06system\x93.",  # a pickle
    b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
    b'{"token": NaN, "token": 1e999, "deep": ' + b"[" * 10_000,
    b"PK\x03\x04archive/data.pkl",
)


def mutated(rng: Random, frame: bytes) -> bytes:
    """The frame, spoilt in one way of a few; one in four stays as it is."""
    data = bytearray(frame)
    match rng.randrange(8):
        case 0:  # a bit
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        case 1:  # a number at its edge
            at = rng.randrange(max(len(data) - 3, 1))
            data[at : at + 4] = struct.pack("<I", rng.choice(EXTREME))
        case 2:  # a body cut or grown, and a length that fits it
            body = (
                bytes(data[5:]) + rng.randbytes(4)
                if rng.random() < 0.5
                else data[5 : rng.randrange(5, len(data) + 1)]
            )
            data[1:] = struct.pack("<I", len(body)) + body
        case 3:  # another kind
            data[0] = rng.choice([*Kind, 0, 255, rng.randrange(256)])
        case 4:  # a length that lies
            data[1:5] = struct.pack("<I", rng.choice([*EXTREME, codec.MAX_REQUEST, codec.MAX_REQUEST + 1]))
        case 5:  # something else altogether
            data[:] = rng.choice([*FOREIGN, rng.randbytes(rng.randrange(1, 60))])
        case _:
            pass
    return bytes(data)


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_any_frames_end_a_trial_as_a_value_and_memory_stays_flat() -> None:
    sent, at_first, number = 0, 0, 0
    endings: Counter[str] = Counter()
    while sent < FRAMES:
        rng = Random(number)
        number += 1
        session, frames = Session(trial(1, 2, 3), PAIR, LIMITS), Frames(codec.MAX_REQUEST)
        frames.feed(codec.encode_request(Hello(VERSION)))
        frames.feed(codec.encode_request(Forward("target", None, 0, (1, 2, 3))))
        # Only makes up requests; it knows the cache that the two above open.
        grammar = Model((1, 2, 3), 8, LIMITS, greeted=True, caches={0: ("target", [1, 2, 3])})
        for _ in range(40):
            try:
                while session.outcome is None and (taken := frames.take()) is not None:
                    session.receive(codec.decode_request(*taken))
                    sent += 1
            except ProtocolError as error:
                session.end(Ended.PROTOCOL, str(error))
            if session.outcome is not None:
                break
            frames.feed(mutated(rng, codec.encode_request(grammar.random_request(rng))))
        assert session.outcome is None or session.outcome.note.isprintable()
        endings[session.outcome.ended if session.outcome else "goes on"] += 1
        assert len(session.ledger) <= LIMITS.calls
        if sent > FRAMES // 5 and not at_first:
            at_first = resident_bytes()
    assert endings[Ended.PROTOCOL] > number / 2
    assert endings[Ended.LIMIT] > 0
    assert resident_bytes() - at_first < 8 << 20


def good_session(rng: Random) -> bytes:
    """The bytes of a trial that goes well: the replies are not needed to write it."""
    requests = [Hello(VERSION), Forward("target", None, 0, (1, 2, 3))]
    requests += [Forward("target", 0, 3, (rng.randrange(8),)) for _ in range(rng.randrange(6))]
    return b"".join(map(codec.encode_request, [*requests, Done((1, 2, 3, 4))]))


def played(send: object, limits: TrialLimits | None = None, deadlines: Deadlines = DEADLINES) -> Session:
    """A session on one end of a socket pair, and ``send(other end)`` in a thread."""
    ours, theirs = socket.socketpair()
    session = Session(trial(1, 2, 3), PAIR, limits)
    other = threading.Thread(target=send, args=(theirs,), daemon=True)  # type: ignore[arg-type]
    other.start()
    with Channel(ours) as channel:
        converse(session, channel, deadlines, time.monotonic() + deadlines.import_s)
    other.join(5.0)
    theirs.close()
    return session


def one_at_a_time(theirs: socket.socket, stream: bytes) -> None:
    """As a contestant does: a request, its reply, the next request."""
    frames = Frames(codec.MAX_REQUEST)
    frames.feed(stream)
    while (taken := frames.take()) is not None:
        theirs.sendall(codec.frame(taken[0], bytes(taken[1])))
        if taken[0] is not Kind.DONE:
            theirs.recv(1 << 16)


def test_a_connection_may_break_anywhere_and_the_next_one_is_served_at_once() -> None:
    descriptors = open_descriptors()
    for number in range(SOCKETS):
        rng = Random(number)
        stream = good_session(rng)
        cut = rng.randrange(len(stream))
        how = rng.choice(["close", "shut", "wait", "drip", "flood"])

        def spoil(theirs: socket.socket, stream: bytes = stream, cut: int = cut, how: str = how) -> None:
            try:
                if how == "flood":  # requests without end, and no reply is read
                    theirs.settimeout(1.0)
                    theirs.sendall(stream[:9] + stream[9:] * 2_000)
                elif how == "drip":
                    for at in range(cut):
                        theirs.sendall(stream[at : at + 1])
                        time.sleep(0.004)
                else:
                    theirs.sendall(stream[:cut])
                if how == "shut":
                    theirs.shutdown(socket.SHUT_WR)
                if how in ("close", "flood"):
                    theirs.close()  # unread replies make this a reset
            except OSError:
                pass

        began = time.monotonic()
        session = played(spoil)
        assert session.outcome is None or session.outcome.ended in {Ended.PROTOCOL, Ended.TIMED_OUT}, how
        assert time.monotonic() - began < 2 * DEADLINES.trial_s, how
        if number % 10 == 0:
            began = time.monotonic()
            good = played(lambda theirs, stream=stream: one_at_a_time(theirs, stream))
            assert good.outcome is not None
            assert good.outcome.ended is Ended.RETURNED
            assert time.monotonic() - began < 1.0
    assert open_descriptors() == descriptors


def test_whoever_asks_without_end_is_ended_at_the_deadline() -> None:
    def ask(theirs: socket.socket) -> None:
        theirs.sendall(codec.encode_request(Hello(VERSION)))
        theirs.recv(1 << 16)
        handle = None
        with contextlib.suppress(OSError):
            while True:
                theirs.sendall(codec.encode_request(Forward("target", handle, 0, (1,))))
                if not theirs.recv(1 << 16):
                    return
                handle = 0

    began = time.monotonic()
    session = played(ask, replace(LIMITS, calls=10**9, ledger_tokens=10**9), Deadlines(trial_s=0.2))
    assert session.outcome is not None
    assert session.outcome.ended is Ended.TIMED_OUT
    assert len(session.ledger) > 1
    assert time.monotonic() - began < 2.0


def test_descriptors_that_are_pushed_are_not_taken() -> None:
    descriptors = open_descriptors()

    def push(theirs: socket.socket) -> None:
        hello = codec.encode_request(Hello(VERSION))
        with Path(os.devnull).open() as null:
            for byte in hello:
                socket.send_fds(theirs, [bytes([byte])], [null.fileno()] * 100)
        theirs.recv(1 << 16)
        theirs.sendall(codec.encode_request(Done((1, 2, 3, 4))))

    session = played(push)
    assert session.outcome is not None
    assert session.outcome.ended is Ended.RETURNED
    assert open_descriptors() == descriptors
