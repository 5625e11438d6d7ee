"""Every defence has a mutant: with that one off, and nothing else, its case gets through.

A case that stays held with its defence off tests something else. All is turned off from here; the product
has no switch for it.
"""

from __future__ import annotations

import ast
import contextlib
import os
import re
import signal
import subprocess
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

import sandbox.adapters.jupyter
import sandbox.adapters.jupyter_wire
import sandbox.adapters.kernel
import sandbox.adapters.kernel_channel
import sandbox.adapters.safe_socket
import sandbox.adapters.workbench
import sandbox.app
import sandbox.web.security
from isolation import bubblewrap, bwrap_argv, docker_profile
from isolation import tail as tails
from isolation.bubblewrap import EmbeddedRuntime
from tests.attacks import run, source
from tests.attacks.catalogue import cases
from tests.attacks.run import Played, World, play, world
from tests.isolation.conftest import runtime_by_name
from tests.isolation.test_admission import (
    DOCKER_MUTANTS,
    engine_shown,
    filter_off,
    group_setting,
    own_user_off,
    unshared,
    writable_place,
)

Patch = pytest.MonkeyPatch
Off = Callable[[Patch], None]
CASES = {case.name: case for case in cases()}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def all_of(*offs: Off) -> Off:
    def off(patch: Patch) -> None:
        for each in offs:
            each(patch)

    return off


def memory(patch: Patch) -> None:
    group_setting("memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.max")(patch)


def without_groups(patch: Patch) -> None:
    """As where none can be made: what is left is ended by nobody."""
    begin = EmbeddedRuntime.__init__

    def beginning(runtime: EmbeddedRuntime, state: Path | None = None) -> None:
        begin(runtime, state)
        runtime._hierarchy = None

    patch.setattr(EmbeddedRuntime, "__init__", beginning)


def wide_limits(patch: Patch) -> None:
    whole = bwrap_argv._drop
    wide = {"--core=0:0": "--core=1024:1024", f"--nofile={bwrap_argv.OPEN_FILES}:{bwrap_argv.OPEN_FILES}": ""}
    patch.setattr(
        bwrap_argv, "_drop", lambda *a: [new for word in whole(*a) if (new := wide.get(word, word))]
    )


def privileged(patch: Patch) -> None:
    patch.setattr(bwrap_argv, "_user", lambda confinement: ["--cap-add", "ALL"])
    patch.setattr(bwrap_argv, "_drop", lambda *a: [])
    filter_off(patch)


def workspace_on_a_disk(patch: Patch) -> None:
    whole = bwrap_argv._writable
    folder = Path(run.tempfile.mkdtemp(dir="/var/tmp"))
    folder.chmod(0o777)
    patch.setattr(bwrap_argv, "_writable", lambda *a: [*whole(*a), "--bind", str(folder), "/workspace"])


def descriptor_left(patch: Patch) -> None:
    start = subprocess.Popen

    def starting(argv: list[str], **how: Any) -> subprocess.Popen[bytes]:
        root = os.open("/", os.O_RDONLY)
        try:
            return start(argv, **{**how, "pass_fds": [*how["pass_fds"], root]})
        finally:
            os.close(root)

    patch.setattr(bubblewrap, "subprocess", SimpleNamespace(**{**vars(subprocess), "Popen": starting}))


JAILED: dict[str, Off] = {
    "fork_bomb": group_setting("pids.max"),
    "thread_bomb": group_setting("pids.max"),
    "memory_bomb": memory,
    "memory_bomb_by_many": memory,
    "memory_of_files": all_of(memory, lambda patch: patch.setattr(bwrap_argv, "_tmpfs", unsized)),
    "memory_of_the_kernel": all_of(memory, wide_limits),
    "inodes": memory,
    "log_flood": lambda patch: patch.setattr(tails, "TAIL_BYTES", 1 << 24),
    "survivors": all_of(without_groups, unshared("--unshare-pid")),
    "network": unshared("--unshare-net"),
    "engine_sockets": engine_shown,
    "kernel_surface": filter_off,
    "privileges": own_user_off,
    "runtime_descriptors": descriptor_left,
    "secrets_in_proc": unshared("--unshare-pid"),
    "files_of_the_host": writable_place,
    "between_jails": filter_off,
    "limits_raised": wide_limits,
    "descriptors": wide_limits,
    "devices_in_the_workspace": privileged,
    "clock": privileged,
    "sync_storm": workspace_on_a_disk,
    "judge_by_signals": all_of(unshared("--unshare-pid"), own_user_off),
    "lock_on_what_is_shared": filter_off,
    "watch_what_is_shared": filter_off,
}


def unsized(target: str, size: int, mode: str) -> list[str]:
    return ["--perms", mode, "--tmpfs", target]


WITHOUT_A_DEFENCE = {"own_programs"}
"""Known to work, and no rule counts on it."""
BY_LOAD = {"processor_hog"}
"""A share of the processors is more than another only where some are idle; tried by the conformance suite."""


def through(played: Played) -> bool:
    """It got what it wanted, or left or harmed what it must not."""
    return not played.held and (played.verdict == "worked" or bool(played.faults))


def played_on(on: World, name: str) -> list[Played]:
    try:
        return list(play([CASES[name]], on))
    finally:
        _end_what_is_left(on)


def _end_what_is_left(on: World) -> None:
    """Of an attack that got through: its processes, by their ids."""
    from tests.zoo.standing import _descendants

    for pid in set(_descendants(os.getpid())) - on.standing.left.processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.embedded
