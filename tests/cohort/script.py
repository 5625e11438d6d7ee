"""The course of one synthetic interview, as the log would have recorded it.

Nothing here ran: tests, bench and terminal show what a rule says. Verdicts are the judge's own, or absent.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.core import commands as cmd
from sandbox.core import events as ev
from sandbox.core import tool_claims as claimed
from sandbox.core.access import author_of
from sandbox.core.arrangements import invite
from sandbox.core.decision import decide_on
from sandbox.core.document import files_sha256
from sandbox.core.places import Move, Place
from sandbox.core.scoring import PROGRESS_THRESHOLD, suggest_research
from sandbox.rooms.cursor_track import pack
from sandbox.rooms.shared_document import SharedDocument
from sandbox.service.catalogue import Catalogue
from tests.cohort.hand import Hand, Stroke
from tests.cohort.people import FAILS, Person
from tests.cohort.scribe import Scribe
from wire.challenge import Axis
from wire.scorecard import Scorecard

RATERS = ("Rater A", "Rater B", "Rater C")
CHARACTERS_A_SECOND = (2.5, 6.0)
"""Of the slowest and of the fastest."""
STROKES_A_PACK = 12
"""Cursor moves that are written together."""
DRAFT_COST = 0.1
"""Of a draft call, in target calls, for the bench rows."""
ACCEPTANCE = {"draft_only": 1.0, "accept_above_half": 0.86, "stale_draft_cache": 0.55}
USUAL_ACCEPTANCE = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A file's verdict, made once."""

    scorecard: Scorecard
    shared_by: int
    """Interviews that submit the same file and show this verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Props:
    """What is the same in all interviews."""

    catalogue: Catalogue
    tests: tuple[tuple[str, str], ...]
    """Name and title of each visible test."""
    submissions: Mapping[str, dict[str, str]]
    """The files of each specimen."""
    judged: Mapping[str, Judged]


def visible_tests(challenge: Path) -> tuple[tuple[str, str], ...]:
    """Name and title of each visible test, read and not run."""
    tree = ast.parse((challenge / "visible" / "test_visible.py").read_text(encoding="utf-8"))
    found = [one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")]
    return tuple((one.name, (ast.get_docstring(one) or "").split("\n")[0]) for one in found)


def interview_log(person: Person, props: Props, *, interview: str, at_us: int) -> list[ev.Entry]:
    """All entries, from ``at_us`` on."""
    return _Course(person, props, interview, at_us).all()


class _Course:
    def __init__(self, person: Person, props: Props, interview: str, at_us: int) -> None:
        review, probe = props.catalogue.filter, props.catalogue.probe
        created = ev.Created(
            interview=interview,
            candidate_name=person.name,
            interviewer_name=RATERS[0],
            filter=review.ref(review.challenge.minutes),
            probe=probe.ref(probe.challenge.minutes),
            synthetic=True,
        )
        self.person, self.props = person, props
        self.log = Scribe(created, at_us=at_us, findings=props.catalogue.findings)
        seed = SharedDocument.seed(props.catalogue.starter)
        self.log.record("server", ev.DocumentUpdated(update=seed))
        self.hand = Hand(seed)
        self.chance = person.random("course")
        self.pace = self.chance.uniform(*CHARACTERS_A_SECOND)
        self.raters = [author_of("interviewer", 0)]
        self.moves = list[Move]()

    def all(self) -> list[ev.Entry]:
        self._lobby()
        self._review()
        self._build()
        self._submit()
        self._mark()
        return self.log.entries

    def _lobby(self) -> None:
        self._invite(RATERS[1])
        self.log.wait(3_600)
        self.log.record("interviewer", ev.Joined())
        self.log.wait(70)
        self.log.record("candidate", ev.Joined())
        self.log.wait(40)
        self.log.do("candidate", cmd.Consent())
        self.log.wait(25)

    def _invite(self, name: str) -> None:
        invited = invite(self.log.interview, "interviewer", name)
        self.log.record("host", invited)
        self.raters.append(author_of("interviewer", invited.member))

    def _review(self) -> None:
        self.log.do("interviewer", cmd.MoveStage(stage="filter"))
        self.log.wait(150)
        exhibit = self.props.catalogue.exhibit.splitlines()
        heard = set(self.person.heard)
        for number, (finding, where, text) in enumerate(self.person.remarks):
            line = next((at for at, one in enumerate(exhibit, start=1) if where in one), 1)
            self._type(self.hand.comment(number, line, text, self.log.at_ms))
            self.log.wait(self.chance.uniform(15, 60))
            if finding in heard:
                self.log.do("interviewer", cmd.Tick(finding=finding, on=True))
        self._type(self.hand.summarise(self.person.summary))
        self.log.wait(60)
        self.log.do(
            "interviewer", cmd.AddNote(text=f"Review went to level {self.person.engineering}, by rule.")
        )
        self.log.wait(120)
        document = SharedDocument()
        for entry in self.log.entries:
            if isinstance(entry.event, ev.DocumentUpdated):
                document.apply(entry.event.update)
        self.log.record("server", ev.ReviewFiled(summary=document.summary(), comments=document.comments()))

    def _build(self) -> None:
        self.log.do("interviewer", cmd.MoveStage(stage="probe"))
        self.log.wait(180)
        self._cell()
        if self.chance.random() < 0.5:
            self.log.do("candidate", cmd.Say(text="May I look at the documentation of torch?"))
            self.log.wait(12)
            self.log.do("interviewer", cmd.Say(text="Yes, it is open to you."))
            self.log.wait(5)
            self.log.do("candidate", cmd.Focus(visible=False))
            self.log.wait(self.chance.uniform(20, 90))
            self.log.do("candidate", cmd.Focus(visible=True))
        submission = self.props.submissions[self.person.specimen]
        spoken = [one.id for one in self.props.catalogue.probe.rubric.findings if one.id in self.person.heard]
        for at, (path, text) in enumerate(sorted(submission.items(), reverse=True)):
            self._type(self.hand.rewrite(path, text))
            if at == 0:
                self._tests({name for name, _ in self.props.tests[6:]})
                self._tick(spoken[::2])
        self._terminal()
        self._tick(spoken[1::2])
        self._tests(FAILS.get(self.person.specimen, set()))
        self._bench()
        if self.chance.random() < 0.25:
            text = "accounts = [measure(specdec.generate, prompt, max_new_tokens=96)]"
            self.log.do("candidate", cmd.Paste(where="scratch.py", characters=len(text), text=text))
        self.log.do("interviewer", cmd.AddNote(text=f"Talked at level {self.person.research}, by rule."))
        self.log.wait(90)

    def _tick(self, findings: Iterable[str]) -> None:
        for finding in findings:
            self.log.wait(self.chance.uniform(10, 40))
            self.log.do("interviewer", cmd.Tick(finding=finding, on=True))

    def _type(self, strokes: Iterable[Stroke]) -> None:
        for stroke in strokes:
            self.log.wait(stroke.typed / self.pace * self.chance.uniform(0.6, 1.6))
            self.log.record("candidate", ev.DocumentUpdated(update=stroke.update))
            if stroke.file is not None:
                place = Place("candidate", self.person.name, stroke.file, stroke.head, stroke.head)
                self.moves.append(Move(self.log.at_ms, place))
            if len(self.moves) >= STROKES_A_PACK:
                self._cursors()
        self._cursors()

    def _cursors(self) -> None:
        if self.moves:
            self.log.record("server", ev.CursorsMoved(moves=pack(self.moves)))
            self.moves = []

    def _run(self, kind: ev.RunKind, label: str) -> int:
        run = self.log.interview.work.next_run
        sha256 = files_sha256(self.hand.files())
        self.log.record("candidate", ev.RunStarted(run=run, run_kind=kind, label=label, sha256=sha256))
        self.log.wait(1.5)
        return run

    def _end(self, run: int, *, tool: bool) -> None:
        if tool:
            self.log.record("server", ev.ToolStopped(run=run, error=""))
        self.log.record("server", ev.RunFinished(run=run, outcome="ok"))
        self.log.wait(self.chance.uniform(20, 60))

    def _cell(self) -> None:
        run = self._run("cell", "scratch.py:12 The practice pair")
        shown = ev.ShownOutput(kind="stdout", text="vocabulary: 64 tokens (synthetic)\n")
        self.log.record("server", ev.OutputsShown(run=run, outputs=(shown,)))
        self._end(run, tool=False)

    def _tests(self, failing: set[str]) -> None:
        run = self._run("tests", "visible tests")
        for name, title in self.props.tests:
            self.log.wait(0.2)
            failed = name in failing
            case = claimed.TestCase(
                name=name,
                title=title,
                outcome="failed" if failed else "passed",
                message="Synthetic: shown as failed by rule." if failed else "",
                seconds=0.2,
            )
            self.log.record("server", ev.TestCaseReported(run=run, case=case))
        self._end(run, tool=True)

    def _bench(self) -> None:
        run = self._run("bench", "bench")
        for gamma in (1, 2, 3, 4, 6, 8):
            self.log.wait(1.2)
            self.log.record(
                "server", ev.BenchRowReported(run=run, row=bench_row(self.person.specimen, gamma))
            )
        self._end(run, tool=True)

    def _terminal(self) -> None:
        self.log.record("candidate", ev.TerminalOpened(rows=24, columns=80))
        for text in ("$ ", "ls\r\n", "practice.py  scratch.py  specdec.py  test_visible.py\r\n$ "):
            self.log.wait(1.5)
            self.log.record("server", ev.TerminalShown(text=text))
        self.log.wait(10)
        self.log.record("server", ev.TerminalClosed(why="the candidate closed it"))

    def _submit(self) -> None:
        files = self.hand.files()
        frozen = tuple(ev.TextFile(path=path, text=files[path]) for path in sorted(files))
        sha256 = files_sha256(files)
        self.log.record("candidate", ev.Submitted(sha256=sha256, files=frozen))
        judged = self.props.judged.get(self.person.specimen)
        if judged is not None:
            card = judged.scorecard
            queued = ev.JudgementQueued(
                judgement=1, sha256=sha256, files=frozen, by="submit", budget=card.budget, seed=card.seed
            )
            self.log.record("candidate", queued)
            self.log.wait(max(card.wall_s, 1))
            self.log.record("server", ev.JudgementMade(judgement=1, scorecard=card))
            self.log.do("interviewer", cmd.AddNote(text=_shared(self.person.specimen, judged.shared_by)))
        self.log.wait(self.chance.uniform(300, 900))
        for author in ("candidate", "interviewer"):
            self.log.record(author, ev.Left())
        self.log.do("interviewer", cmd.MoveStage(stage="finished"))

    def _mark(self) -> None:
        """Blind marks: what a rule says, at times a point beside it. Every eighth waits for a decision."""
        self._file_marks(self.raters[0])
        self._file_marks(self.raters[1])
        if self.log.interview.marking.asks:
            self._invite(RATERS[2])
            self._file_marks(self.raters[2])
        total = self.log.interview.marking.total
        if self.person.number % 8 == 0 or total is None:
            return
        self.log.wait(3_600)
        outcome: ev.Outcome = "go on" if total.value >= PROGRESS_THRESHOLD else "stop"
        reason = f"By rule: the total is {total.value:.1f}, and {PROGRESS_THRESHOLD} is asked for."
        self.log.record("host", decide_on(self.log.interview, outcome, name=RATERS[0], reason=reason))

    def _file_marks(self, author: ev.Author) -> None:
        judged = self.props.judged.get(self.person.specimen)
        card = judged.scorecard if judged else None
        suggested = suggest_research(self.props.catalogue.probe.rubric, self.log.interview.ticks, card).score
        research = self.person.research if suggested is None else suggested
        means: tuple[tuple[Axis, int], ...] = (
            ("engineering", self.person.engineering),
            ("research", research),
        )
        for axis, mean in means:
            self.log.wait(self.chance.uniform(60, 300))
            beside = self.chance.choice((-1, 0, 0, 0, 0, 1))
            score = min(5, max(0, mean + beside))
            reason = f"Synthetic: {mean} by rule" + (f", {beside:+d} by chance." if beside else ".")
            self.log.do(author, cmd.Mark(axis=axis, score=score, reason=reason))


def _shared(specimen: str, count: int) -> str:
    shared = f", and {count} synthetic interviews show it" if count > 1 else ""
    return (
        f"Synthetic: this verdict is the judge's own on {specimen} of the test collection, made once{shared}."
    )


def bench_row(specimen: str, gamma: int) -> claimed.BenchRow:
    """What independent acceptance would give: (1 - a^(g+1)) / (1 - a) tokens a target call."""
    if specimen == "target_only":
        rate, drafted, tokens = None, 0.0, 1.0
    else:
        rate, drafted = ACCEPTANCE.get(specimen, USUAL_ACCEPTANCE), float(gamma)
        tokens = sum(rate**n for n in range(gamma + 1))
    usual = sum(USUAL_ACCEPTANCE**n for n in range(gamma + 1))
    calls = round(96 / tokens)
    return claimed.BenchRow(
        num_speculative_tokens=gamma,
        acceptance_rate=rate,
        draft_utilisation=(tokens - 1) / drafted if drafted else None,
        tokens_per_target_call=tokens,
        textbook_tokens_per_target_call=usual,
        speedup=tokens / (1 + DRAFT_COST * drafted),
        textbook_speedup=usual / (1 + DRAFT_COST * gamma),
        speedup_in_a_batch=tokens / (1 + drafted),
        target_calls=calls,
        draft_calls=round(calls * drafted),
        new_tokens=96,
    )
