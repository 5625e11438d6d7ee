"""The part of Yjs update format 1 that our pages write: a closed grammar, checked before anything is applied.

The CRDT library decodes whatever it is given. A five-byte update can claim 2**28 clients and have memory
reserved for them; a 250 KB value of nested arrays overflows its stack and takes the whole server down. So
an update is walked here first, with every count bounded by the bytes that are left, and only what the
pages need passes: text, deletions, maps, and plain scalars in them. Nothing that nests does. Pure.

Format: https://github.com/yjs/yjs ``src/utils/encoding.js`` and ``src/structs``.
"""

from __future__ import annotations

from sandbox.rooms.lib0 import BadFrame, Reader

_HAS_ORIGIN, _HAS_RIGHT_ORIGIN, _HAS_PARENT_KEY = 0x80, 0x40, 0x20
_GC, _DELETED, _STRING, _TYPE, _ANY, _SKIP = 0, 1, 4, 7, 8, 10
_TYPES = frozenset({1, 2})
"""Map and Text."""
_SCALAR_BYTES = {120: 0, 121: 0, 122: 8, 123: 8, 124: 4, 126: 0, 127: 0}
"""lib0's tags of true, false, bigint, float64, float32, null, undefined, and how many bytes follow."""
_INTEGER, _TEXT = 125, 119


def check_update(update: bytes) -> None:
    """Raises BadFrame for anything but a well-formed update made of what our pages write."""
    reader = Reader(update)
    for _ in range(reader.count()):
        structs = reader.count()
        reader.varint()  # client
        reader.varint()  # clock
        for _ in range(structs):
            _struct(reader)
    _deletions(reader)
    if reader.left:
        raise BadFrame(f"{reader.left} bytes after an update")


def _struct(reader: Reader) -> None:
    info = reader.byte()
    content = info & 0x1F
    if content in (_GC, _SKIP):
        reader.varint()  # length
        return
    if info & _HAS_ORIGIN:
        _id(reader)
    if info & _HAS_RIGHT_ORIGIN:
        _id(reader)
    if not info & (_HAS_ORIGIN | _HAS_RIGHT_ORIGIN):
        _parent(reader)
        if info & _HAS_PARENT_KEY:
            reader.prefixed()
    _content(reader, content)


def _id(reader: Reader) -> None:
    reader.varint()  # client
    reader.varint()  # clock


def _parent(reader: Reader) -> None:
    """A root by its name, or another item by its id."""
    if reader.varint() == 1:
        reader.prefixed()
    else:
        _id(reader)


def _content(reader: Reader, content: int) -> None:
    if content == _DELETED:
        reader.varint()
    elif content == _STRING:
        reader.prefixed()
    elif content == _TYPE:
        if (kind := reader.varint()) not in _TYPES:
            raise BadFrame(f"a shared type of kind {kind}")
    elif content == _ANY:
        for _ in range(reader.count()):
            _scalar(reader)
    else:
        raise BadFrame(f"content of kind {content}")


def _scalar(reader: Reader) -> None:
    tag = reader.byte()
    if tag == _INTEGER:
        while reader.byte() & 0x80:
            pass
    elif tag == _TEXT:
        reader.prefixed()
    elif tag in _SCALAR_BYTES:
        reader.take(_SCALAR_BYTES[tag])
    else:
        raise BadFrame(f"a value with the tag {tag}")


def _deletions(reader: Reader) -> None:
    for _ in range(reader.count()):
        reader.varint()  # client
        for _ in range(reader.count()):
            reader.varint()  # clock
            reader.varint()  # length
