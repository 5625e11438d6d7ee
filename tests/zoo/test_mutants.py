"""Every defence has a mutant: with that defence off, and nothing else, its case gets through.

A case that stays caught with its defence off tests something else. All is turned off from here; the product has
no switch for it.
"""

from __future__ import annotations

import os
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

import harness.checks.contract
import harness.checks.economy_runs
import harness.checks.edges
import harness.checks.independence
import harness.checks.law
import harness.checks.provenance
import harness.checks.speed
import harness.oracle.caches
import harness.oracle.codec
import harness.oracle.session
import harness.runner.channel
import harness.runner.contestant
import harness.runner.snapshot
import pairs.analytic
import pairs.economy
from harness.battery import LAW_SETTINGS, Battery, make_battery
from harness.checks.contract import Contract
from harness.checks.economy import Economy
from harness.checks.independence import Independence
from harness.checks.law import Law
from harness.checks.provenance import Provenance
from harness.checks.speed import Speed
from harness.cli import DEFAULT_CHALLENGE
from harness.core.blocks import Placement
from harness.core.evidence import Evidence
from harness.core.trial import Ended, Trial, TrialRun
from harness.judge import judge
from harness.oracle.caches import CacheLimits
from harness.oracle.session import Outcome as Ending
from harness.oracle.session import Session, TrialLimits
from harness.runner.channel import Channel, Listener
from harness.runner.contestant import Contestant, Deadlines
from harness.runner.snapshot import BadSnapshot
from harness.scoring import SPEEDUP
from isolation.bare import candidate_python
from isolation.contract import Runtime, RuntimeFault
from tests.zoo.run import NO_FASTER, PLAIN, Outcome, outcome_of
from tests.zoo.standing import MARK, MARKED
from tests.zoo.warm import WarmRuntime
from tests.zoo.zoo import ENTRY, Specimen, specimens
from wire.scorecard import Score, Scorecard

SEED = 11
OTHER_MARK = "probe-mutant-mark"
SHORT_OF_PLACES = 8
"""Law trials, about 500 tokens. Places in the block halve what is needed, and learned bets see the bug later."""
ZOO = {each.name: each for each in specimens()}
Patch = pytest.MonkeyPatch

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def runtime() -> Iterator[WarmRuntime]:
    try:
        candidate_python()
    except RuntimeFault as fault:
        pytest.skip(f"no environment with torch: {fault}")
    with WarmRuntime() as warm:
        yield warm


def made(*kinds: type) -> Battery:
    """The contract and these checks, on fresh pairs: a law that was changed is in them."""
    battery = make_battery(SEED)
    return Battery(
        pairs=battery.pairs, checks=tuple(each for each in battery.checks if isinstance(each, (Contract, *kinds)))
    )


def card_of(
    specimen: Specimen, runtime: Runtime, battery: Battery, deadlines: Deadlines | None = None
) -> Scorecard:
    return judge(
        specimen.files,
        challenge_folder=DEFAULT_CHALLENGE,
        seed=SEED,
        budget="quick",
        runtime=runtime,
        on_progress=lambda progress: None,
        battery=battery,
        scorer=lambda verdicts: Score(axis="research", suggested=0, because=()),
        deadlines=deadlines,
    )


def outcome(name: str, runtime: Runtime, *kinds: type, deadlines: Deadlines | None = None) -> Outcome:
    return outcome_of(ZOO[name], card_of(ZOO[name], runtime, made(*kinds), deadlines))


def play_one(specimen: Specimen, runtime: Runtime, deadlines: Deadlines | None = None) -> TrialRun:
    """One trial."""
    battery = make_battery(SEED)
    trial = Trial(
        purpose="contract",
        pair="bell",
        prompt=(1, 2, 3),
        max_new_tokens=20,
        num_speculative_tokens=2,
        temperature=1.0,
        seed=SEED,
    )
    with Contestant(specimen.files, battery.pairs, runtime, deadlines=deadlines) as contestant:
        return contestant.play(trial)


def kept(result: Outcome) -> bool:
    """It went on as if nothing had been wrong."""
    return not result.failed


def raised(result: Outcome) -> bool:
    """So do cheats that got through, where no verdict would show it."""
    return result.endings == ("raised",)


