"""GPUs are lent to one interview at a time, in the order of asking, and checked before the next one."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from isolation.contract import Device
from sandbox.core import leases as core
from sandbox.core.leases import READINGS, Leases

MIB = 1 << 20


def device(number: int, used_mib: int = 4) -> Device:
    return Device(id=f"GPU-{number}", name="Test 80GB", memory_bytes=80 << 30, used_bytes=used_mib * MIB)


def one_device() -> Leases:
    return core.read(Leases(), [device(1)])


def test_who_asks_first_gets_it_and_the_others_know_how_many_are_ahead() -> None:
    leases = one_device()
    for holder in ("a", "b", "c", "b"):
        leases = core.ask(leases, holder)
    assert leases.device_of("a") == device(1)
    assert [leases.ahead_of(holder) for holder in "abc"] == [None, 0, 1]


def test_a_device_is_read_before_the_next_one_gets_it() -> None:
    leases = core.give_back(core.ask(core.ask(one_device(), "a"), "b"), "a")
    assert leases.slots[0].state == "checking"
    assert leases.device_of("b") is None
    assert core.read(leases, [device(1)]).device_of("b") == device(1)


def test_memory_that_does_not_come_back_is_a_quarantine_with_its_reason_until_it_does() -> None:
    leases = core.give_back(core.ask(core.ask(one_device(), "a"), "b"), "a")
    for _ in range(READINGS):
        assert leases.slots[0].state == "checking"
        leases = core.read(leases, [device(1, used_mib=2052)])
    assert leases.slots[0].state == "quarantined"
    assert leases.slots[0].reason == "2.0 GiB of its memory did not come back after its last interview."
    assert leases.ahead_of("b") == 0
    assert core.read(leases, [device(1)]).device_of("b") is not None


def test_a_device_that_somebody_else_uses_is_not_lent() -> None:
    leases = core.ask(core.read(Leases(), [device(1, used_mib=3072)]), "a")
    assert leases.device_of("a") is None
    assert leases.slots[0].reason == "Something else uses 3.0 GiB of it."


def test_a_device_that_goes_away_is_not_lent_again_and_its_holder_keeps_it() -> None:
    leases = core.read(core.ask(one_device(), "a"), [])
    assert leases.device_of("a") == device(1)
    leases = core.read(core.ask(core.give_back(leases, "a"), "b"), [])
    assert (leases.slots[0].state, leases.slots[0].reason) == ("quarantined", "It is not there any more.")
    assert leases.ahead_of("b") == 0


def test_who_stops_waiting_is_not_served() -> None:
    leases = core.give_back(core.ask(core.ask(core.ask(one_device(), "a"), "b"), "c"), "b")
    leases = core.read(core.give_back(leases, "a"), [device(1)])
    assert leases.device_of("c") == device(1)


HOLDERS = st.sampled_from("abcdefg")


class AnyProgram(RuleBasedStateMachine):
    """Asking, giving back and reading in any order, beside a list of who asked when."""

    def __init__(self) -> None:
        super().__init__()
        self.inventory = {one.id: one for one in (device(1), device(2), device(3))}
        self.leases = core.read(Leases(), list(self.inventory.values()))
        self.waiting = list[str]()

    def now(self, leases: Leases) -> None:
        """The new state; whoever has a device now was next in line."""
        before, self.leases = self.leases, leases
        served = [one for one in self.waiting if leases.device_of(one) is not None]
        assert served == self.waiting[: len(served)]
        self.waiting = self.waiting[len(served) :]
        for slot in leases.slots:
            earlier = next((one for one in before.slots if one.device.id == slot.device.id), None)
            if slot.state == "held" and earlier is not None and earlier.holder != slot.holder:
                assert earlier.state != "held"

    @rule(holder=HOLDERS)
    def ask(self, holder: str) -> None:
        if self.leases.device_of(holder) is None and holder not in self.waiting:
            self.waiting.append(holder)
        self.now(core.ask(self.leases, holder))

    @rule(holder=HOLDERS)
    def give_back(self, holder: str) -> None:
        self.waiting = [one for one in self.waiting if one != holder]
        self.now(core.give_back(self.leases, holder))
        assert self.leases.device_of(holder) is None

    @rule()
    def read(self) -> None:
        self.now(core.read(self.leases, list(self.inventory.values())))

    @rule(number=st.integers(1, 3), used_mib=st.integers(0, 4096))
    def memory_moves(self, number: int, used_mib: int) -> None:
        if f"GPU-{number}" in self.inventory:
            self.inventory[f"GPU-{number}"] = device(number, used_mib)

    @rule(number=st.integers(1, 5))
    def plugged_in_or_out(self, number: int) -> None:
        if self.inventory.pop(f"GPU-{number}", None) is None:
            self.inventory[f"GPU-{number}"] = device(number)

    @invariant()
    def nobody_shares_and_nothing_is_lost(self) -> None:
        ids = [slot.device.id for slot in self.leases.slots]
        assert len(ids) == len(set(ids))
        assert {"GPU-1", "GPU-2", "GPU-3"} <= set(ids)
        holders = [slot.holder for slot in self.leases.slots if slot.state == "held"]
        assert len(holders) == len(set(holders))
        assert not set(holders) & set(self.leases.queue)
        assert all(bool(slot.holder) == (slot.state == "held") for slot in self.leases.slots)
        assert list(self.leases.queue) == self.waiting

    @invariant()
    def nobody_waits_beside_a_free_device(self) -> None:
        assert not self.leases.queue or all(slot.state != "free" for slot in self.leases.slots)

    @precondition(lambda self: bool(self.waiting))
    @rule()
    def when_all_is_given_back_and_clean_everybody_is_served(self) -> None:
        leases, clean = self.leases, [device(number) for number in (1, 2, 3)]
        served = list[str]()
        while leases.queue:
            for slot in leases.slots:
                if slot.holder:
                    leases = core.give_back(leases, slot.holder)
            expected = leases.queue
            leases = core.read(leases, [replace(one, used_bytes=0) for one in clean])
            served += [one for one in expected if leases.device_of(one) is not None]
        assert served == self.waiting


TestAnyProgram = AnyProgram.TestCase
