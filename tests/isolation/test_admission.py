"""Nobody is let into a jail that was not tried from the inside; with a defence off, the probe sees it."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isolation import admission, bwrap_argv, cgroups, probe_inside, seccomp
from isolation.admission import Admission, Tried, Verdict, bare, examine, parse
from isolation.broker.client import BrokerRuntime
from isolation.broker.policy import POLICY
from isolation.contract import Ending, Exit, JailSpec, RuntimeFault
from sandbox.adapters.sandboxes import LocalSandboxes
from sandbox.ports import SandboxFault

from .conftest import HOLDING, PROJECT, brokered, runtime_by_name

EXITED = Exit(ending=Ending.EXITED, code=0)


# -- as it is meant to be


@pytest.mark.parametrize("kind", ["session", "contestant"])
@pytest.mark.parametrize("name", HOLDING)
def test_nothing_forbidden_works_as_the_product_is(name: str, tmp_path: Path, kind: Any) -> None:
    verdict = examine(runtime_by_name(name, tmp_path / "jails"), bare(kind))
    assert verdict.holes == ()
    assert verdict.reason == ""
    assert len(verdict.tried) >= 80
    assert {each.outcome for each in verdict.tried} <= {"refused", "absent"}


@pytest.mark.parametrize("name", HOLDING)
def test_the_broker_lets_the_probe_through_and_nothing_that_looks_like_it(name: str, tmp_path: Path) -> None:
    with brokered(runtime_by_name(name, tmp_path / "jails"), tmp_path / "m", POLICY) as path:
        runtime = BrokerRuntime(path)
        assert examine(runtime, bare("session")).holes == ()
        for argv in (
            (*admission.COMMAND[:-1], admission.TEXT + "\n", "{}"),
            (*admission.COMMAND, "{}", "more"),
            (*admission.COMMAND, "$(id)"),
            ("python", "-c", admission.TEXT, "{}"),
        ):
            with pytest.raises(RuntimeFault, match="not started with"):
                runtime.start(replace(bare("session"), name="session-x", argv=argv))


def test_every_group_of_the_catalogue_is_tried() -> None:
    for words in ("AF_VSOCK", "io_uring", "bpf", "keyctl", "perf_event", "userfaultfd", "ptrace", "kexec"):
        assert any(words in name for name in probe_inside.NAMES)
    assert len(set(probe_inside.NAMES)) == len(probe_inside.NAMES) >= 25


def test_the_documents_have_the_number() -> None:
    assert f"tries {len(probe_inside.NAMES)} things" in (PROJECT / "docs" / "isolation.md").read_text()
    assert f"tries {len(probe_inside.NAMES)} forbidden things" in (PROJECT / "README.md").read_text()


# -- with a defence off

ALLOW_ALL = struct.pack("=HBBI", 0x06, 0, 0, 0x7FFF_0000)
Off = Callable[[pytest.MonkeyPatch], None]


def without(words: tuple[str, ...], *gone: str) -> tuple[str, ...]:
    assert set(gone) <= set(words)
    return tuple(word for word in words if word not in gone)


def filter_off(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(seccomp, "program", lambda kind: ALLOW_ALL)


def unshared(word: str) -> Off:
    return lambda patch: patch.setattr(bwrap_argv, "_UNSHARE", without(bwrap_argv._UNSHARE, word))


def group_setting(*files: str) -> Off:
    """The control group without these of its files, in either version."""

    def off(patch: pytest.MonkeyPatch) -> None:
        for name in ("_v1_settings", "_v2_settings"):
            whole = getattr(cgroups, name)
            patch.setattr(
                cgroups,
                name,
                lambda limits, whole=whole: [each for each in whole(limits) if each[0] not in files],
            )

    return off


def own_user_off(patch: pytest.MonkeyPatch) -> None:
    whole = bwrap_argv._drop
    patch.setattr(
        bwrap_argv,
        "_drop",
        lambda spec, c: [w for w in whole(spec, c) if w[:7] not in {"--reuid", "--regid"}],
    )


def sizes_off(patch: pytest.MonkeyPatch) -> None:
    whole = bwrap_argv._tmpfs
    patch.setattr(bwrap_argv, "_tmpfs", lambda target, size, mode: whole(target, size * 64, mode))


def secret_in(patch: pytest.MonkeyPatch) -> None:
    whole = bwrap_argv._environment
    patch.setattr(bwrap_argv, "_environment", lambda *a: [*whole(*a), "--setenv", "DATABASE_URL", "x"])


def writable_place(patch: pytest.MonkeyPatch) -> None:
    whole = bwrap_argv._writable
    patch.setattr(bwrap_argv, "_writable", lambda *a: [*whole(*a), "--perms", "1777", "--tmpfs", "/etc"])


def engine_shown(patch: pytest.MonkeyPatch) -> None:
    whole = bwrap_argv._shown
    patch.setattr(
        bwrap_argv, "_shown", lambda *a: [*whole(*a), "--ro-bind", "/etc/hostname", "/run/docker.sock"]
    )


def device_shown(patch: pytest.MonkeyPatch) -> None:
    whole = bwrap_argv._shown
    patch.setattr(bwrap_argv, "_shown", lambda *a: [*whole(*a), "--dev-bind", "/dev/null", "/dev/kmsg"])


EMBEDDED_MUTANTS = {
    "seccomp": (
        filter_off,
        {"open AF_NETLINK", "io_uring_setup", "clone a user namespace", "shmget", "mq_open"},
    ),
    "network": (unshared("--unshare-net"), {"have a network interface"}),
    "processes": (unshared("--unshare-pid"), {"see processes of the host"}),
    "memory": (
        group_setting("memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.max"),
        {"use more memory than the limit", "use more memory than the limit, by several processes"},
    ),
    "pids": (group_setting("pids.max"), {"have more processes than the limit"}),
    "user": (own_user_off, {"run as a user of the system"}),
    "disk": (sizes_off, {"use more disk than the limit", "fill /tmp", "fill /dev/shm"}),
    "environment": (secret_in, {"see a variable that was not given"}),
    "read-only": (writable_place, {"write to /etc"}),
    "engine": (engine_shown, {"see an engine's socket"}),
    "devices": (device_shown, {"see a device of the host", "open /dev/kmsg"}),
}


@pytest.mark.embedded
@pytest.mark.parametrize("mutant", EMBEDDED_MUTANTS)
def test_an_embedded_jail_with_a_defence_off_is_refused(
    mutant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = runtime_by_name("embedded", tmp_path / "state")
    if mutant in {"memory", "pids", "user"} and runtime.unpromised:
        pytest.skip("this host lets us make no control group: the limits are per process")
    off, seen = EMBEDDED_MUTANTS[mutant]
    off(monkeypatch)
    verdict = examine(runtime, bare("session"))
    assert {hole.tried for hole in verdict.holes} >= seen
    assert "does not hold" in verdict.reason


DOCKER_MUTANTS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "seccomp": (
        {"security_opt": ["no-new-privileges", "seccomp=unconfined"]},
        {"open AF_NETLINK", "io_uring_setup", "run without a filter of system calls"},
    ),
    "new privileges": (
        {"security_opt": [f"seccomp={json.dumps(seccomp.docker_profile('session'))}"]},
        {"gain privileges by exec"},
    ),
    "network": ({"network_mode": "host"}, {"have a network interface", "see sockets of others"}),
    "processes": ({"pid_mode": "host"}, {"see processes of the host"}),
    "memory": ({"mem_limit": None, "memswap_limit": None}, {"use more memory than the limit"}),
    "pids": ({"pids_limit": None}, {"have more processes than the limit"}),
    "user": ({"user": "0:0"}, {"run as a user of the system"}),
    "capabilities": ({"user": "0:0", "cap_drop": []}, {"have capabilities"}),
    "read-only": ({"read_only": False, "user": "0:0"}, {"write to /", "write to /etc"}),
    "core": ({"ulimits": []}, {"leave a core dump"}),
    "environment": ({"environment": {"DATABASE_URL": "x"}}, {"see a variable that was not given"}),
}


@pytest.mark.docker
@pytest.mark.parametrize("mutant", DOCKER_MUTANTS)
def test_a_container_with_a_defence_off_is_refused(
    mutant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from isolation import docker_profile

    runtime = runtime_by_name("docker", tmp_path)
    changed, seen = DOCKER_MUTANTS[mutant]
    whole = docker_profile.profile
    monkeypatch.setattr(
        docker_profile, "profile", lambda spec, uid, **more: {**whole(spec, uid, **more), **changed}
    )
    verdict = examine(runtime, bare("session"))
    assert {hole.tried for hole in verdict.holes} >= seen
    assert "does not hold" in verdict.reason


# -- what the probe says is parsed strictly


def lines(**changed: str) -> list[dict[str, str]]:
    return [{"tried": name, "outcome": "refused", "why": "EPERM", **changed} for name in probe_inside.NAMES]


def said(found: list[Any]) -> bytes:
    return "".join(json.dumps(each) + "\n" for each in found).encode()


def test_a_whole_answer_is_read() -> None:
    assert len(parse(said(lines()), EXITED)) == len(probe_inside.NAMES)
    assert parse(said(lines()), Exit(ending=Ending.OUT_OF_MEMORY, code=None))


@pytest.mark.parametrize(
    "output",
    [
        b"",
        said(lines()[:-1]),
        said([*lines(), lines()[0]]),
        said(lines()[1:] + lines()[:1]),
        said([{**lines()[0], "tried": "something else"}, *lines()[1:]]),
        said([{**lines()[0], "outcome": "fine"}, *lines()[1:]]),
        said([{**lines()[0], "outcome": True}, *lines()[1:]]),
        said([{**lines()[0], "more": 1}, *lines()[1:]]),
        said([{"tried": probe_inside.NAMES[0]}, *lines()[1:]]),
        said([{**lines()[0], "why": "x" * 121}, *lines()[1:]]),
        said(lines()) + b"Traceback (most recent call last)\n",
        b"\xff" + said(lines()),
    ],
)
def test_half_an_answer_or_another_one_is_a_fault(output: bytes) -> None:
    with pytest.raises(RuntimeFault, match="The probe of a sandbox"):
        parse(output, EXITED)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_a_fault(data: bytes) -> None:
    with pytest.raises(RuntimeFault):
        parse(data, EXITED)


@pytest.mark.parametrize(
    "ended",
    [
        Exit(ending=Ending.EXITED, code=1),
        Exit(ending=Ending.SIGNALLED, code=9),
        Exit(ending=Ending.TIMED_OUT, code=None),
    ],
)
def test_a_probe_that_does_not_end_well_lets_nobody_in(ended: Exit) -> None:
    with pytest.raises(RuntimeFault, match="ended with"):
        parse(said(lines()), ended)


# -- once for each identity, and never for one that was refused


class Counting:
    """A runtime with an identity, and an examination of it that counts."""

    def __init__(self) -> None:
        self.identity = "image 1"
        self.worked: tuple[str, ...] = ()
        self.unpromised: frozenset[str] = frozenset()
        self.examined: list[str] = []

    def examine(self, runtime: Any, like: JailSpec) -> Verdict:
        self.examined.append(like.kind)
        tried = tuple(
            Tried(tried=name, outcome="worked" if name in self.worked else "refused", why="")
            for name in probe_inside.NAMES
        )
        return Verdict(
            kind=like.kind, identity=self.identity, tried=tried, excused=self.unpromised, seconds=0.1
        )


def test_it_is_tried_once_for_each_kind_and_identity() -> None:
    runtime: Any = Counting()
    gate = Admission(runtime, runtime.examine)
    for _ in range(3):
        gate.check(bare("session"))
    gate.check(bare("contestant"))
    runtime.identity = "image 2"
    gate.check(bare("session"))
    assert runtime.examined == ["session", "contestant", "session"]


def test_a_refusal_is_said_with_its_reason_and_tried_again() -> None:
    runtime: Any = Counting()
    gate = Admission(runtime, runtime.examine)
    runtime.worked = ("mount", "bpf", "keyctl", "ptrace")
    for _ in range(2):
        with pytest.raises(RuntimeFault, match=r"mount.*and 1 more.*probe doctor"):
            gate.check(bare("session"))
    runtime.worked = ()
    gate.check(bare("session"))
    assert len(runtime.examined) == 3


def test_what_a_runtime_says_it_cannot_promise_is_no_reason() -> None:
    runtime: Any = Counting()
    runtime.worked, runtime.unpromised = ("mount",), frozenset({"mount"})
    Admission(runtime, runtime.examine).check(bare("session"))
    runtime.unpromised = frozenset({"bpf"})
    with pytest.raises(RuntimeFault):
        Admission(runtime, runtime.examine).check(bare("session"))


@pytest.mark.embedded
def test_what_is_unpromised_is_something_that_is_tried(tmp_path: Path) -> None:
    from isolation.bubblewrap import EmbeddedRuntime

    runtime = EmbeddedRuntime(tmp_path / "state")
    runtime._hierarchy = None  # as where no control group can be made
    assert runtime.unpromised <= set(probe_inside.NAMES)
    assert any("memory" in caveat for caveat in runtime.caveats)
    assert any("CPU" in caveat for caveat in runtime.caveats)


@pytest.mark.embedded
async def test_no_session_is_opened_where_something_forbidden_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The interviewer reads why, and no jail with a candidate's server was started."""
    filter_off(monkeypatch)
    runtime = runtime_by_name("embedded", tmp_path / "jails")
    sandboxes = LocalSandboxes(
        runtime=runtime, challenges=PROJECT / "challenges", pairs=PROJECT / "pairs", state=tmp_path / "state"
    )
    with pytest.raises(SandboxFault, match=r"does not hold: .*probe doctor"):
        await sandboxes.open("i", on_kernel=lambda _: None, visible="speculative-decoding")
    assert list(runtime.owned()) == []
    assert not (tmp_path / "state").exists()
