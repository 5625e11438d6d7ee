"""Both sides go through one door, in turns; the record holds what the clock saw, and recomputes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import pytest

from harness import judge as judging
from harness import record as rec
from harness.battery import Battery
from harness.core.trial import Ended, Trial, TrialRun
from harness.judge import judge
from harness.oracle.caches import CacheLimits
from harness.verify import Finding, verify
from harness.wall import play
from harness.wall.clocked import Clocked, Turn, WallRecord
from harness.wall.play import RealPair, Task
from harness.wall.statistics import LOOKS
from isolation.bare import BareRuntime
from pairs.analytic import Pair
from tests.harness.conftest import REFERENCE
from tests.harness.made_up import CountingCheck, score
from tests.harness.wall.made_up import plain, speculative
from wire.scorecard import Scorecard

FILES = {"specdec.py": REFERENCE.read_text()}


def real(pair: Pair) -> RealPair:
    """An analytic pair in a real one's place: what is timed does not matter here."""
    return RealPair(models=pair, prompts=[(1, 2, 3), (4, 5, 6, 7)])


def battery(pair: Pair) -> Battery:
    return Battery(pairs={"small": pair}, checks=[CountingCheck("contract", 2), CountingCheck("law", 2)])


@pytest.fixture(scope="module")
def judged(
    pair: Pair, runtime: BareRuntime, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Scorecard, bytes]:
    """With no time left for a second turn."""
    folder = tmp_path_factory.mktemp("challenge")
    folder.joinpath("challenge.toml").write_text(
        'slug = "small"\nversion = 3\ntitle = "Small"\nkind = "implement"\naxis = "research"\n'
        'minutes = 45\nentry = "specdec.py"\n'
    )
    records: list[bytes] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(judging, "TIMING_S", 0.0)
        patched.setattr(judging, "LEAST_TIMING_S", 0.0)
        card = judge(
            FILES,
            challenge_folder=folder,
            seed=42,
            budget="quick",
            runtime=runtime,
            on_progress=lambda progress: None,
            on_record=records.append,
            battery=battery(pair),
            scorer=score,
            real=real(pair),
        )
    return card, records[0]


@pytest.fixture(scope="module")
def measured(judged: tuple[Scorecard, bytes]) -> WallRecord:
    wall = rec.decode(judged[1]).wall
    assert wall is not None
    return wall


def test_a_turn_is_one_prompt_decoded_by_both(measured: WallRecord) -> None:
    [turn] = measured.turns
    assert measured.stopped == "out of time"
    assert (turn.plain.tokens, turn.candidate.tokens) == (64, 64)
    assert turn.plain.ended is turn.candidate.ended is Ended.RETURNED


def test_plain_decoding_asks_the_target_for_a_token_a_call(measured: WallRecord) -> None:
    [turn] = measured.turns
    assert {each.model for each in turn.plain.passes} == {"target"}
    assert sum(each.count for each in turn.plain.passes) == 64
    assert sum(each.count for each in turn.plain.passes if each.fed > 1) == 1


def test_the_submission_asks_both_models_and_time_inside_them_is_part_of_all(measured: WallRecord) -> None:
    [turn] = measured.turns
    assert {each.model for each in turn.candidate.passes} == {"target", "draft"}
    for side in (turn.plain, turn.candidate):
        assert 0 < side.inside_s < side.wall_s


def test_the_texts_are_held_against_the_law(measured: WallRecord) -> None:
    assert measured.law is not None
    assert (measured.law.tokens, measured.law.rejected) == (64, False)


class Player:
    """One side, without a jail; some of its generations end as ``ends`` says."""

    def __init__(self, side: Clocked, ends: Sequence[Ended] = ()) -> None:
        self._side, self._ends, self.prompts = side, list(ends), list[tuple[int, ...]]()

    def play(self, trial: Trial) -> tuple[Clocked, TrialRun]:
        self.prompts.append(trial.prompt)
        ended = self._ends.pop(0) if self._ends else Ended.RETURNED
        side = self._side.model_copy(update={"ended": ended})
        return side, TrialRun(trial=trial, ended=ended)


