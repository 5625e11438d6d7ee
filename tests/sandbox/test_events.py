"""Every kind of event survives the log, byte for byte."""

from __future__ import annotations

from typing import get_args

import pytest

from sandbox.adapters.memory import MemoryJudge
from sandbox.core import events as ev
from sandbox.core import rights_events as rte
from sandbox.core import room_events as rev
from sandbox.core import tool_claims as claimed

FILES = (ev.TextFile(path="specdec.py", text="é"),)
REF = ev.ChallengeRef(slug="a", version=1, minutes=15)
ROW = claimed.BenchRow(
    num_speculative_tokens=4,
    acceptance_rate=None,
    tokens_per_target_call=2.5,
    speedup=1.5,
    target_calls=3,
    draft_calls=12,
    new_tokens=8,
)


async def examples() -> list[ev.Event]:
    scorecard = await MemoryJudge().judge(
        {"specdec.py": "x"}, challenge="a", seed=1, budget="quick", on_progress=lambda _: None
    )
    return [
        ev.Created(interview="ab", candidate_name="A", interviewer_name="B", filter=REF, probe=REF),
        ev.DocumentUpdated(update=b"\x00\xff"),
        ev.Consented(),
        ev.CursorsMoved(moves=b"\x00\xff"),
        ev.StageMoved(stage="filter"),
        ev.ReviewFiled(summary="s", comments=(ev.Comment(line=1, text="t"),)),
        ev.ClockStarted(),
        ev.ClockPaused(),
        ev.ClockExtended(minutes=5),
        ev.NoteAdded(note=1, text="n"),
        ev.NoteEdited(note=1, text=""),
        ev.FindingTicked(finding="f", on=True),
        ev.Marked(axis="research", score=3, reason="r"),
        ev.Decided(outcome="stop", name="n", reason="r"),
        ev.RunStarted(run=1, run_kind="cell", label="l", sha256="0" * 64),
        ev.OutputsShown(run=1, outputs=(ev.ShownOutput(kind="stdout", text="o"),)),
        ev.TestCaseReported(
            run=1, case=claimed.TestCase(name="n", title="t", outcome="passed", message="", seconds=0.5)
        ),
        ev.BenchRowReported(run=1, row=ROW),
        ev.TokenStripReported(
            run=1,
            strip=claimed.TokenStrip(
                num_speculative_tokens=4,
                prompt=(1,),
                tokens=(2, 3),
                origins=("plain", "recovered"),
                rejected=(claimed.Rejected(at=1, tokens=(4,)),),
            ),
        ),
        ev.BenchTextReported(
            run=1,
            text=claimed.BenchText(
                num_speculative_tokens=4,
                acceptance_rate=None,
                tokens_per_target_call=2.0,
                new_tokens=2,
                seconds=0.1,
                plain_seconds=0.2,
                prompt=("\x00\n",),
                pieces=("\xc3", "\xa9"),
                origins=("plain", "recovered"),
                rejected=(claimed.RejectedPieces(at=1, pieces=("\xff",)),),
            ),
        ),
        ev.ToolStopped(run=1, error=""),
        ev.RunFinished(run=1, outcome="ok"),
        ev.TerminalOpened(rows=24, columns=80),
        ev.TerminalShown(text="\x1b[31mé\x1b[0m\r\n"),
        ev.TerminalTyped(by="interviewer/2"),
        ev.TerminalResized(rows=30, columns=100),
        ev.TerminalClosed(why="the shell has ended"),
        ev.KernelRestarted(),
        ev.Submitted(sha256="0" * 64, files=FILES),
        ev.JudgementQueued(judgement=1, sha256="0" * 64, files=FILES, by="submit", budget="full", seed=2),
        ev.JudgementMade(judgement=1, scorecard=scorecard),  # type: ignore[arg-type]
        ev.JudgementFailed(judgement=1, fault="f"),
        ev.SubmissionUnreadable(judgement=1, reason="r"),
        ev.Pasted(where="w", characters=3),
        ev.BigInsert(where="w", characters=300),
        ev.FocusChanged(visible=False),
        rev.InputMethodUsed(where="w", characters=300),
        rev.RhythmBroke(pause_ms=1, characters=2, took_ms=3, usual_cps=4.5, text="t"),
        rev.MemberInvited(member=1, role="watcher", name="n"),
        rev.MemberRemoved(member=1),
        rev.CoEditSwitched(on=True),
        rev.FocusBlockAsked(minutes=5),
        rev.FocusBlockStarted(minutes=5),
        rev.FocusBlockEnded(),
        rev.Said(text="s"),
        rev.OutageBegan(cause="server", began=1),
        rev.OutageEnded(cause="server"),
        rev.Accommodated(accommodations=rev.Accommodations(time_percent=125)),
        rte.Contested(text="c"),
        rte.ContestAnswered(name="n", text="a"),
        rte.DeletionAsked(reason="r"),
        ev.Joined(),
        ev.Left(),
    ]


async def test_every_kind_comes_back_as_it_was() -> None:
    events = await examples()
    assert {type(event) for event in events} == set(get_args(ev.Event))
    for event in events:
        assert ev.decode(event.kind, ev.encode(event)) == event


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("gone", b"{}"),
        ("note", b"{}"),
        ("note", b'{"note":1,"text":"a","more":1}'),
        ("stage", b'{"stage":"x"}'),
    ],
)
def test_what_we_did_not_write_is_refused(kind: str, payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"unknown kind|validation error"):
        ev.decode(kind, payload)
