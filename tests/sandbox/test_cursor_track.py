"""Cursors are thinned out and packed; where somebody rests is never lost."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.core.places import Move, Place
from sandbox.rooms.cursor_track import SAMPLE_MS, CursorTrack, pack, unpack
from sandbox.rooms.lib0 import BadFrame

POSITION = st.none() | st.integers(0, 1 << 24)
PLACES = st.builds(
    Place,
    st.sampled_from(["candidate", "interviewer"]),
    st.sampled_from(["Casey", "Robin", "Zoë"]),
    st.sampled_from([None, "brief", "specdec.py"]),
    POSITION,
    POSITION,
)


def moves(gaps_and_places: list[tuple[int, Place]]) -> list[Move]:
    at, found = 1_700_000_000_000, []
    for gap, place in gaps_and_places:
        at += gap
        found.append(Move(at, place))
    return found


STEPS = st.lists(st.tuples(st.integers(0, 400), PLACES), min_size=1, max_size=30).map(moves)


@given(STEPS)
def test_what_is_packed_comes_back(steps: list[Move]) -> None:
    assert unpack(pack(steps)) == steps


@given(st.binary(max_size=60))
def test_other_bytes_are_refused_or_read_and_never_worse(data: bytes) -> None:
    with contextlib.suppress(BadFrame):
        unpack(data)


@given(STEPS, st.integers(1, 10))
def test_wherever_somebody_rests_is_kept(steps: list[Move], every: int) -> None:
    """At any moment, what is replayed is what was true less than one sample before."""
    track, kept = CursorTrack(), list[Move]()
    for at, move in enumerate(steps):
        track.add(move)
        if at % every == 0 and (packed := track.pack()):
            kept += unpack(packed)
    kept += unpack(packed) if (packed := track.pack()) else []

    def where(of: list[Move], person: tuple[str, str], at_ms: int) -> Place | None:
        return next(
            (one.place for one in reversed(of) if one.place.person == person and one.at_ms <= at_ms), None
        )

    people = {move.place.person for move in steps}
    for person in people:
        own = [move for move in steps if move.place.person == person]
        for move, following in zip(own, [*own[1:], None], strict=True):
            if following is None or following.at_ms - move.at_ms >= SAMPLE_MS:
                assert where(kept, person, move.at_ms + SAMPLE_MS - 1) == move.place


def test_a_key_held_down_makes_ten_moves_a_second() -> None:
    track = CursorTrack()
    for at in range(0, 10_000, 20):
        track.add(Move(at, Place("candidate", "Casey", "specdec.py", at, at)))
    packed = track.pack()
    assert packed is not None
    assert len(unpack(packed)) == 101
    assert track.pack() is None


def test_it_says_once_that_something_waits() -> None:
    track = CursorTrack()
    here = Place("candidate", "Casey", "specdec.py", 1, 1)
    assert [track.add(Move(at, here)) for at in (0, 5, 500)] == [True, False, False]
    track.pack()
    assert not track.add(Move(900, here))  # a page repeats itself now and then; it has not moved


@pytest.mark.parametrize("data", [b"\x00\x01", b"\x00\x00\x00\x00\x00\x00\x00\x00"])
def test_a_pack_of_nobody_is_refused(data: bytes) -> None:
    with pytest.raises(BadFrame):
        unpack(data)
