"""What is asked of the stem, and how: one order a connection, its standard streams passed along.

A socket of whole messages (SOCK_SEQPACKET, unix(7)): the order as JSON with three descriptors; back come the
new process's id, and in the end the status that it exited with. Whoever hangs up ends what was started.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Self

VARIABLE = "PROBE_STEM"
"""Path of the stem's socket, for those who order from it."""
MAX_BYTES = 128 * 1024
STREAMS = 3


class NotForked(Exception):
    """There is no stem, or it does not answer in the format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Run a module as ``python -m`` would."""

    module: str
    arguments: Sequence[str]
    folder: str
    """Working folder, and the first place where modules are looked for."""
    environment: Mapping[str, str]

    def encoded(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decoded(cls, message: bytes) -> Self:
        """Raises NotForked."""
        try:
            fields = json.loads(message)
            return cls(
                module=str(fields["module"]),
                arguments=[str(word) for word in fields["arguments"]],
                folder=str(fields["folder"]),
                environment={str(name): str(value) for name, value in fields["environment"].items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NotForked(f"no order: {error!r}") from error


def send(connection: socket.socket, order: Order, streams: Sequence[int]) -> None:
    """Raises OSError, also for an order that is too long."""
    socket.send_fds(connection, [order.encoded()], list(streams))


def receive(connection: socket.socket) -> tuple[Order, list[int]]:
    """An order and its streams, which are the caller's to close. Raises NotForked."""
    try:
        message, streams, _, _ = socket.recv_fds(connection, MAX_BYTES, STREAMS)
    except OSError as error:
        raise NotForked(str(error)) from error
    try:
        if len(streams) != STREAMS:
            raise NotForked(f"{len(streams)} streams came with the order; want {STREAMS}")
        return Order.decoded(message), streams
    except NotForked:
        for stream in streams:
            os.close(stream)
        raise
