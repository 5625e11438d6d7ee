"""The wire: every frame comes back as it was sent, and no bytes do anything but decode or be refused."""

from __future__ import annotations

import contextlib
import struct
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.oracle import codec
from harness.oracle.codec import (
    Done,
    Failed,
    Failure,
    Fork,
    Forward,
    Frames,
    Hello,
    Kind,
    ProtocolError,
    Release,
)

WORD = st.integers(0, 2**32 - 1)
WORDS = st.lists(WORD, max_size=40).map(tuple)
NOTES = st.text(st.characters(exclude_categories=("C", "Z")), max_size=codec.MAX_NOTE)
REQUESTS = st.one_of(
    st.builds(Hello, st.integers(0, 2**16 - 1)),
    st.builds(
        Forward, st.sampled_from(["target", "draft"]), st.none() | st.integers(0, 2**32 - 2), WORD, WORDS
    ),
    st.builds(Fork, WORD, WORD),
    st.builds(Release, WORD),
    st.builds(Done, WORDS),
    st.builds(Failed, st.sampled_from(Failure), NOTES),
)
SETUPS = st.builds(
    codec.Setup,
    vocab_size=WORD,
    max_positions=WORD,
    eos_token_id=st.none() | st.integers(0, 2**32 - 2),
    max_new_tokens=WORD,
    num_speculative_tokens=WORD,
    temperature=st.floats(allow_nan=False),
    top_p=st.floats(allow_nan=False),
    seed=st.integers(0, 2**64 - 1),
    prompt=WORDS,
    cpu=st.none() | st.integers(0, 2**32 - 2),
)


def frames_of(data: bytes, piece: int | None = None) -> list[tuple[Kind, bytes]]:
    reader, taken = Frames(codec.MAX_REQUEST), []
    for start in range(0, len(data), piece or len(data) or 1):
        reader.feed(data[start : start + (piece or len(data))])
        while (frame := reader.take()) is not None:
            taken.append((frame[0], bytes(frame[1])))
    return taken


@given(REQUESTS)
def test_a_request_comes_back_as_it_was_sent(request_: codec.Request) -> None:
    [(kind, body)] = frames_of(codec.encode_request(request_))
    assert codec.decode_request(kind, body) == request_


@given(SETUPS)
def test_a_trials_setup_comes_back_as_it_was_sent(setup: codec.Setup) -> None:
    [frame] = frames_of(codec.encode_setup(setup))
    assert codec.decode_setup(*frame) == setup


@given(handle=WORD, rows=st.binary(max_size=72))
def test_rows_come_back_as_they_were_sent(handle: int, rows: bytes) -> None:
    [frame] = frames_of(codec.encode_rows(handle, rows))
    assert codec.decode_rows(*frame) == (handle, rows)


@given(requests=st.lists(REQUESTS, max_size=5), piece=st.integers(1, 9))
def test_it_does_not_matter_how_the_stream_is_cut(requests: list[codec.Request], piece: int) -> None:
    stream = b"".join(codec.encode_request(request_) for request_ in requests)
    assert [codec.decode_request(*frame) for frame in frames_of(stream, piece)] == requests


@given(st.binary(max_size=300))
def test_random_bytes_are_frames_or_a_protocol_error(data: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        for frame in frames_of(data):
            codec.decode_request(*frame)


@given(kind=st.sampled_from(Kind), body=st.binary(max_size=100))
def test_a_random_body_decodes_or_is_a_protocol_error(kind: Kind, body: bytes) -> None:
    for decode in (
        codec.decode_request,
        codec.decode_setup,
        codec.decode_rows,
        codec.decode_shared,
        codec.decode_word,
    ):
        with contextlib.suppress(ProtocolError):
            decode(kind, body)


@given(request_=REQUESTS, cut=st.integers(1, 20))
def test_a_frame_that_was_cut_short_is_not_taken(request_: codec.Request, cut: int) -> None:
    assert frames_of(codec.encode_request(request_)[:-cut]) == []


@given(handle=WORD, size=WORD)
def test_the_place_of_shared_rows_comes_back_as_it_was_sent(handle: int, size: int) -> None:
    [frame] = frames_of(codec.encode_shared(handle, size))
    assert codec.decode_shared(*frame) == (handle, size)


def test_a_body_larger_than_the_buffer_arrives_whole() -> None:
    rows = b"".join(bytes([n]) * 60_000 for n in range(5))
    sent = codec.encode_rows(7, rows)
    reader = Frames(codec.MAX_REPLY)
    pieces, taken = [sent[start : start + 50_000] for start in range(0, len(sent), 50_000)], None
    for piece in pieces:
        assert taken is None
        reader.feed(piece)
        taken = reader.take()
    assert taken is not None
    assert codec.decode_rows(*taken) == (7, rows)


@pytest.mark.parametrize("length", [codec.MAX_REQUEST + 1, 2**31 - 1, 2**32 - 1])
def test_a_length_above_the_limit_is_refused_before_anything_is_allocated(length: int) -> None:
    reader = Frames(codec.MAX_REQUEST)
    tracemalloc.start()
    reader.feed(struct.pack("<BI", Kind.DONE, length))
    with pytest.raises(ProtocolError, match=str(length)):
        reader.take()
    assert tracemalloc.get_traced_memory()[1] < 100_000
    tracemalloc.stop()


def test_a_note_is_one_bounded_printable_line() -> None:
    hostile = b"\x1b[31mred\x1b[0m\r\nnext\x00 <b>\xff\xe2\x80\xae" + b"x" * 10_000
    failed = codec.decode_request(Kind.FAILED, b"\x00" + hostile)
    assert isinstance(failed, Failed)
    assert failed.note.isprintable()
    assert len(failed.note) == codec.MAX_NOTE


def test_the_judges_own_frames_are_refused_on_a_trials_connection() -> None:
    for kind in (
        Kind.TRIAL,
        Kind.ROWS,
        Kind.FORKED,
        Kind.LOADED,
        Kind.READY,
        Kind.ENDED,
        Kind.RUN,
        Kind.KILL,
    ):
        with pytest.raises(ProtocolError, match=kind.name):
            codec.decode_request(kind, b"")
