"""Refuses a document update that claims more than it holds, before the CRDT library allocates for it.

A five-byte update can claim 2**28 clients, and a decoder that reserves memory by that count takes
gigabytes. Yjs update format 1 begins with the number of clients that changed something, and each client's
block with its number of structs; an update without structs goes straight on to its deletions. What lies
behind a struct is left to the library, whose own errors are ordinary ones. Pure.
"""

from __future__ import annotations

from sandbox.rooms.lib0 import Reader


def check_header(update: bytes) -> None:
    """Raises BadFrame when a count is larger than the bytes that are left."""
    reader = Reader(update)
    clients = reader.count()
    if clients:
        reader.count()  # structs of the first client
        return
    for _ in range(reader.count()):
        reader.varint()  # client
        for _ in range(reader.count()):
            reader.varint()  # clock
            reader.varint()  # length
