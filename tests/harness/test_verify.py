"""A verdict is worked out again from its record, and whatever was changed in either is found and named."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import judge as judging
from harness import record as rec
from harness import versions
from harness.battery import ECONOMY_PAIR, GREEDY_SETTINGS, Battery, make_battery
from harness.checks.contract import Contract
from harness.checks.economy import Economy
from harness.checks.greedy import Greedy
from harness.checks.law import Law
from harness.checks.speed import Speed
from harness.cli import DEFAULT_CHALLENGE, main
from harness.core.check import Budget
from harness.core.trial import Ended, Trial, TrialRun
from harness.judge import PRICES, assemble, conclude, judge
from harness.play import IN_FLIGHT, OUT_OF_TIME, play
from harness.record import BadRecord, Head, Record
from harness.runner import snapshot
from harness.schedule import Schedule
from harness.scoring import suggest
from harness.verify import Finding, verify
from isolation.bare import BareRuntime
from tests.harness.conftest import REFERENCE
from tests.harness.simulate import Sampler
from wire.scorecard import Scorecard, Status, SubmissionRef, Thresholds

SEED = 5
FILES = {"specdec.py": REFERENCE.read_text()}
Judged = tuple[Scorecard, bytes]


class LawOfOthers(Law):
    """The law check on the other checks' trials alone, which are few."""

    def trials(self, budget: Budget, rng: Random) -> Sequence[Trial]:
        return ()


def small() -> Battery:
    """The product's pairs, and twelve trials."""
    pairs = make_battery(SEED).pairs
    checks = (
        Contract(pairs),
        Greedy(pairs, settings=GREEDY_SETTINGS),
        LawOfOthers(pairs, settings=()),
        Economy(pairs, pair=ECONOMY_PAIR, block_lengths=(4,)),
        Speed(pairs, pair=ECONOMY_PAIR),
    )
    return Battery(pairs=pairs, checks=checks)


class Simulated:
    """A player that samples right, without a process."""

    def __init__(self, battery: Battery) -> None:
        self._battery = battery
        self._rng = np.random.default_rng(SEED)
        self._out: deque[Trial] = deque()

    @property
    def busy(self) -> int:
        return len(self._out)

    def begin(self, trial: Trial) -> None:
        self._out.append(trial)

    def finish(self) -> TrialRun:
        trial = self._out.popleft()
        return Sampler(self._battery.pairs[trial.pair], trial, self._rng).run()


def simulated(battery: Battery, limit: int | None = None) -> Judged:
    """What a quick judgement gives whose time is over once ``limit`` runs are recorded."""
    schedule = Schedule(battery.checks, "quick", SEED)
    cut_after = play(
        schedule,
        Simulated(battery),
        on_run=lambda run: None,
        out_of_time=lambda: limit is not None and len(schedule.runs) >= limit,
    )
    head = Head(
        submission=SubmissionRef(sha256=snapshot.sha256(FILES), files=("specdec.py",)),
        challenge="speculative-decoding",
        challenge_version=1,
        seed=SEED,
        budget="quick",
        runtime="none",
        versions=versions.here(),
        thresholds=Thresholds(),
        prices=PRICES,
        stopped=schedule.stopped,
        cut_after=cut_after,
        wall_s=12.5 if cut_after is None else 61.0,
        runs=len(schedule.runs),
    )
    verdicts = conclude(battery, schedule)
    data = rec.encode(Record(head=head, runs=tuple(schedule.runs)))
    return assemble(head, rec.sha256(data), verdicts, suggest(verdicts)), data


@pytest.fixture(scope="module")
def judged() -> Judged:
    return simulated(small())


def forged(judged: Judged, change: Callable[[Record], Record]) -> Judged:
    """The record changed, and every field of the scorecard that is copied from it too."""
    card, data = judged
    changed = change(rec.decode(data))
    record = replace(changed, head=changed.head.model_copy(update={"runs": len(changed.runs)}))
    data = rec.encode(record)
    return assemble(record.head, rec.sha256(data), card.verdicts, card.score), data