@pytest.mark.parametrize("name", JAILED)
def test_an_embedded_jail_with_its_defence_off_lets_it_through(
    name: str, tmp_path: Path, monkeypatch: Patch
) -> None:
    runtime = runtime_by_name("embedded", tmp_path / "state")
    if runtime.unpromised:
        pytest.skip("this host lets us make no control group: the limits are per process")
    with world(runtime) as on:
        JAILED[name](monkeypatch)
        on.runtime = runtime_by_name("embedded", tmp_path / "mutant")
        found = played_on(on, name)
    assert any(through(each) for each in found), [(each.verdict, each.words, each.faults) for each in found]


ON_DOCKER = {
    "kernel_surface": "seccomp",
    "privileges": "user",
    "network": "network",
    "secrets_in_proc": "processes",
    "memory_bomb": "memory",
    "fork_bomb": "pids",
    "files_of_the_host": "read-only",
    "limits_raised": "core",
    "lock_on_what_is_shared": "seccomp",
}
"""By the same mutants as the probe of admission."""


@pytest.mark.docker
@pytest.mark.parametrize("name", ON_DOCKER)
def test_a_container_with_its_defence_off_lets_it_through(
    name: str, tmp_path: Path, monkeypatch: Patch
) -> None:
    with world(runtime_by_name("docker", tmp_path)) as on:
        changed, _ = DOCKER_MUTANTS[ON_DOCKER[name]]
        whole = docker_profile.profile
        monkeypatch.setattr(
            docker_profile, "profile", lambda spec, uid, **more: {**whole(spec, uid, **more), **changed}
        )
        found = played_on(on, name)
    assert any(through(each) for each in found), [(each.verdict, each.words, each.faults) for each in found]


# -- the trusted side


@contextlib.contextmanager
def naive(folder: Path, name: str) -> Iterator[str]:
    yield str(folder / name)


def decompressed(patch: Patch) -> None:
    raw = httpx.Response.aiter_raw

    async def bodies(response: httpx.Response) -> AsyncIterator[bytes]:
        opener = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        async for chunk in raw(response):
            zipped = response.headers.get("content-encoding") == "gzip"
            yield opener.decompress(chunk) if zipped else chunk

    patch.setattr(httpx.Response, "aiter_raw", bodies)
    patch.setattr(sandbox.adapters.jupyter, "MAX_ANSWER_BYTES", 1 << 40)


def proxied(patch: Patch) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"from the session's server"})

    patch.setattr(sandbox.app, "create_app", lambda *a: app)


def source_with(text: str) -> Off:
    return lambda patch: patch.setattr(source, "trusted", lambda: [("sandbox/new.py", ast.parse(text))])


def frame_with_an_origin(patch: Patch) -> None:
    panel = (run.PROJECT / "web/src/room/OutputPanel.tsx").read_text()
    open_frame = 'sandbox="allow-scripts allow-same-origin allow-forms allow-top-navigation"'
    folder = Path(run.tempfile.mkdtemp()) / "web/src/room"
    folder.mkdir(parents=True)
    (folder / "OutputPanel.tsx").write_text(panel.replace('sandbox=""', open_frame))
    patch.setattr(run, "PROJECT", folder.parents[2])
    patch.setattr(sandbox.web.security, "CONTENT_SECURITY_POLICY", "")


def any_frame(patch: Patch) -> None:
    message = sandbox.adapters.jupyter_wire.Message(channel="iopub", kind="status", parent="", content={})
    patch.setattr(sandbox.adapters.jupyter_wire, "decode", lambda raw: message)


def nothing_ends(patch: Patch) -> None:
    async def stays(world: World) -> None:
        """The sandbox is used again."""

    patch.setattr(World, "end_sandbox", stays)


TRUSTED: dict[str, Off] = {
    "socket_swap": lambda patch: patch.setattr(sandbox.adapters.safe_socket, "checked", naive),
    "hostile_server": decompressed,
    "places_of_the_server": proxied,
    "archives": source_with("import tarfile\n"),
    "tools_in_the_tree": source_with("import subprocess\nsubprocess.run(['git', 'status'])\n"),
    "names_in_the_workspace": lambda patch: patch.setattr(
        sandbox.adapters.workbench, "_FILE_NAME", re.compile(r"[ \w.-]{1,64}", re.ASCII)
    ),
    "rich_output": lambda patch: patch.setattr(sandbox.adapters.jupyter_wire, "_sane_png", lambda raw: True),
    "frame_that_reaches_out": frame_with_an_origin,
    "giant_messages": lambda patch: patch.setattr(sandbox.adapters.kernel, "MAX_OUTPUT_BYTES", 1 << 40),
    "forged_messages": lambda patch: patch.setattr(
        sandbox.adapters.kernel_channel, "uuid4", lambda: SimpleNamespace(hex="another")
    ),
    "bad_frames": any_frame,
    "leftovers": nothing_ends,
}


@pytest.fixture(scope="module")
def one_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """With one session for all that need one."""
    with world(runtime_by_name("embedded", tmp_path_factory.mktemp("state") / "jails")) as on:
        yield on


@pytest.mark.embedded
@pytest.mark.parametrize("name", TRUSTED)
def test_the_trusted_side_with_its_defence_off_lets_it_through(
    name: str, one_world: World, monkeypatch: Patch
) -> None:
    TRUSTED[name](monkeypatch)
    found = list(play([CASES[name]], one_world))
    if not found:
        pytest.skip("Chromium is missing")
    assert any(through(each) for each in found), [(each.verdict, each.words, each.faults) for each in found]


def test_every_case_has_a_mutant() -> None:
    assert CASES.keys() == JAILED.keys() | TRUSTED.keys() | WITHOUT_A_DEFENCE | BY_LOAD
