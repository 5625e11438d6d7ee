"""Frames from a kernel are hostile bytes: whole and known, or refused, or ignored."""

from __future__ import annotations

import base64
import json
import struct

import pytest

from sandbox.adapters import jupyter_wire
from sandbox.adapters.jupyter_wire import BadFrame, Message
from sandbox.ports import Output

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + struct.pack(">II", 640, 480) + b"rest"


def message(kind: str, content: dict[str, object]) -> Message:
    return Message(channel="iopub", kind=kind, parent="p", content=content)


def frame(*parts: bytes) -> bytes:
    """A well-formed frame of any parts."""
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets) + b"".join(parts)


def test_what_is_encoded_is_decoded() -> None:
    raw = jupyter_wire.encode("shell", {"msg_type": "execute_request", "msg_id": "1"}, {"code": "é"})
    decoded = jupyter_wire.decode(raw)
    assert decoded == Message(channel="shell", kind="execute_request", parent="", content={"code": "é"})


def test_buffers_after_the_content_are_left_alone() -> None:
    raw = frame(b"iopub", b'{"msg_type": "status"}', b'{"msg_id": "7"}', b"{}", b"{}", b"buffer", b"")
    assert jupyter_wire.decode(raw) == Message(channel="iopub", kind="status", parent="7", content={})


GOOD = jupyter_wire.encode("iopub", {"msg_type": "status"}, {})


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x06",
        struct.pack("<Q", 2**63),
        struct.pack("<Q", 6),
        struct.pack("<7Q", 6, 56, 56, 56, 56, 56, 57),
        struct.pack("<7Q", 6, 56, 60, 58, 56, 56, 56),
        GOOD + b"more",
        GOOD[:-1],
        frame(b"iopub", b"{}", b"{}", b"{}"),
        frame(*[b"{}"] * 70),
        frame(b"nowhere", b"{}", b"{}", b"{}", b"{}"),
        frame(b"iopub", b"[]", b"{}", b"{}", b"{}"),
        frame(b"iopub", b"{}", b"null", b"{}", b"{}"),
        frame(b"iopub", b"{}", b"{}", b"{}", b"\xff"),
        frame(b"iopub", b"{}", b"{}", b"{}", b"[" * 200_000),
    ],
    ids=range(15),
)
def test_what_is_no_frame_is_refused(raw: bytes) -> None:
    with pytest.raises(BadFrame):
        jupyter_wire.decode(raw)


def test_fields_of_a_wrong_type_count_as_missing() -> None:
    raw = frame(b"iopub", b'{"msg_type": 7}', b'{"msg_id": ["x"]}', b"{}", b"{}")
    assert jupyter_wire.decode(raw) == Message(channel="iopub", kind="", parent="", content={})


def test_streams_keep_their_name() -> None:
    for name, kind in (("stdout", "stdout"), ("stderr", "stderr"), ("elsewhere", "stdout")):
        output = jupyter_wire.output_of(message("stream", {"name": name, "text": "said"}))
        assert output is not None
        assert (output.kind, output.text) == (kind, "said")


def test_a_result_has_text_and_html() -> None:
    data = {"text/plain": "4", "text/html": "<b>4</b>", "application/javascript": "alert(1)"}
    output = jupyter_wire.output_of(message("execute_result", {"data": data}))
    assert output == Output(kind="result", text="4", html="<b>4</b>")


def test_an_image_becomes_a_data_address() -> None:
    encoded = base64.b64encode(PNG).decode()
    output = jupyter_wire.output_of(message("display_data", {"data": {"image/png": encoded + "\n"}}))
    assert output == Output(kind="display", image=f"data:image/png;base64,{encoded}")


@pytest.mark.parametrize(
    "raw",
    [
        b"GIF89a",
        PNG[:20],
        PNG.replace(struct.pack(">II", 640, 480), struct.pack(">II", 50_000, 50_000)),
        PNG.replace(struct.pack(">II", 640, 480), struct.pack(">II", 0, 480)),
    ],
)
def test_what_is_no_sane_image_is_not_shown(raw: bytes) -> None:
    data = {"image/png": base64.b64encode(raw).decode(), "text/plain": "<Figure>"}
    output = jupyter_wire.output_of(message("display_data", {"data": data}))
    assert output == Output(kind="display", text="<Figure>")


def test_an_image_cannot_break_out_of_its_address() -> None:
    data = {"image/png": '"><script>alert(1)</script>'}
    assert jupyter_wire.output_of(message("display_data", {"data": data})) is None


def test_an_error_is_its_traceback() -> None:
    content: dict[str, object] = {"ename": "E", "evalue": "v", "traceback": ["one", 2, "three"]}
    assert jupyter_wire.output_of(message("error", content)) == Output(kind="error", text="one\nthree")


def test_clearing_is_told_and_unknown_types_are_ignored() -> None:
    assert jupyter_wire.output_of(message("clear_output", {"wait": True})) == Output(kind="clear")
    for kind in ("comm_open", "status", "execute_input", "input_request", ""):
        assert jupyter_wire.output_of(message(kind, {"data": {"text/plain": "x"}})) is None


def test_lone_surrogates_are_replaced() -> None:
    content = json.loads('{"name": "stdout", "text": "\\ud800"}')
    output = jupyter_wire.output_of(message("stream", content))
    assert output is not None
    assert output.text.encode() == b"?"
