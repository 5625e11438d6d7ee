"""Whatever is done to a log afterwards shows."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sandbox.core import events as ev
from sandbox.core.chain import GENESIS, Link, verify
from sandbox.store.log import link


def chain(texts: list[str]) -> list[Link]:
    rows: list[Link] = []
    for seq, text in enumerate(texts, start=1):
        entry = ev.Entry(seq=seq, at_us=seq, author="interviewer", event=ev.NoteAdded(note=seq, text=text))
        rows.append(link(rows[-1].hash if rows else GENESIS, "ab", entry))
    return rows


def test_a_log_as_written_is_intact() -> None:
    rows = chain(["a", "b", "c"])
    found = verify(rows)
    assert (found.events, found.intact, found.head) == (3, True, rows[-1].hash.hex())
    assert found.broken_at is None


@given(st.integers(0, 4), st.sampled_from(["seq", "at_us", "kind", "author", "payload", "drop", "swap"]))
def test_any_change_breaks_it(place: int, change: str) -> None:
    rows = chain(["a", "b", "c", "d", "e"])
    if change == "drop":
        if place == 4:
            return  # a cut tail leaves a shorter, intact chain: that is what keeping the head is for
        del rows[place]
    elif change == "swap":
        other = (place + 1) % 5
        rows[place], rows[other] = rows[other], rows[place]
    else:
        old = getattr(rows[place], change)
        new = old + (1 if isinstance(old, int) else b"!" if isinstance(old, bytes) else "!")
        rows[place] = replace(rows[place], **{change: new})
    found = verify(rows)
    assert not found.intact
    assert found.broken_at == (min(place, (place + 1) % 5) if change == "swap" else place) + 1


def test_two_fields_cannot_run_into_each_other() -> None:
    rows = chain(["a"])
    moved = replace(rows[0], kind=rows[0].kind + "i", author=rows[0].author[1:])
    assert not verify([moved]).intact
