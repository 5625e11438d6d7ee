"""Jupyter's kernel messages on a web socket, read as hostile bytes. Pure.

Frames are ``v1.kernel.websocket.jupyter.org``: a count and offsets, little-endian 64-bit, then channel,
header, parent header, metadata, content and buffers
(https://jupyter-server.readthedocs.io/en/latest/developers/websocket-protocols.html). Message types:
https://jupyter-client.readthedocs.io/en/latest/messaging.html. What is not known here is ignored; what
is not well formed raises `BadFrame`.
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from websockets.typing import Subprotocol

from sandbox.ports import Output

SUBPROTOCOL = Subprotocol("v1.kernel.websocket.jupyter.org")
MAX_FRAME_BYTES = 8 * 1024 * 1024
"""A larger frame ends the connection before it is read."""
MAX_IMAGE_PIXELS = 16_000_000
MAX_DISPLAY_ID = 64
Channel = Literal["shell", "control", "iopub", "stdin"]

_WORD = 8
_JSON_PARTS = 5  # channel, header, parent header, metadata, content; then buffers
_MAX_PARTS = 64
_CHANNELS: Mapping[bytes, Channel] = {
    b"shell": "shell",
    b"control": "control",
    b"iopub": "iopub",
    b"stdin": "stdin",
}
_PNG_START = b"\x89PNG\r\n\x1a\n"
_JPEG_START = b"\xff\xd8\xff"


class BadFrame(ValueError):
    """Not a frame of the protocol. Whoever sent it is not a kernel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    channel: Channel
    kind: str
    parent: str
    """``msg_id`` of the request that this answers; empty when it answers none."""
    content: Mapping[str, object]


def encode(channel: Channel, header: Mapping[str, object], content: Mapping[str, object]) -> bytes:
    """One frame of ours to the kernel, with neither parent nor buffers."""
    parts = [channel.encode(), *(json.dumps(part).encode() for part in (header, {}, {}, content))]
    offsets = [_WORD * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets) + b"".join(parts)


def split(frame: bytes) -> list[bytes]:
    """The parts before the buffers. Raises BadFrame unless the offsets rise from the table to the end."""
    if len(frame) < _WORD:
        raise BadFrame("shorter than its count")
    (count,) = struct.unpack_from("<Q", frame)
    table_end = _WORD * (count + 1)
    if not _JSON_PARTS < count <= _MAX_PARTS or table_end > len(frame):
        raise BadFrame("a count of offsets that cannot be")
    offsets = struct.unpack_from(f"<{count}Q", frame, _WORD)
    if offsets[0] != table_end or offsets[-1] != len(frame):
        raise BadFrame("offsets that do not cover the frame")
    if any(start > end for start, end in pairwise(offsets)):
        raise BadFrame("offsets that fall")
    return [frame[offsets[part] : offsets[part + 1]] for part in range(_JSON_PARTS)]


def decode(frame: bytes) -> Message:
    """Raises BadFrame."""
    channel, header, parent, _, content = split(frame)
    if channel not in _CHANNELS:
        raise BadFrame("an unknown channel")
    return Message(
        channel=_CHANNELS[channel],
        kind=_text(_object(header), "msg_type"),
        parent=_text(_object(parent), "msg_id"),
        content=_object(content),
    )


def output_of(message: Message) -> Output | None:
    """What a message on iopub shows; None for one that shows nothing or is of no type we know."""
    content = message.content
    if message.kind == "stream":
        name = _text(content, "name")
        text = _text(content, "text")
        return Output(kind="stderr" if name == "stderr" else "stdout", text=text) if text else None
    if message.kind == "execute_result":
        return _rich("result", content)
    if message.kind == "display_data":
        return _rich("display", content)
    if message.kind == "update_display_data":
        return _rich("update", content)
    if message.kind == "error":
        return Output(kind="error", text="\n".join(_texts(content.get("traceback"))))
    if message.kind == "clear_output":
        return Output(kind="clear")
    return None


def _rich(kind: Literal["result", "display", "update"], content: Mapping[str, object]) -> Output | None:
    data = content.get("data")
    if not isinstance(data, dict):
        return None
    transient = content.get("transient")
    name = _text(transient, "display_id")[:MAX_DISPLAY_ID] if isinstance(transient, dict) else ""
    image = _image(data, "image/png") or _image(data, "image/jpeg")
    output = Output(
        kind=kind, text=_text(data, "text/plain"), image=image, html=_text(data, "text/html"), id=name
    )
    return output if output.text or output.image or output.html else None


def _image(data: Mapping[str, object], media_type: str) -> str:
    """A data address, made anew from the decoded bytes so that it holds nothing but the image."""
    encoded = _text(data, media_type)
    if not encoded:
        return ""
    try:
        raw = base64.b64decode(encoded.replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        return ""
    good = _sane_png(raw) if media_type == "image/png" else raw.startswith(_JPEG_START)
    return f"data:{media_type};base64,{base64.b64encode(raw).decode()}" if good else ""


def _sane_png(raw: bytes) -> bool:
    """Starts as a PNG does, and claims no more pixels than a browser should be made to decode."""
    if len(raw) < 24 or not raw.startswith(_PNG_START) or raw[12:16] != b"IHDR":
        return False
    width, height = struct.unpack_from(">II", raw, 16)
    return bool(0 < width * height <= MAX_IMAGE_PIXELS)


def _object(raw: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadFrame("a part that is not JSON") from error
    if not isinstance(value, dict):
        raise BadFrame("a part that is not an object")
    return value


def _text(values: Mapping[str, object], key: str) -> str:
    value = values.get(key)
    return _clean(value) if isinstance(value, str) else ""


def _texts(value: object) -> Sequence[str]:
    return [_clean(item) for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _clean(text: str) -> str:
    """Without lone surrogates, which JSON can spell and UTF-8 cannot: they would break every store."""
    return text.encode("utf-8", "replace").decode("utf-8")
