"""The command line that holds a jail, as data: no process is started here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from isolation.bwrap_argv import Confinement, build, enter_groups
from isolation.contract import Bind, JailSpec

from .conftest import LIMITS


@pytest.fixture
def confinement(tmp_path: Path) -> Confinement:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "passwd").write_text("")
    return Confinement(
        uid=210_001,
        as_root=True,
        has_cgroup=True,
        candidate_env=Path("/srv/env"),
        folders=(Path("/srv/env"), Path("/home/someone/.pyenv/versions/3.11.7")),
        etc=tmp_path / "etc",
        seccomp_fd=7,
    )


def spec(**fields: object) -> JailSpec:
    return JailSpec(name="j", kind="session", argv=["python", "-V"], limits=LIMITS, **fields)  # type: ignore[arg-type]


def windows(argv: list[str], size: int) -> list[tuple[str, ...]]:
    return list(zip(*(argv[start:] for start in range(size)), strict=False))


def test_every_namespace_is_its_own_and_death_is_shared(confinement: Confinement) -> None:
    argv = build(spec(), confinement)
    assert {"--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"} <= set(argv)
    assert {"--die-with-parent", "--new-session", "--clearenv"} <= set(argv)
    assert ("--seccomp", "7") in windows(argv, 2)


def test_as_root_the_uid_and_every_capability_are_dropped(confinement: Confinement) -> None:
    argv = build(spec(), confinement)
    inside = argv[argv.index("--") + 1 :]
    assert "--unshare-user" not in argv
    assert inside[:3] == ["/usr/bin/setpriv", "--reuid=210001", "--regid=210001"]
    assert {"--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"} <= set(inside)
    assert inside[-2:] == ["python", "-V"]


def test_as_a_plain_user_a_user_namespace_stands_in(confinement: Confinement) -> None:
    argv = build(spec(), replace(confinement, as_root=False, uid=10001, has_cgroup=False))
    assert ("--uid", "10001") in windows(argv, 2)
    assert {"--unshare-user", "--disable-userns"} <= set(argv)
    assert "/usr/bin/setpriv" not in argv
    assert f"--as={LIMITS.memory_bytes}:{LIMITS.memory_bytes}" in argv
    assert f"--nproc={LIMITS.pids}:{LIMITS.pids}" in argv


def test_the_workspace_is_sized_and_the_root_is_read_only_in_the_end(confinement: Confinement) -> None:
    argv = build(spec(), confinement)
    assert ("--size", str(LIMITS.disk_bytes), "--perms", "1777", "--tmpfs", "/workspace") in windows(argv, 6)
    last_mount = max(index for index, word in enumerate(argv) if "bind" in word or word == "--tmpfs")
    assert argv.index("--remount-ro") > last_mount


def test_parents_of_a_private_home_can_be_passed_by_the_jail(confinement: Confinement) -> None:
    argv = build(spec(), confinement)
    for folder in ("/home", "/home/someone", "/home/someone/.pyenv", "/home/someone/.pyenv/versions"):
        assert ("--perms", "0755", "--dir", folder) in windows(argv, 4)
    home = "/home/someone/.pyenv/versions/3.11.7"
    assert ("--ro-bind", home, home) in windows(argv, 3)
    assert ("--ro-bind", "/home/someone", "/home/someone") not in windows(argv, 3)


def test_what_the_runtime_sets_wins_over_the_spec(confinement: Confinement) -> None:
    argv = build(spec(env={"HOME": "/root", "PATH": "/evil", "TOKEN": "t"}), confinement)
    assert ("--setenv", "HOME", "/tmp") in windows(argv, 3)
    assert ("--setenv", "PATH", "/srv/env/bin:/usr/bin:/bin") in windows(argv, 3)
    assert ("--setenv", "TOKEN", "t") in windows(argv, 3)
    assert "/evil" not in argv


def test_binds_are_read_only_and_only_a_session_writes_its_sockets(
    confinement: Confinement, tmp_path: Path
) -> None:
    bind = Bind(source=tmp_path, target=PurePosixPath("/opt/challenge"))
    session = spec(binds=(bind,), socket_dir=tmp_path)
    where = str(tmp_path.resolve())
    assert ("--ro-bind", where, "/opt/challenge") in windows(build(session, confinement), 3)
    assert ("--bind", where, "/run/jail") in windows(build(session, confinement), 3)
    contestant = replace(session, kind="contestant")
    assert ("--ro-bind", where, "/run/jail") in windows(build(contestant, confinement), 3)


def test_the_groups_are_entered_before_anything_runs() -> None:
    argv = enter_groups([Path("/g/memory/cgroup.procs"), Path("/g/pids/cgroup.procs")], ["bwrap", "--x y"])
    assert argv[-2:] == ["bwrap", "--x y"]
    assert "DOORS=/g/memory/cgroup.procs /g/pids/cgroup.procs" in argv