def taken_in(result: Outcome) -> bool:
    """The next defence stopped it."""
    return result.endings == ("limit",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    defence: str
    name: str
    """Of the specimen."""
    off: Callable[[Patch], None]
    through: Callable[[Outcome], bool] = kept
    checks: Sequence[type] = ()


def without_result_checks(*, prompt: bool, ids: bool) -> Callable[[Patch], None]:
    def result(session: Session, tokens: tuple[int, ...]) -> Ending:
        own = session._trial.prompt
        if prompt and tokens[: len(own)] != own:
            return Ending(Ended.BAD_RESULT)
        new = tokens[len(own) :]
        if ids and new and max(new) >= session._pair.vocab_size:
            return Ending(Ended.BAD_RESULT)
        return Ending(Ended.RETURNED, new)

    return lambda patch: patch.setattr(Session, "_result", result)


def without_breach(kind: str) -> Callable[[Patch], None]:
    judged = harness.checks.contract.breach_of

    def breach_of(run: TrialRun, pair: pairs.analytic.Pair) -> harness.checks.contract.Breach | None:
        breach = judged(run, pair)
        return None if breach is not None and breach.kind == kind else breach

    return lambda patch: patch.setattr(harness.checks.contract, "breach_of", breach_of)


def both(*offs: Callable[[Patch], None]) -> Callable[[Patch], None]:
    def off(patch: Patch) -> None:
        for each in offs:
            each(patch)

    return off


def with_limits(**limits: object) -> Callable[[Patch], None]:
    usual = harness.oracle.session.limits_for

    def wider(trial: Trial) -> TrialLimits:
        return replace(usual(trial), **limits)  # type: ignore[arg-type]

    return lambda patch: patch.setattr(harness.oracle.session, "limits_for", wider)


def without_bets(patch: Patch) -> None:
    fair = np.ones
    usual = Law._ratios
    patch.setattr(
        Law,
        "_ratios",
        lambda self, memory, pair, evidence: (fair(usual(self, memory, pair, evidence)[0].shape), memory),
    )
    # The bets, not what is impossible: that is another defence.
    patch.setattr(harness.checks.law, "IMPOSSIBLE", 0.0)


def without_repeats(patch: Patch) -> None:
    patch.setattr(harness.checks.independence, "_peak", lambda path: 0.0)


def without_provenance(patch: Patch) -> None:
    usual = harness.checks.provenance.place

    def all_scored(*ledger: object) -> Placement:
        found = usual(*ledger)  # type: ignore[arg-type]
        return replace(found, call=np.maximum(found.call, 0))

    patch.setattr(harness.checks.provenance, "place", all_scored)


def with_retries(patch: Patch) -> None:
    once = Contestant.play

    def play(contestant: Contestant, trial: Trial) -> TrialRun:
        for attempt in range(12):
            run = once(contestant, replace(trial, seed=trial.seed + attempt))
            if run.ended is Ended.RETURNED:
                return replace(run, trial=trial)
        return run

    patch.setattr(Contestant, "play", play)


MUTANTS = (
    Mutant(
        defence="one request in flight",
        name="pipelines",
        off=lambda patch: patch.setattr(Channel, "pending", 0),
    ),
    Mutant(
        defence="a cache's handle has a generation",
        name="uses_a_freed_cache",
        off=lambda patch: patch.setattr(harness.oracle.caches, "GENERATIONS", 1),
    ),
    Mutant(
        defence="a frame's length is checked before its body is taken in",
        name="overlong_request",
        off=lambda patch: patch.setattr(harness.runner.channel, "MAX_REQUEST", 1 << 20),
        through=taken_in,
    ),
    Mutant(
        defence="one connection a trial",
        name="connects_twice",
        off=lambda patch: patch.setattr(Listener, "__exit__", lambda *_: None),
        through=raised,
    ),
    Mutant(
        defence="the judge compares with its own copy of the prompt",
        name="rewrites_the_prompt",
        off=without_result_checks(prompt=False, ids=True),
    ),
    Mutant(
        defence="returned ids are in the vocabulary (the wire's check and the contract's)",
        name="numbers_out_of_range",
        off=both(without_result_checks(prompt=True, ids=False), without_breach("range")),
    ),
    Mutant(
        defence="one version of the protocol",
        name="another_version",
        off=lambda patch: patch.setattr(harness.oracle.session, "VERSION", 7),
    ),
    Mutant(
        defence="forward passes are counted",
        name="calls_without_end",
        off=with_limits(calls=10**6, ledger_tokens=10**9),
    ),
    Mutant(
        defence="caches are counted",
        name="opens_many_caches",
        off=with_limits(caches=CacheLimits(live=4000)),
    ),
    Mutant(
        defence="the record of a trial is bounded",
        name="bloats_the_record",
        off=with_limits(calls=10**6, ledger_tokens=10**9),
    ),
    Mutant(
        defence="a context has an end",
        name="too_long_a_context",
        off=with_limits(caches=CacheLimits(positions=4096)),
    ),
    Mutant(defence="text ends at EOS", name="past_eos", off=without_breach("past_eos")),
    Mutant(defence="no fewer tokens than asked", name="one_short", off=without_breach("short")),
    Mutant(defence="no more tokens than asked", name="overshoot", off=without_breach("long")),
    Mutant(
        defence="bets that texts repeat each other",
        name="the_same_for_a_prompt",
        off=without_repeats,
        checks=(Independence,),
    ),
    Mutant(
        defence="bets on the law, on all sampled runs",
        name="lossy_on_long_texts",
        off=without_bets,
        checks=(Law, Economy),
    ),
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: each.defence.replace(" ", "-"))
def test_with_its_defence_off_a_case_gets_through(
    mutant: Mutant, runtime: WarmRuntime, monkeypatch: Patch
) -> None:
    assert not mutant.through(outcome(mutant.name, runtime, *mutant.checks))
    mutant.off(monkeypatch)
    through = outcome(mutant.name, runtime, *mutant.checks)
    assert mutant.through(through), through


def speed_of(name: str, runtime: Runtime) -> float:
    return outcome(name, runtime, Economy, Speed).speedup


def is_faster(name: str, runtime: Runtime) -> bool:
    return speed_of(name, runtime) > NO_FASTER * speed_of(PLAIN, runtime)


def test_without_a_price_for_drafts_drafting_far_ahead_pays(runtime: WarmRuntime, monkeypatch: Patch) -> None:
    assert not is_faster("drafts_far_ahead", runtime)
    free = replace(harness.checks.speed.MEMORY_BOUND, draft_call=0, draft_position=0, draft_cached=0)
    monkeypatch.setattr(harness.checks.speed, "MEMORY_BOUND", free)
    assert is_faster("drafts_far_ahead", runtime)


def test_without_a_price_for_calls_splitting_them_costs_nothing(
    runtime: WarmRuntime, monkeypatch: Patch
) -> None:
    assert speed_of("one_token_a_call", runtime) < 0.8 * speed_of(PLAIN, runtime)
    free = replace(harness.checks.speed.MEMORY_BOUND, target_call=0, target_cached=0)
    monkeypatch.setattr(harness.checks.speed, "MEMORY_BOUND", free)
    assert speed_of("one_token_a_call", runtime) > 0.9 * speed_of(PLAIN, runtime)


def test_without_a_charge_for_failed_trials_a_crash_when_unlucky_pays(
    runtime: WarmRuntime, monkeypatch: Patch
) -> None:
    assert not is_faster("crashes_when_unlucky", runtime)
    charged = harness.checks.economy_runs.Costed.paid
    monkeypatch.setattr(
        harness.checks.economy_runs.Costed,
        "paid",
        lambda run, prices: charged(run, prices) if run.tokens else 0.0,
    )
    assert is_faster("crashes_when_unlucky", runtime)


def test_with_retries_a_crash_when_unlucky_pays(runtime: WarmRuntime, monkeypatch: Patch) -> None:
    def failed_and_speed() -> tuple[float, float]:
        battery = make_battery(SEED)
        checks = tuple(each for each in battery.checks if isinstance(each, Economy | Speed))
        card = card_of(ZOO["crashes_when_unlucky"], runtime, Battery(pairs=battery.pairs, checks=checks))
        figures = {each.name: each.value for verdict in card.verdicts for each in verdict.measurements}
        return figures["runs charged as failed"], figures[SPEEDUP]

    plain = speed_of(PLAIN, runtime)
    failed, speed = failed_and_speed()
    assert failed
    assert speed < plain
    with_retries(monkeypatch)
    failed, speed = failed_and_speed()
    assert not failed
    assert speed > NO_FASTER * plain


def test_with_a_law_that_hangs_on_one_token_a_memory_of_rows_pays(
    runtime: WarmRuntime, monkeypatch: Patch
) -> None:
    def result() -> Outcome:
        battery = make_battery(SEED)
        checks = (
            Contract(battery.pairs),
            Law(battery.pairs, settings=LAW_SETTINGS[1:2]),
            Economy(battery.pairs, pair="bell", block_lengths=(2, 4)),
            Speed(battery.pairs, pair="bell"),
        )
        specimen = ZOO["remembers_by_the_last_token"]
        return outcome_of(specimen, card_of(specimen, runtime, Battery(pairs=battery.pairs, checks=checks)))

    assert "law" in result().failed
    monkeypatch.setattr(pairs.analytic, "advance", lambda state, token: pairs.analytic.mix(token))
    through = result()
    assert "law" not in through.failed
    assert through.speedup > 3.0


def test_without_a_one_way_key_a_row_gives_away_all_later_rows(
    runtime: WarmRuntime, monkeypatch: Patch
) -> None:
    assert not is_faster("inverts_the_noise", runtime)
    monkeypatch.setattr(pairs.analytic, "one_way", lambda key, state: state)
    through = outcome("inverts_the_noise", runtime, Law, Provenance, Economy, Speed)
    assert kept(through), through
    assert through.speedup > 10.0


def test_without_provenance_lawful_tokens_need_no_call_at_all(
    runtime: WarmRuntime, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(pairs.analytic, "one_way", lambda key, state: state)
    usual = ZOO["inverts_the_noise"]
    last_call = '        self.models["target"](torch.tensor([self.text]))\n        return'
    assert last_call in usual.files[ENTRY]
    silent = replace(usual, files=usual.files | {ENTRY: usual.files[ENTRY].replace(last_call, "        return")})
    assert "provenance" in outcome_of(silent, card_of(silent, runtime, made(Law, Provenance, Economy))).failed
    without_provenance(monkeypatch)
    through = outcome_of(silent, card_of(silent, runtime, made(Law, Provenance, Economy)))
    assert not {"law", "provenance"} & set(through.failed), through


def test_without_the_bound_nothing_is_flagged_as_too_fast(runtime: WarmRuntime, monkeypatch: Patch) -> None:
    def flagged() -> bool:
        card = card_of(ZOO["too_good_to_be_true"], runtime, made(Economy, Speed))
        return any("For a person to look at" in verdict.diagnosis for verdict in card.verdicts)

    assert flagged()
    monkeypatch.setattr(harness.checks.speed, "any_coupling_speedup", lambda paths, prices: 1e9)
    assert not flagged()


def test_without_places_in_the_block_a_bug_of_the_bonus_token_gets_through_a_short_judgement(
    runtime: WarmRuntime, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(harness.checks.law, "TRIALS", {"quick": SHORT_OF_PLACES})
    assert "law" in outcome("bonus_argmax", runtime, Law).failed
    usual = Law._evidence

    def nowhere(check: Law, run: TrialRun) -> Evidence | None:
        found = usual(check, run)
        if found is None:
            return None
        zeros = np.zeros_like(found.placement.stratum)
        return replace(found, placement=replace(found.placement, stratum=zeros, index=zeros))

    monkeypatch.setattr(Law, "_evidence", nowhere)
    assert "law" not in outcome("bonus_argmax", runtime, Law).failed


def test_one_process_for_all_trials_remembers(runtime: WarmRuntime) -> None:
    fork = "        child = os.fork()\n        if child == 0:\n            _run_and_exit(control, partial(_play"
    assert kept(outcome("remembers_in_the_process", runtime))

    def in_one_process(source: str) -> str:
        assert fork in source
        # The trial is played by the process that serves all; a child that ends at once stands in for it.
        played = "        _play(stage, number)\n        child = os.fork()\n        if child == 0:\n            os._exit(0)\n"
        # What a trial sets on its process would end the server.
        lenient = source.replace("if _inherited_settings() != settings:", "if False:")
        return lenient.replace(fork, played + "            _run_and_exit(control, partial(_play")

    with WarmRuntime(edit=in_one_process) as forgetful:
        assert "raised" in outcome("remembers_in_the_process", forgetful).endings


def test_a_receive_that_takes_descriptors_is_given_them(
    runtime: WarmRuntime, monkeypatch: Patch
) -> None:
    taken: list[int] = []

    def read(channel: Channel) -> None:
        space = channel._frames.space()
        try:
            count, messages, _, _ = channel._socket.recvmsg_into([space], 8192)
        except BlockingIOError:
            return
        for _, _, data in messages:
            taken.extend(array("i", data))
        if not count:
            raise harness.runner.channel.HungUp
        channel._frames.added(count)

    before = len(os.listdir("/proc/self/fd"))
    assert kept(outcome("stuffs_descriptors", runtime))
    assert len(os.listdir("/proc/self/fd")) <= before
    monkeypatch.setattr(Channel, "_read", read)
    play_one(ZOO["stuffs_descriptors"], runtime)
    for descriptor in taken:
        os.close(descriptor)
    assert len(taken) >= 50


def test_without_the_deadline_a_loop_is_waited_for(runtime: WarmRuntime) -> None:
    def seconds(deadline: float) -> float:
        began = time.monotonic()
        run = play_one(ZOO["endless"], runtime, Deadlines(trial_s=deadline, farewell_s=0.5))
        assert run.ended is Ended.TIMED_OUT
        return time.monotonic() - began

    assert seconds(0.5) < 4.0
    assert seconds(6.0) > 5.9


def test_without_a_budget_of_processor_time_computing_is_free(
    runtime: WarmRuntime, monkeypatch: Patch
) -> None:
    # A busy host may take long over these seconds.
    patient = Deadlines(trial_s=120.0)
    assert play_one(ZOO["computes_beside_the_clock"], runtime, patient).ended is Ended.LIMIT
    monkeypatch.setattr(harness.runner.contestant, "CPU_S", 1000.0)
    assert play_one(ZOO["computes_beside_the_clock"], runtime, patient).ended is Ended.RETURNED


@pytest.mark.embedded
def test_without_a_limit_of_memory_more_can_be_taken(tmp_path: Path, monkeypatch: Patch) -> None:
    from isolation.bubblewrap import EmbeddedRuntime

    try:
        jails = EmbeddedRuntime(tmp_path / "state")
    except RuntimeFault as fault:
        pytest.skip(str(fault))
    patient = Deadlines(trial_s=120.0)
    assert play_one(ZOO["eats_memory"], jails, patient).ended is not Ended.RETURNED
    wider = replace(harness.runner.contestant.JAIL_LIMITS, memory_bytes=8 << 30)
    monkeypatch.setattr(harness.runner.contestant, "JAIL_LIMITS", wider)
    assert play_one(ZOO["eats_memory"], jails, patient).ended is Ended.RETURNED


def test_what_a_submission_says_is_shown_only_as_printable(runtime: WarmRuntime, monkeypatch: Patch) -> None:
    def words() -> str:
        return card_of(ZOO["shouts_in_its_error"], runtime, made()).model_dump_json()

    assert "\u202e" not in words()
    monkeypatch.setattr(
        harness.oracle.codec, "printable", lambda hostile: bytes(hostile).decode("utf-8", "replace")[:500]
    )
    assert "\u202e" in words()


def test_a_hidden_encoding_is_judged_as_what_it_hides(runtime: WarmRuntime, monkeypatch: Patch) -> None:
    with pytest.raises(BadSnapshot):
        outcome("hides_in_an_encoding", runtime)
    monkeypatch.setattr(harness.runner.snapshot, "_check_coding", lambda name, text: None)
    assert outcome("hides_in_an_encoding", runtime).endings == ("not imported",)


@pytest.mark.embedded
def test_outside_a_jail_the_judge_is_seen(runtime: WarmRuntime) -> None:
    assert raised(outcome("walks_the_disk", runtime))


@pytest.mark.embedded
def test_outside_a_jail_another_contestant_is_seen(runtime: WarmRuntime) -> None:
    usual = ZOO["marks_for_another_jail"]
    # Other marks than those that nobody may leave on this machine while the zoo is judged beside this test.
    files = {name: text.replace(MARK, OTHER_MARK) for name, text in usual.files.items()}
    try:
        card = card_of(replace(usual, files=files), runtime, made())
        assert "raised" in outcome_of(usual, card).endings
    finally:
        for folder in (*MARKED, Path("/run"), Path("/dev/mqueue")):
            for mark in folder.glob(f"{OTHER_MARK}-*"):
                mark.unlink()
