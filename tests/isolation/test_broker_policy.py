"""The allow-list: what the product asks for passes; each step outside it is refused, with words."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.enumeration.runner import _spec
from harness.enumeration.task import Task
from harness.runner.contestant import Contestant
from isolation.broker.client import _request
from isolation.broker.policy import POLICY, Refusal, check, check_device
from isolation.contract import JailSpec
from sandbox.adapters import sandboxes
from tests.isolation.conftest import PROJECT
from wire.broker import LimitsAsked, Shown, Start


class Noting:
    """A runtime that notes what it is asked to start, and starts nothing."""

    def __init__(self) -> None:
        self.specs: list[JailSpec] = []

    def start(self, spec: JailSpec) -> Any:
        self.specs.append(spec)
        raise NotImplementedError


def session_spec(root: Path) -> JailSpec:
    server = sandboxes.LocalSandboxes(
        runtime=Noting(),  # type: ignore[arg-type]
        challenges=PROJECT / "challenges",
        pairs=PROJECT / "pairs",
        state=root,
    )
    shown = PROJECT / "challenges" / "speculative-decoding" / "visible"
    return server.spec("session-0123abcd-456", shown, root / "session-0123abcd-456" / "s", "0" * 32)


def contestant_spec(root: Path) -> JailSpec:
    runtime: Any = Noting()
    contestant = Contestant({"specdec.py": ""}, {}, runtime)
    contestant._folder, contestant._sockets = root / "probe-judge-a", root / "probe-judge-a" / "sockets"
    return contestant._jail_spec()


def enumeration_spec(root: Path) -> JailSpec:
    return _spec(root / "probe-enumerate-a", "specdec.py", Task())


SPECS = {"session": session_spec, "contestant": contestant_spec, "enumeration": enumeration_spec}


def asked(name: str, root: Path = Path("/meeting")) -> Start:
    return _request(SPECS[name](root), root)


def with_(request: Start, **fields: object) -> Start:
    return Start.model_validate({**request.model_dump(), **fields})


@pytest.mark.parametrize("kind", SPECS)
def test_what_the_product_asks_for_is_allowed(kind: str) -> None:
    check(asked(kind), POLICY, [])


def test_what_is_shown_comes_from_the_brokers_own_project() -> None:
    """The clients' binds and the broker's table agree, so a broker in between changes nothing."""
    told: dict[str, dict[str, Path]] = {kind: {} for kind in POLICY}
    for make in SPECS.values():
        spec = make(Path("/meeting"))
        told[spec.kind] |= {str(bind.target): bind.source for bind in spec.binds}
    for kind, allowed in POLICY.items():
        ours = {target: PROJECT / path for target, path in allowed.places.ours.items()}
        assert ours == {target: source for target, source in told[kind].items() if target in ours}
        assert all(path.exists() for path in ours.values())


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("session", {"name": "contestant-1"}, "no name"),
        ("contestant", {"name": "session-1"}, "no name"),
        ("session", {"name": "probe"}, "no name"),
        ("session", {"argv": ("sh", "-c", "id")}, "not started with"),
        ("session", {"argv": ()}, "not started with"),
        ("contestant", {"env": {"LD_PRELOAD": "/x"}}, "LD_PRELOAD"),
        ("session", {"env": {"DOCKER_HOST": "x"}}, "DOCKER_HOST"),
        ("session", {"shown": (Shown(target="/etc"),)}, "Nothing is shown"),
        ("session", {"shown": (Shown(target="/opt/lib/pairs", names=("a",)),)}, "not named"),
        ("session", {"shown": (Shown(target="/opt/challenge"),)}, "not named"),
        ("session", {"shown": (Shown(target="/opt/challenge", names=("a", "b")),)}, "not named"),
        ("session", {"shown": (Shown(target="/opt/challenge", names=("A_b",)),)}, "not named"),
        ("session", {"shown": (Shown(target="/submission", names=("a",)),)}, "Nothing is shown"),
        ("contestant", {"shown": (Shown(target="/opt/challenge", names=("a",)),)}, "Nothing is shown"),
        ("contestant", {"shown": (Shown(target="/submission"),)}, "not named"),
        ("contestant", {"shown": (Shown(target="/submission", names=("a",)),) * 2}, "twice"),
    ],
)
def test_each_step_outside_is_refused(kind: str, fields: dict[str, Any], words: str) -> None:
    request = asked(kind).model_copy(update=fields)
    if fields.get("argv") == ():
        request = request.model_copy(update={"argv": asked(kind).argv[:-1]})
    with pytest.raises(Refusal, match=words):
        check(request, POLICY, [])


@given(st.sampled_from(["session", "contestant"]), st.integers(0, 12), st.text(min_size=1, max_size=30))
def test_no_other_word_of_a_command_passes(kind: str, place: int, word: str) -> None:
    request = asked(kind)
    argv = list(request.argv)
    place %= len(argv)
    if word == argv[place] or (kind == "contestant" and place in {4, 6}):
        return
    argv[place] = word
    with pytest.raises(Refusal):
        check(request.model_copy(update={"argv": tuple(argv)}), POLICY, [])


@given(st.text(alphabet=string.ascii_letters + string.digits + "_.-/ \n;$", max_size=40))
def test_the_entry_is_a_python_file_and_nothing_else(entry: str) -> None:
    request = asked("contestant")
    changed = request.model_copy(update={"argv": (*request.argv[:4], entry, *request.argv[5:])})
    try:
        check(changed, POLICY, [])
    except Refusal:
        return
    assert entry.endswith(".py")
    assert entry[:-3].isidentifier()


@pytest.mark.parametrize("name", ["memory_bytes", "cpus", "pids", "disk_bytes"])
@pytest.mark.parametrize("kind", ["session", "contestant"])
def test_a_limit_above_the_ceiling_is_refused(kind: str, name: str) -> None:
    request = asked(kind)
    ceiling = getattr(POLICY[request.kind].ceiling, name)
    at, above = ({**request.limits.model_dump(), name: ceiling + more} for more in (0, 1))
    check(with_(request, limits=LimitsAsked(**at)), POLICY, [])
    with pytest.raises(Refusal, match=name):
        check(with_(request, limits=LimitsAsked(**above)), POLICY, [])


def test_there_are_only_so_many_of_a_kind_and_no_two_of_a_name() -> None:
    request = asked("session")
    others = [f"session-{n}" for n in range(POLICY["session"].most)]
    check(request, POLICY, others[:-1])
    with pytest.raises(Refusal, match="end one first"):
        check(request, POLICY, others)
    with pytest.raises(Refusal, match="exists already"):
        check(request, POLICY, [request.name])


def test_no_variable_changes_how_programs_are_loaded() -> None:
    """Those that turn an allowed command into another one."""
    for allowed in POLICY.values():
        assert not {name for name in allowed.variables if name.startswith(("LD_", "DOCKER", "PYTHONSTARTUP"))}


def test_a_device_is_for_one_session_and_one_of_this_hosts() -> None:
    session = with_(asked("session"), device="GPU-1")
    check_device(asked("contestant"), [], [])
    check_device(session, ["GPU-1", "GPU-2"], ["GPU-2"])
    for request, inventory, held, words in (
        (with_(asked("contestant"), device="GPU-1"), ["GPU-1"], [], "given no device"),
        (session, ["GPU-2"], [], "no device GPU-1"),
        (session, ["GPU-1"], ["GPU-1"], "another jail"),
    ):
        with pytest.raises(Refusal, match=words):
            check_device(request, inventory, held)


@pytest.mark.parametrize("name", ["all", "0", "GPU-1,GPU-2", "GPU-", "none", ""])
def test_a_device_is_named_by_its_id_alone(name: str) -> None:
    with pytest.raises(ValueError, match="device"):
        with_(asked("session"), device=name)
