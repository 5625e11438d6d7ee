"""What passes into the CRDT library: everything that our pages write, and nothing that could hurt it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text

from sandbox.rooms.lib0 import BadFrame, Reader, prefixed, varint
from sandbox.rooms.shared_document import SharedDocument
from sandbox.rooms.update_format import check_update

HUGE = varint(2**28)
IN_FILES = b"\x01\x01\x05\x00\x08\x01\x05files"
"""One client, one struct: values in the root ``files``."""

HOSTILE = {
    "a claim of 2**28 clients": HUGE + b"\0" * 8,
    "a claim of 2**28 structs": b"\x01" + HUGE + b"\x05\x00" + b"\0" * 8,
    "a claim of 2**28 deletions": b"\x00\x01\x05" + HUGE + b"\0" * 8,
    "a claim of 2**28 values": IN_FILES + HUGE + b"\0" * 8,
    "a nested array": IN_FILES + b"\x01" + b"\x75\x01\x75\x00" + b"\x00",
    "arrays nested until the stack overflows": IN_FILES + b"\x01" + b"\x75\x01" * 120_000 + b"\x7e\x00",
    "an object": IN_FILES + b"\x01\x76\x00\x00",
    "a subdocument": b"\x01\x01\x05\x00\x09\x01\x05files\x01a\x7e\x00",
    "an embedded value": b"\x01\x01\x05\x00\x05\x01\x05files\x02{}\x00",
    "a number that never ends": b"\x80" * 64,
    "nothing": b"",
    "something after the end": b"\x00\x00\x00",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_updates_are_refused_before_the_library_sees_them(name: str) -> None:
    with pytest.raises(BadFrame):
        check_update(HOSTILE[name])


def test_an_array_is_not_part_of_our_document() -> None:
    doc: Doc[Map[object]] = Doc()
    doc.get("files", type=Map)["x"] = Array([1])
    with pytest.raises(BadFrame):
        check_update(doc.get_update())


def test_everything_that_our_pages_write_passes() -> None:
    doc: Doc[Map[object]] = Doc()
    updates: list[bytes] = []
    watch = doc.observe(lambda event: updates.append(event.update))
    files, comments = doc.get("files", type=Map), doc.get("comments", type=Map)
    summary = doc.get("summary", type=Text)
    files["specdec.py"] = Text("x = 1\n")
    code = files["specdec.py"]
    code += "y = '√🎲'\n"
    code.insert(2, "z")
    del code[0:3]
    comments["c"] = Map({"line": 3, "at": 1.5e12, "text": Text("why?")})
    comments["c"]["line"] = 4
    summary += "no"
    del comments["c"]
    del files["specdec.py"]
    doc.unobserve(watch)
    assert len(updates) == 9
    document = SharedDocument()
    for update in [*updates, doc.get_update()]:
        check_update(update)
        document.apply(update)
    assert document.summary() == "no"
    assert document.files() == {}


def test_an_update_with_gaps_passes_and_waits() -> None:
    doc: Doc[Text] = Doc()
    text = doc.get("summary", type=Text)
    text += "first "
    before = doc.get_state()
    text += "second"
    document = SharedDocument()
    document.apply(doc.get_update(before))
    assert document.summary() == ""
    document.apply(doc.get_update())
    assert document.summary() == "first second"


@given(st.data())
def test_a_mutated_update_is_refused_or_applied_and_nothing_else(data: st.DataObject) -> None:
    good = SharedDocument.seed({"a.py": "print(1)\n", "b.py": "x"})
    mutated = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        mutated[data.draw(st.integers(0, 9_999)) % len(good)] = data.draw(st.integers(0, 255))
    document = SharedDocument()
    try:
        document.apply(bytes(mutated[: 1 + data.draw(st.integers(0, 9_999)) % len(good)]))
    except BadFrame:
        assert document.files() == {}


@given(st.integers(0, 2**62), st.binary(max_size=300))
def test_lib0_round_trip(number: int, payload: bytes) -> None:
    reader = Reader(varint(number) + prefixed(payload))
    assert (reader.varint(), reader.prefixed(), reader.left) == (number, payload, 0)
