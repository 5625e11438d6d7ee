"""The broker's decoder: any bytes are a message or a `BadFrame`, however they are cut, at a bounded cost."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isolation.broker.frames import MAX_REQUEST, BadFrame, Frames, answer_of, frame, request_of
from wire.broker import LimitsAsked, Poll, Shown, Start, Wait

START = Start(
    name="session-1",
    kind="session",
    argv=("python", "-c", "é\n"),
    env={"TMPDIR": "/tmp"},
    limits=LimitsAsked(memory_bytes=1 << 20, cpus=0.5, pids=4, disk_bytes=1 << 20),
    shown=(Shown(target="/opt/challenge", names=("a-b",)),),
    meeting=("session-1", "s"),
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def changed(document: dict[str, Any], **fields: object) -> bytes:
    return json.dumps({**document, **fields}).encode()


@pytest.mark.parametrize("message", [START, Poll(name="a"), Wait(name="a", timeout_s=1.5)])
def test_a_request_survives_the_way(message: Start | Poll | Wait) -> None:
    frames = Frames(MAX_REQUEST)
    frames.feed(frame(message))
    body = frames.take()
    assert body is not None
    assert request_of(body) == message
    assert frames.take() is None


@given(st.binary(max_size=300))
def test_any_bytes_are_a_message_or_a_bad_frame(data: bytes) -> None:
    for decode in (request_of, answer_of):
        try:
            decode(data)
        except BadFrame:
            continue


@given(st.binary(max_size=200), st.lists(st.integers(1, 40), max_size=20))
def test_how_the_bytes_are_cut_makes_no_difference(data: bytes, cuts: list[int]) -> None:
    def bodies(pieces: list[bytes]) -> tuple[list[bytes], bool]:
        frames, found = Frames(64), []
        try:
            for piece in pieces:
                frames.feed(piece)
                while (body := frames.take()) is not None:
                    found.append(body)
        except BadFrame:
            return found, True
        return found, False

    pieces, rest = [], data
    for cut in cuts:
        pieces.append(rest[:cut])
        rest = rest[cut:]
    assert bodies([*pieces, rest]) == bodies([data])


@given(st.dictionaries(st.sampled_from(sorted(START.model_dump())), json_values, min_size=1, max_size=3))
def test_a_field_of_another_shape_is_refused_or_harmless(fields: dict[str, object]) -> None:
    """What passes is a request of the closed set, with the very types that it declares."""
    try:
        request = request_of(changed(START.model_dump(), **fields))
    except BadFrame:
        return
    assert request_of(request.model_dump_json().encode()) == request


@given(st.integers(0, 2**32 - 1).filter(lambda length: not 0 < length <= MAX_REQUEST))
def test_a_length_out_of_bounds_is_refused_before_anything_is_kept(length: int) -> None:
    frames = Frames(MAX_REQUEST)
    frames.feed(struct.pack(">I", length))
    with pytest.raises(BadFrame):
        frames.take()


DOCUMENT = START.model_dump()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"do": "pull"}',
        b'{"do": "poll"}',
        b"[" * 60_000,
        b'{"do":' * 9_000,
        changed(DOCUMENT, image="evil"),
        changed(DOCUMENT, privileged=True),
        changed(DOCUMENT, user="0:0"),
        changed(DOCUMENT, shown=[{"target": "/x", "source": "/etc"}]),
        changed(DOCUMENT, limits={**DOCUMENT["limits"], "pids": True}),
        changed(DOCUMENT, limits={**DOCUMENT["limits"], "pids": "4"}),
        changed(DOCUMENT, limits={**DOCUMENT["limits"], "pids": 4.0}),
        changed(DOCUMENT, limits={**DOCUMENT["limits"], "pids": -1}),
        changed(DOCUMENT, limits={**DOCUMENT["limits"], "memory_bytes": 10**4000}),
        changed(DOCUMENT, limits={**DOCUMENT["limits"], "cpus": float("nan")}),
        changed(DOCUMENT, limits={**DOCUMENT["limits"], "cpus": float("inf")}),
        changed(DOCUMENT, kind="builder"),
        changed(DOCUMENT, argv=[]),
        changed(DOCUMENT, argv=["a\0b"]),
        changed(DOCUMENT, env={"LD PRELOAD": "x"}),
        changed(DOCUMENT, env={"TMPDIR": "a\nb"}),
    ],
)
def test_what_is_no_request_is_refused(body: bytes) -> None:
    with pytest.raises(BadFrame):
        request_of(body[:MAX_REQUEST])


@pytest.mark.parametrize(
    "name", ["", "..", ".", "a/b", "/a", "a b", "A", "a" * 41, "a\n", "é", "a\0", "--a/.."]
)
def test_a_name_that_is_a_path_is_refused(name: str) -> None:
    with pytest.raises(BadFrame):
        request_of(changed(DOCUMENT, name=name))


@pytest.mark.parametrize("step", ["", ".", "..", "...", ".x", "a/b", "/", "a\0", "a\n", "-x", "é", "a" * 81])
def test_a_step_that_is_no_plain_name_is_refused(step: str) -> None:
    for fields in (
        {"meeting": [step]},
        {"meeting": ["a", step]},
        {"shown": [{"target": "/x", "names": [step]}]},
    ):
        with pytest.raises(BadFrame):
            request_of(changed(DOCUMENT, **fields))


def test_the_reason_does_not_repeat_what_was_sent() -> None:
    with pytest.raises(BadFrame) as bad:
        request_of(changed(DOCUMENT, name="<script>" * 100))
    assert "script" not in str(bad.value)
