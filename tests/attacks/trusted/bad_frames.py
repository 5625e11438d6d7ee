# id: K05, K07
# prio: P0
# what: sends frames with counts and offsets that lie, deep and wide JSON, wrong numbers, half of a frame
# expect: refused
# defence: offsets must rise and cover the frame; five JSON parts, typed; anything else is no message
import json
import random
import struct
import time

from sandbox.adapters import jupyter_wire
from sandbox.adapters.jupyter_wire import BadFrame, decode, encode, output_of
from tests.attacks.run import Held

ROUNDS = 3_000


def frame(*parts):
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets) + b"".join(parts)


def hostile():
    good = encode("iopub", {"msg_type": "display_data", "msg_id": "1"}, {"data": {"text/plain": "x"}})
    yield from (
        b"",
        b"\x06",
        struct.pack("<Q", 2**63),
        struct.pack("<Q", 2**64 - 1) * 9,
        good[:-1],
        good + b"x",
    )
    for content in (b"[" * 100_000, b'{"a":' * 50_000, b"1" * 5_000, b"NaN", b"null", b"\xff", b'"\\ud800"'):
        yield frame(b"iopub", content, b"{}", b"{}", content)
    wide = json.dumps({str(n): n for n in range(100_000)}).encode()
    yield frame(b"iopub", wide, wide, wide, wide)
    chance = random.Random(4)
    for _ in range(ROUNDS):
        mutated = bytearray(good)
        for _ in range(chance.randrange(1, 6)):
            mutated[chance.randrange(len(mutated))] = chance.randrange(256)
        yield bytes(mutated[: chance.randrange(len(mutated) + 1)] if chance.random() < 0.3 else mutated)


async def attack(world):
    refused, began = 0, time.monotonic()
    for raw in hostile():
        if len(raw) > jupyter_wire.MAX_FRAME_BYTES:
            return "larger than any frame may be"
        try:
            output_of(decode(raw))
        except BadFrame:
            refused += 1
    if time.monotonic() - began > 20:
        return f"{time.monotonic() - began:.0f} s to read them"
    if refused < ROUNDS // 4:
        return f"only {refused} were refused"
    raise Held.refused(f"{refused} of them, the rest is text")
