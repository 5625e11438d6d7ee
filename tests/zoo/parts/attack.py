"""What attacks share: the raw connection around the proxy, and a way to show that one got through."""

import os

from harness.oracle import codec

MARK = "probe-zoo-mark"
IN_A_JAIL = os.path.isdir("/submission")
"""What could harm a host is tried only there."""


class AttackWorked(Exception):
    """Raised where no verdict would show it: a run that ends in an error is not the plain sampler's."""


def connection_of(model):
    return model._backend._connection


def send(model, *frames):
    connection_of(model).socket.sendall(b"".join(frames))


def receive(model):
    """The judge's answer, or None if it hung up."""
    return connection_of(model).receive()


def request(frame):
    return codec.encode_request(frame)


def pick(cases, input_ids):
    """One of them, another one for each prompt."""
    return cases[int(input_ids.sum()) % len(cases)]
