"""`probe doctor` says what this host can promise: what it is, what was tried, what is known not to hold."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from isolation import doctor, host, probe_inside
from isolation.admission import Tried, Verdict
from isolation.cli import main
from isolation.host import Fact
from isolation.known import CHANNELS, channels_of

from .conftest import HOLDING, PROJECT, runtime_by_name
from .test_admission import filter_off


@pytest.mark.embedded
def test_all_is_said_and_the_exit_code_is_the_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--runtime", "embedded", "--all"]) == 0
    table = capsys.readouterr().out
    assert all(f"  {name} " in table for name in probe_inside.NAMES)
    for part in (
        "kernel",
        "bubblewrap",
        "control groups",
        "core dumps",
        "engine",
        "gVisor",
        "GPU",
        "browser",
    ):
        assert f" {part} " in table
    assert "A candidate may be let in." in table
    filter_off(monkeypatch)
    assert main(["doctor", "--runtime", "embedded", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["admit"] is False
    assert {jail["kind"] for jail in report["jails"]} == {"session", "contestant"}
    assert all("io_uring_setup" in jail["holes"] for jail in report["jails"])
    assert report["limits"]["memory"] is True
    assert {"memory", "disk", "core dumps"} <= {fact["name"] for fact in report["host"]}


def test_without_a_runtime_it_says_why(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "probe.py", "doctor", "--broker", str(tmp_path / "none")],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "No broker answers" in done.stderr


def verdict(**worked: str) -> Verdict:
    tried = tuple(
        Tried(tried=name, outcome="worked" if name in worked.values() else "refused", why="")
        for name in probe_inside.NAMES
    )
    return Verdict(kind="session", identity="x", tried=tried, excused=frozenset(), seconds=0.1)


def test_a_limit_is_enforced_when_no_kind_of_jail_goes_beyond_it() -> None:
    assert set(doctor.enforced([verdict(), verdict()]).values()) == {True}
    found = doctor.enforced([verdict(), verdict(a="fill /tmp")])
    assert [limit for limit, held in found.items() if not held] == ["disk"]


def test_every_limit_is_one_that_is_tried() -> None:
    assert {name for names in doctor.LIMITS.values() for name in names} <= set(probe_inside.NAMES)


def only(name: str, found: list[Fact]) -> Fact:
    (fact,) = [fact for fact in found if fact.name == name]
    return fact


def test_a_core_pattern_that_is_a_program_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pattern = tmp_path / "core_pattern"
    monkeypatch.setattr(host, "CORE_PATTERN", pattern)
    pattern.write_text("|/usr/lib/systemd/systemd-coredump %P\n")
    assert only("core dumps", host.facts()).good == "warning"
    pattern.write_text("core\n")
    assert only("core dumps", host.facts()).good == "ok"


@pytest.mark.parametrize(
    ("mountinfo", "value"),
    [
        ("1 1 0:1 / /sys/fs/cgroup rw - cgroup2 none rw\n", "version 2"),
        ("1 1 0:1 / /sys/fs/cgroup/memory rw - cgroup none rw,memory\n", "version 1"),
        ("1 1 0:1 / /a rw - cgroup x rw\n2 1 0:1 / /b rw shared:1 - cgroup2 x rw\n", "version 1 and 2"),
        ("1 1 0:1 / / rw - ext4 /dev/x rw\n", "none"),
        ("", "none"),
    ],
)
def test_the_version_of_control_groups_is_that_of_their_mounts(mountinfo: str, value: str) -> None:
    assert host._cgroups(mountinfo).value == value


def test_gvisor_is_what_the_engine_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    known = host.facts(engine="29.5.1", oci_runtimes={"runc": "runc", "runsc": "/usr/bin/runsc"})
    assert "/usr/bin/runsc" in only("gVisor", known).value
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert "daemon.json" in only("gVisor", host.facts(oci_runtimes={"runc": "runc"})).advice
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert "PROBE_OCI_RUNTIME" in only("gVisor", host.facts()).advice


def test_a_full_disk_and_little_memory_are_warned_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(host, "DISK_LEAST", 1 << 60)
    monkeypatch.setattr(host, "MEMORY_LEAST", 1 << 60)
    found = host.facts(state=tmp_path)
    assert only("disk", found).good == only("memory", found).good == "warning"


@pytest.mark.parametrize("name", HOLDING)
def test_what_is_not_held_is_in_the_documents_by_name(name: str, tmp_path: Path) -> None:
    text = (PROJECT / "docs" / "isolation.md").read_text()
    assert [channel.name for channel in CHANNELS if f"| {channel.name} |" not in text] == []
    assert "kernel" in {channel.name for channel in channels_of(runtime_by_name(name, tmp_path / "state"))}
