"""The interview's rules, as a specification, and as properties over arbitrary commands."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.core import commands as cmd
from sandbox.core import events as ev
from sandbox.core.decide import decide
from sandbox.core.evolve import evolve
from sandbox.core.interview import Interview
from sandbox.core.refusal import NotAllowed
from sandbox.core.stages import STAGES

REF = ev.ChallengeRef(slug="a-challenge", version=1, minutes=15)
CREATED = ev.Created(interview="ab", candidate_name="Ada", interviewer_name="Grace", filter=REF, probe=REF)
FINDINGS = frozenset({"one", "two"})


def entry(seq: int, event: ev.Event, author: ev.Author = "server") -> ev.Entry:
    return ev.Entry(seq=seq, at_us=seq * 1_000_000, author=author, event=event)


def replay(*events: ev.Event) -> Interview:
    entries = [entry(seq, event) for seq, event in enumerate((CREATED, *events), start=1)]
    state = reduce(evolve, entries, None)
    assert state is not None
    return state


COMMANDS = st.one_of(
    st.just(cmd.Consent()),
    st.builds(cmd.MoveStage, stage=st.sampled_from(STAGES)),
    st.builds(
        cmd.Clock,
        action=st.sampled_from(("start", "pause", "extend")),
        minutes=st.none() | st.integers(1, 120),
    ),
    st.builds(cmd.AddNote, text=st.text(min_size=1, max_size=5)),
    st.builds(cmd.EditNote, note=st.integers(0, 4), text=st.text(max_size=3)),
    st.builds(cmd.Tick, finding=st.sampled_from(("one", "two", "none")), on=st.booleans()),
    st.builds(
        cmd.Mark,
        axis=st.sampled_from(("engineering", "research")),
        score=st.integers(0, 5),
        reason=st.text(max_size=3),
    ),
    st.builds(cmd.Paste, where=st.just("specdec.py"), characters=st.integers(0, 9)),
    st.builds(cmd.Focus, visible=st.booleans()),
)


@given(st.lists(COMMANDS, max_size=40))
def test_what_was_accepted_replays_to_the_same_interview(commands: list[cmd.Command]) -> None:
    log = [entry(1, CREATED)]
    live = evolve(None, log[0])
    for command in commands:
        try:
            events = decide(live, command, findings=FINDINGS)
        except NotAllowed:
            continue
        for event in events:
            log.append(entry(len(log) + 1, event))
            before, live = live, evolve(live, log[-1])
            assert STAGES.index(live.stage) >= STAGES.index(before.stage)
            assert live.consented >= before.consented
    stored = [(one.seq, one.at_us, one.event.kind, ev.encode(one.event)) for one in log]
    read = [
        ev.Entry(seq=seq, at_us=at_us, author="server", event=ev.decode(kind, payload))
        for seq, at_us, kind, payload in stored
    ]
    assert reduce(evolve, read, None) == live
    assert live.stage in ("lobby", "finished") or live.consented
    assert set(live.ticks) <= FINDINGS
    assert all(note.text for note in live.notes)


def test_only_the_next_stage_or_the_end_can_follow() -> None:
    lobby = replay(ev.Consented())
    with pytest.raises(NotAllowed, match="next stage is filter"):
        decide(lobby, cmd.MoveStage(stage="probe"))
    assert decide(lobby, cmd.MoveStage(stage="filter")) == [ev.StageMoved(stage="filter")]
    assert decide(lobby, cmd.MoveStage(stage="finished")) == [ev.StageMoved(stage="finished")]


def test_no_stage_begins_before_the_candidate_agrees() -> None:
    with pytest.raises(NotAllowed, match="agreed"):
        decide(replay(), cmd.MoveStage(stage="filter"))


def test_the_clock_starts_with_the_stage_and_counts_only_while_it_runs() -> None:
    state = replay(ev.Consented(), ev.StageMoved(stage="filter"), ev.ClockPaused(), ev.ClockStarted())
    # Events are a second apart: it ran from 3 s to 4 s and again from 5 s.
    assert state.clock.elapsed_ms(9_000) == 1_000 + 4_000
    assert state.clock.minutes == 15


def test_extending_gives_minutes_and_takes_none_away() -> None:
    state = replay(ev.Consented(), ev.StageMoved(stage="probe"))
    assert decide(state, cmd.Clock(action="extend", minutes=10)) == [ev.ClockExtended(minutes=10)]
    assert decide(state, cmd.Clock(action="extend")) == [ev.ClockExtended(minutes=5)]


def test_a_note_edited_to_nothing_is_gone_and_its_number_is_not_used_again() -> None:
    state = replay(ev.NoteAdded(note=1, text="a"), ev.NoteEdited(note=1, text=""))
    assert state.notes == ()
    assert decide(state, cmd.AddNote(text="b")) == [ev.NoteAdded(note=2, text="b")]


def test_a_mark_needs_a_reason() -> None:
    with pytest.raises(NotAllowed, match="reason"):
        decide(replay(), cmd.Mark(axis="research", score=3, reason="  "))


def test_the_document_can_be_changed_between_consent_and_submission() -> None:
    files = (ev.TextFile(path="specdec.py", text="x"),)
    consented = ev.Consented()
    submitted = ev.Submitted(sha256="0" * 64, files=files)
    assert not replay().writable
    assert replay(consented).writable
    assert not replay(consented, submitted).writable
    assert not replay(consented, ev.StageMoved(stage="finished")).writable


def test_a_submission_that_cannot_be_read_is_given_back_with_the_reason() -> None:
    files = (ev.TextFile(path="specdec.py", text="x"),)
    state = replay(
        ev.Consented(),
        ev.StageMoved(stage="filter"),
        ev.StageMoved(stage="probe"),
        ev.Submitted(sha256="0" * 64, files=files),
        ev.JudgementQueued(judgement=1, sha256="0" * 64, files=files, by="submit", budget="full", seed=1),
        ev.SubmissionUnreadable(judgement=1, reason="no function generate"),
    )
    assert state.submission is None
    assert state.writable
    assert state.rejection == "no function generate"


def test_a_log_begins_with_created() -> None:
    with pytest.raises(ValueError, match="starts with created"):
        evolve(None, entry(1, ev.Consented()))
