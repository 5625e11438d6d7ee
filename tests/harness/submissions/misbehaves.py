"""Does what the first token of the prompt says: each number is a way to be wrong, or to attack."""

import contextlib
import os
import signal
import sys
import time

import torch

from harness.oracle import codec


def generate(
    target,
    draft,
    input_ids,
    *,
    max_new_tokens,
    num_speculative_tokens,
    temperature,
    top_p,
    eos_token_id,
    generator,
):
    return DEEDS[int(input_ids[0, 0])](target, draft, input_ids)


def right(target, draft, ids):
    return torch.cat([ids, target(ids).logits[:, -1:].argmax(-1)], dim=1)


def raises(target, draft, ids):
    raise RuntimeError("two\nlines and a bell \x07")


def uses_a_wrong_shape(target, draft, ids):
    return target(ids[0])


def returns_nothing(target, draft, ids):
    return None


def returns_a_vector(target, draft, ids):
    return ids[0]


def returns_floats(target, draft, ids):
    return ids.float()


def returns_a_large_id(target, draft, ids):
    return torch.cat([ids, torch.tensor([[64]])], dim=1)


def returns_a_flood(target, draft, ids):
    return torch.cat([ids, torch.zeros(1, 1_000_000, dtype=torch.int64)], dim=1)


def returns_no_ids(target, draft, ids):
    return torch.empty(1, 15, dtype=torch.int64, device="meta")


def returns_later(target, draft, ids):
    async def later():
        return ids

    return later()


def mute():
    class Mute(BaseException):
        def __str__(self):
            raise self

        __repr__ = __str__

    return Mute()


def raises_what_cannot_be_told(target, draft, ids):
    error = mute()
    type(error).__traceback__ = property(lambda self: 1 / 0)
    raise error


def exits_with_what_cannot_be_told(target, draft, ids):
    sys.exit(mute())


def raises_a_deep_group(target, draft, ids):
    error = ValueError()
    for _ in range(3_000):
        error = ExceptionGroup("", [error])
    raise error


def closes_every_descriptor(target, draft, ids):
    os.closerange(0, 1024)


def returns_another_prompt(target, draft, ids):
    return ids + 1


def exits(target, draft, ids):
    sys.exit(0)


def exits_hard(target, draft, ids):
    os._exit(0)


def kills_itself(target, draft, ids):
    os.kill(os.getpid(), signal.SIGKILL)


def loops(target, draft, ids):
    while True:
        pass


def floods_its_output(target, draft, ids):
    for _ in range(200):
        os.write(1, b"x" * 100_000)
        os.write(2, b"y" * 100_000)
    return right(target, draft, ids)


def kills_its_parent(target, draft, ids):
    os.kill(os.getppid(), signal.SIGKILL)
    os._exit(0)


def writes_garbage_everywhere(target, draft, ids):
    for descriptor in range(3, 64):
        with contextlib.suppress(OSError):
            os.write(descriptor, b"\xff" * 64)
    time.sleep(60)


def begins_a_frame(target, draft, ids):
    connection_of(target).send(codec.encode_request(codec.Forward("target", None, 0, (1, 2, 3)))[:9])
    time.sleep(60)


def asks_twice_at_once(target, draft, ids):
    request = codec.encode_request(codec.Forward("target", None, 0, (1, 2, 3)))
    connection_of(target).send(request * 2)
    time.sleep(60)


def asks_with_the_drafts_cache(target, draft, ids):
    draft(ids)
    connection_of(target).send(codec.encode_request(codec.Forward("target", 0, 0, (1, 2, 3))))
    time.sleep(60)


def says_it_is_done_twice(target, draft, ids):
    done = codec.encode_request(codec.Done(tuple(ids[0].tolist())))
    connection_of(target).send(done * 2)
    time.sleep(60)


def leaves_a_process(target, draft, ids):
    if os.fork() == 0:
        os.setsid()
        time.sleep(60)
    return right(target, draft, ids)


def hangs_after_the_result(target, draft, ids):
    done = codec.encode_request(codec.Done(tuple(ids[0].tolist())))
    connection_of(target).send(done)
    time.sleep(60)


def connection_of(model):
    return model._backend._connection


DEEDS = [value for value in list(globals().values()) if callable(value)]
DEEDS = [deed for deed in DEEDS if deed not in (generate, connection_of, mute)]
