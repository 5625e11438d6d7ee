"""Binary frames of the room (docs/protocol.md): parse with bounds, build. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.rooms.lib0 import BadFrame, Reader, prefixed, varint

MAX_UPDATE_FRAME = 256 * 1024
MAX_AWARENESS_FRAME = 4 * 1024
MAX_TEXT_FRAME = 64 * 1024

SYNC, AWARENESS, SAVED = 0, 1, 9
STEP_1, STEP_2, UPDATE = 0, 1, 2
EMPTY_UPDATE = b"\0\0"


@dataclass(frozen=True, slots=True)
class SyncStep1:
    """The other side's state vector: what it has."""

    state: bytes


@dataclass(frozen=True, slots=True)
class Update:
    """A change of the document; ``step`` says whether it answers a step 1."""

    update: bytes
    step: Literal[1, 2]


@dataclass(frozen=True, slots=True)
class Awareness:
    update: bytes


Frame = SyncStep1 | Update | Awareness


def parse(data: bytes) -> Frame:
    """Raises BadFrame."""
    if len(data) > MAX_UPDATE_FRAME:
        raise BadFrame(f"a frame of {len(data)} bytes")
    reader = Reader(data)
    match reader.varint():
        case 0:
            frame = _parse_sync(reader)
        case 1:
            if len(data) > MAX_AWARENESS_FRAME:
                raise BadFrame(f"an awareness frame of {len(data)} bytes")
            frame = Awareness(reader.prefixed())
        case kind:
            raise BadFrame(f"a frame of kind {kind}")
    if reader.left:
        raise BadFrame(f"{reader.left} bytes after the frame")
    return frame


def _parse_sync(reader: Reader) -> Frame:
    match reader.varint():
        case 0:
            return SyncStep1(reader.prefixed())
        case 1:
            return Update(reader.prefixed(), 1)
        case 2:
            return Update(reader.prefixed(), 2)
        case step:
            raise BadFrame(f"a sync message of kind {step}")


def step_1(state: bytes) -> bytes:
    return bytes((SYNC, STEP_1)) + prefixed(state)


def step_2(update: bytes) -> bytes:
    return bytes((SYNC, STEP_2)) + prefixed(update)


def update(update: bytes) -> bytes:
    return bytes((SYNC, UPDATE)) + prefixed(update)


def awareness(update: bytes) -> bytes:
    return bytes((AWARENESS,)) + prefixed(update)


def saved(count: int) -> bytes:
    return bytes((SAVED,)) + varint(count)