def problems(judged: Judged, thresholds: Thresholds | None = None) -> list[tuple[str, str]]:
    findings = verify(*judged, thresholds=thresholds, battery=small())
    return [(finding.about, finding.problem) for finding in findings if not finding.fits]


# -- what was judged recomputes ---------------------------------------------------------------------------


def test_a_judgement_recomputes_to_the_last_bit() -> None:
    judged = simulated(make_battery(SEED))
    findings = list(verify(*judged, thresholds=Thresholds()))
    assert [finding for finding in findings if not finding.fits] == []
    assert [finding.about for finding in findings] == [
        *("record", "what was judged", "terms", "versions", "runs", "ledgers"),
        *(f"verdict {verdict.check}" for verdict in judged[0].verdicts),
        "score",
    ]


@pytest.mark.parametrize("limit", [1, 3, 4, 7, 12])
def test_a_judgement_that_was_cut_short_recomputes(limit: int) -> None:
    card, data = simulated(small(), limit)
    assert problems((card, data)) == []
    head = rec.decode(data).head
    assert (head.stopped, head.cut_after) == (OUT_OF_TIME, limit)
    assert limit <= head.runs <= min(limit + IN_FLIGHT - 1, 12)


def test_a_real_judgement_recomputes_elsewhere_without_torch(
    tmp_path: Path, runtime: BareRuntime, capsys: pytest.CaptureFixture[str]
) -> None:
    out, kept = tmp_path / "scorecard.json", tmp_path / "record.gz"
    arguments = ["judge", str(REFERENCE), "--budget", "quick", "--seed", "1", "--runtime", "none"]
    assert main([*arguments, "--json", str(out), "--record", str(kept)]) == 0
    assert "torch" in Scorecard.model_validate_json(out.read_text()).versions
    assert kept.stat().st_size < 100_000
    code = (
        "import sys; from harness.cli import main; code = main(sys.argv[1:]);"
        "sys.exit(99 if 'torch' in sys.modules else code)"
    )
    verify_ = [sys.executable, "-c", code, "verify", str(out), str(kept), "--submission", str(REFERENCE)]
    again = subprocess.run(verify_, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stdout + again.stderr
    assert again.stdout.endswith("The scorecard recomputes.\n")
    # Where numpy has none of its wider instructions, as on an older processor.
    wider = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    plain = os.environ | {"NPY_DISABLE_CPU_FEATURES": " ".join(wider)}
    older = subprocess.run(verify_, capture_output=True, text=True, check=False, env=plain)
    assert older.returncode == 0, older.stdout + older.stderr
    assert ('processor "' in older.stdout) == bool(wider)
    assert main(["verify", str(out), str(kept), "--submission", __file__]) == 1
    assert "DIFFERS  submission" in capsys.readouterr().out


def test_a_real_judgement_that_the_clock_ended_recomputes(
    runtime: BareRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(judging.WALL_S, "quick", 0.1)  # type: ignore[arg-type]
    kept: list[bytes] = []
    card = judge(
        FILES,
        challenge_folder=DEFAULT_CHALLENGE,
        seed=SEED,
        budget="quick",
        runtime=runtime,
        on_progress=lambda progress: None,
        on_record=kept.append,
        battery=small(),
    )
    assert rec.decode(kept[0]).head.cut_after == 1
    assert {verdict.status for verdict in card.verdicts} > {Status.NOT_RUN}
    assert problems((card, kept[0])) == []


# -- what was changed is found ----------------------------------------------------------------------------


def first_of(record: Record, purpose: str) -> int:
    return next(n for n, run in enumerate(record.runs) if run.trial.purpose == purpose)


def with_run(record: Record, index: int, **changes: object) -> Record:
    runs = list(record.runs)
    runs[index] = replace(runs[index], **changes)  # type: ignore[arg-type]
    return replace(record, runs=tuple(runs))


def other_token(purpose: str) -> Callable[[Record], Record]:
    """The last token of a run became the most likely other one."""

    def change(record: Record) -> Record:
        index = first_of(record, purpose)
        run = record.runs[index]
        target = make_battery(SEED).pairs[run.trial.pair].target
        row = target.logits(target.states((*run.trial.prompt, *run.tokens[:-1]))[-1]).copy()
        row[run.tokens[-1]] = -np.inf
        return with_run(record, index, tokens=(*run.tokens[:-1], int(row.argmax())))

    return change


def other_call(**changes: object) -> Callable[[Record], Record]:
    """The tenth call of the first run on economy, changed."""

    def change(record: Record) -> Record:
        index = first_of(record, "economy")
        calls = list(record.runs[index].calls)
        calls[9] = replace(calls[9], **changes)  # type: ignore[arg-type]
        return with_run(record, index, calls=tuple(calls))

    return change


def without_call(record: Record) -> Record:
    index = first_of(record, "economy")
    calls = record.runs[index].calls
    return with_run(record, index, calls=calls[:-1])


def fed_twice(record: Record) -> Record:
    """A legal ledger that costs more: the whole text is fed where a part would do."""
    index = first_of(record, "economy")
    calls = list(record.runs[index].calls)
    calls[-1] = replace(calls[-1], fed=len(calls[-1].path))
    return with_run(record, index, calls=tuple(calls))


def moved(order: Callable[[list[TrialRun]], list[TrialRun]]) -> Callable[[Record], Record]:
    return lambda record: replace(record, runs=tuple(order(list(record.runs))))


def headed(**changes: object) -> Callable[[Record], Record]:
    return lambda record: replace(record, head=record.head.model_copy(update=changes))


@pytest.mark.parametrize(
    ("change", "about", "words"),
    [
        (other_token("economy"), "verdict law", "differs: expected"),
        (other_token("greedy"), "runs", "ends after 11 runs"),  # it settles the check: no more are due
        (fed_twice, "verdict speed", "differs: expected"),
        (without_call, "verdict economy", "differs: expected"),
        (other_call(model="draft"), "ledgers", "goes on from a text that no cache of the target held"),
        (other_call(path=(1, 2, 3), fed=1), "ledgers", "call 10 goes on from a text that no cache"),
        (other_call(path=(600,), fed=1), "ledgers", "call 10 feeds a token that is not in the vocabulary"),
        (lambda record: with_run(record, 8, ended=Ended.RAISED), "ledgers", "did not return"),
        (lambda record: with_run(record, 8, tokens=(10_000,)), "ledgers", "run 9 (greedy on"),
        (
            lambda record: with_run(record, 8, trial=replace(record.runs[8].trial, seed=9)),
            "runs",
            "First difference: seed, expected",
        ),
        (moved(lambda runs: runs[:5] + runs[6:]), "runs", "run 6 is of another trial"),
        (moved(lambda runs: runs[:5] + runs[6:]), "runs", "which is not in the record"),
        (moved(lambda runs: runs[:-1]), "runs", "run 12 is missing: the schedule goes on with greedy on"),
        (moved(lambda runs: []), "runs", "run 1 is missing"),
        (
            moved(lambda runs: [*runs[:5], runs[6], runs[5], *runs[7:]]),
            "runs",
            "which is run 7 in the record",
        ),
        (moved(lambda runs: [*runs[:5], runs[5], *runs[5:]]), "runs", "run 7 is of another trial"),
        (moved(lambda runs: [*runs, runs[-1]]), "runs", "ends after 12 runs, the record has 1 more"),
        (headed(seed=6), "runs", "run 1 is of another trial"),
        (headed(budget="full"), "runs", "run 5 is of another trial"),
        (headed(stopped=OUT_OF_TIME), "runs", 'expected the end "the time for judging ran out", got ""'),
        (headed(cut_after=6, stopped=OUT_OF_TIME), "runs", "the record has 4 more"),
        (headed(cut_after=12, stopped=OUT_OF_TIME), "runs", "after 60 s, got one after 12.5 s"),
        (headed(cut_after=90), "runs", "expected no time left after run 90"),
        (headed(prices=PRICES[:1]), "terms", "price lists"),
        (headed(thresholds=Thresholds(gain=9.0)), "terms", "gain differs: expected 9.0, got 1.2"),
    ],
)
def test_a_changed_record_is_found_even_if_its_hash_was_renewed(
    judged: Judged, change: Callable[[Record], Record], about: str, words: str
) -> None:
    found = problems(forged(judged, change), Thresholds())
    assert about in [name for name, _ in found]
    assert words in dict(found)[about]


def test_runs_left_out_at_the_end_need_a_clock_that_ran_out(judged: Judged) -> None:
    """Who says so must give a wall time to match, and then has other verdicts."""

    def cut(wall_s: float) -> Judged:
        changes = {"cut_after": 6, "stopped": OUT_OF_TIME, "wall_s": wall_s}
        return forged(
            judged,
            lambda record: Record(head=record.head.model_copy(update=changes), runs=record.runs[:8]),
        )

    assert ("runs", "expected an end by the clock after 60 s, got one after 12.5 s") in problems(cut(12.5))
    late = dict(problems(cut(61.0)))
    assert "runs" not in late
    assert "verdict contract" in late


def test_a_changed_scorecard_is_found(judged: Judged) -> None:
    card, data = judged

    def changed(**changes: object) -> list[tuple[str, str]]:
        return problems((card.model_copy(update=changes), data))

    law = next(n for n, verdict in enumerate(card.verdicts) if verdict.check == "law")
    verdict = card.verdicts[law]
    measured = verdict.measurements[0]
    nudged = math.nextafter(measured.value, math.inf)
    figure = measured.model_copy(update={"value": nudged, "high": nudged})
    other = verdict.model_copy(update={"measurements": (figure, *verdict.measurements[1:])})
    assert changed(verdicts=(*card.verdicts[:law], other, *card.verdicts[law + 1 :])) == [
        ("verdict law", f"measurements[0].value differs: expected {nudged!r}, got {measured.value!r}")
    ]
    assert changed(score=card.score.model_copy(update={"suggested": 4})) == [
        ("score", "suggested differs: expected 4, got 1")
    ]
    assert changed(seed_commitment="0" * 64)[0][0] == "what was judged"
    assert changed(wall_s=12.0) == [("what was judged", "wall_s differs: expected 12.0, got 12.5")]
    assert changed(record_sha256=None)[0][1].startswith("expected sha256 none, got ")
    assert changed(verdicts=card.verdicts[1:])[0][0] == "verdicts"


def test_on_another_processor_the_last_digits_may_differ_and_no_more(judged: Judged) -> None:
    elsewhere = headed(versions=versions.here() | {"processor": "another"})
    card, data = forged(judged, elsewhere)

    def scaled(factor: float) -> list[Finding]:
        law = next(verdict for verdict in card.verdicts if verdict.check == "law")
        figures = tuple(
            one.model_copy(update={name: getattr(one, name) * factor for name in ("low", "value", "high")})
            for one in law.measurements
        )
        verdicts = tuple(
            verdict.model_copy(update={"measurements": figures}) if verdict is law else verdict
            for verdict in card.verdicts
        )
        return [
            finding
            for finding in verify(card.model_copy(update={"verdicts": verdicts}), data, battery=small())
            if finding.about == "verdict law"
        ]

    assert scaled(1.0)[0].detail == "inconclusive"
    assert scaled(1 + 1e-14)[0].fits
    assert "another numpy or processor" in scaled(1 + 1e-14)[0].detail
    assert not scaled(1 + 1e-6)[0].fits


def test_bytes_that_are_no_record_raise(judged: Judged) -> None:
    with pytest.raises(BadRecord):
        list(verify(judged[0], judged[1][:-1]))


# -- from a shell -----------------------------------------------------------------------------------------


@pytest.fixture
def written(judged: Judged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A scorecard and its record, where the battery is the small one."""
    monkeypatch.setattr("harness.verify.make_battery", lambda seed: small())
    scorecard, record = tmp_path / "scorecard.json", tmp_path / "record.gz"
    scorecard.write_text(judged[0].model_dump_json())
    rec.write(record, judged[1])
    return scorecard, record


def test_exit_codes(written: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scorecard, record = map(str, written)
    assert main(["verify", scorecard, record]) == 0
    assert "ok       verdict law           inconclusive" in capsys.readouterr().out
    other = tmp_path / "other.json"
    other.write_text(Path(scorecard).read_text().replace('"suggested":1', '"suggested":4'))
    assert main(["verify", str(other), record]) == 1
    assert "DIFFERS  score                 suggested differs: expected 4, got 1" in capsys.readouterr().out
    assert main(["verify", scorecard, scorecard]) == 65
    assert "not a gzip file" in capsys.readouterr().err
    assert main(["verify", record, record]) == 65
    assert "is no scorecard" in capsys.readouterr().err
    assert main(["verify", scorecard, str(tmp_path / "none")]) == 65
    assert main(["verify", str(tmp_path / "none"), record]) == 65
    assert main(["verify", scorecard, record, "--challenge", str(tmp_path)]) == 70
    assert "Nothing was verified." in capsys.readouterr().err
    assert main(["verify", scorecard]) == 64


def test_a_crash_of_ours_is_no_mismatch(
    written: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("harness.verify.make_battery", broken)
    assert main(["verify", *map(str, written)]) == 70
    assert "a bug of ours" in capsys.readouterr().err


# -- whatever a file says ---------------------------------------------------------------------------------


def places(value: object, at: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Where the leaves of a JSON value are."""
    if isinstance(value, dict):
        return [place for key, inner in value.items() for place in places(inner, (*at, key))]
    if isinstance(value, list):
        return [place for n, inner in enumerate(value) for place in places(inner, (*at, n))]
    return [at]


def replaced(line: bytes, data: st.DataObject) -> tuple[bytes, object]:
    """A line of a record with another value in one place, and the field that the place is in."""
    value = json.loads(line)
    way = data.draw(st.sampled_from(places(value)))
    holder, last = value, way[-1]
    for step in way[:-1]:
        holder = holder[step]
    other: dict[type, st.SearchStrategy[object]] = {
        bool: st.booleans(),
        int: st.integers(0, 700) | st.integers(0, 2**62),
        float: st.floats(0, 1e300),
        str: st.text(max_size=20) | st.sampled_from([*Ended, "law", "edges", "bell", "full", "0" * 64]),
        type(None): st.integers(0, 12),
    }
    holder[last] = data.draw(other[type(holder[last])])
    return json.dumps(value, separators=(",", ":")).encode(), way[0]


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_any_value_replaced_is_a_finding_or_a_bad_record_and_never_a_crash(
    judged: Judged, data: st.DataObject
) -> None:
    card, original = judged
    lines = original.splitlines()
    index = data.draw(st.integers(0, len(lines) - 1))
    lines[index], field = replaced(lines[index], data)
    changed = b"\n".join(lines) + b"\n"
    renewed = card.model_copy(update={"record_sha256": rec.sha256(changed)})
    try:
        found = [finding for finding in verify(renewed, changed, battery=small()) if not finding.fits]
    except BadRecord:
        return
    # Not every check reads every ledger or time, and none reads a run's memory or a good run's note.
    unread = ("calls", "wall_s", "cpu_s", "peak_memory_bytes", "note")
    assert found or changed == original or (index > 0 and field in unread)