def turns_of(pair: Pair, one: Player, other: Player, until: float) -> tuple[int, str]:
    turns, _, stopped = play.play_turns(one, other, play.trials(Task(), real(pair), Random(1)), until)
    return len(turns), stopped


def test_both_get_the_same_prompts_in_turns_and_it_ends_once_it_is_precise(pair: Pair) -> None:
    one, other = Player(plain()), Player(speculative())
    assert turns_of(pair, one, other, math.inf) == (LOOKS[0], "precise")
    assert one.prompts == other.prompts
    assert len(one.prompts) == LOOKS[0] + 1, "the first turn warms up and does not count"


def test_time_that_is_over_ends_it(pair: Pair) -> None:
    assert turns_of(pair, Player(plain()), Player(speculative()), -math.inf) == (1, "out of time")


def test_a_submission_that_fails_twice_ends_it(pair: Pair) -> None:
    failing = Player(speculative(), [Ended.RETURNED, Ended.RAISED, Ended.RETURNED, Ended.TIMED_OUT])
    assert turns_of(pair, Player(plain()), failing, math.inf) == (3, "failed")


def test_one_that_fails_at_once_is_not_taken_for_a_warm_up(pair: Pair) -> None:
    failing = Player(speculative(), [Ended.RAISED] * 2)
    assert turns_of(pair, Player(plain()), failing, math.inf) == (2, "failed")


def test_caches_of_a_real_pair_have_limits_of_their_own() -> None:
    assert play.CACHES.tokens < CacheLimits().tokens
    assert play.CACHES.live < CacheLimits().live


def test_wall_time_is_beside_the_verdicts_and_not_in_the_score(judged: tuple[Scorecard, bytes]) -> None:
    card, _ = judged
    assert card.wall_time is not None
    assert card.wall_time.pair == "small"
    assert [verdict.check for verdict in card.verdicts] == ["contract", "law"]
    assert card.score == score(card.verdicts)
    assert Scorecard.model_validate_json(card.model_dump_json()) == card


def findings(card: Scorecard, data: bytes, pair: Pair) -> dict[str, Finding]:
    return {each.about: each for each in verify(card, data, battery=battery(pair), scorer=score)}


def test_it_recomputes_from_the_record(judged: tuple[Scorecard, bytes], pair: Pair) -> None:
    found = findings(*judged, pair)
    assert "wall time" in found
    assert [each.problem for each in found.values() if not each.fits] == []


def other_time(wall: WallRecord) -> WallRecord:
    turn = wall.turns[0]
    slower = turn.plain.model_copy(update={"wall_s": 2 * turn.plain.wall_s})
    return wall.model_copy(update={"turns": (Turn(plain=slower, candidate=turn.candidate),) * 12})


@pytest.mark.parametrize(
    "change",
    [other_time, lambda wall: wall.model_copy(update={"stopped": "precise"}), lambda wall: None],
    ids=["other times", "precise without being so", "left out"],
)
def test_a_record_that_says_something_else_is_found(
    judged: tuple[Scorecard, bytes], pair: Pair, change: Callable[[WallRecord], WallRecord | None]
) -> None:
    card, data = judged
    record = rec.decode(data)
    assert record.wall is not None
    forged = rec.encode(replace(record, wall=change(record.wall)))
    found = findings(card.model_copy(update={"record_sha256": rec.sha256(forged)}), forged, pair)
    assert [each.about for each in found.values() if not each.fits] == ["wall time"]


def test_a_judgement_without_a_real_pair_says_nothing_of_it(
    judged: tuple[Scorecard, bytes], pair: Pair
) -> None:
    card, data = judged
    bare = rec.encode(replace(rec.decode(data), wall=None))
    silent = card.model_copy(update={"wall_time": None, "record_sha256": rec.sha256(bare)})
    assert "wall time" not in findings(silent, bare, pair)
