"""Both versions' files are read right, and a host that has none is told from one that has."""

from __future__ import annotations

from pathlib import Path

import pytest

from isolation import cgroups
from isolation.cgroups import Group
from isolation.contract import RuntimeFault, Usage

from .conftest import LIMITS


def group(version: int, folder: Path, **files: str) -> Group:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return Group(version=version, folders=(folder,))  # type: ignore[arg-type]


def test_use_under_version_1(tmp_path: Path) -> None:
    made = group(1, tmp_path, cpuacct__usage="1500000000\n", memory__max_usage_in_bytes="4096\n")
    assert made.usage() == Usage(cpu_s=1.5, peak_memory_bytes=4096)


def test_use_under_version_2(tmp_path: Path) -> None:
    made = group(2, tmp_path, cpu__stat="usage_usec 250000\nuser_usec 1\n", memory__peak="8192\n")
    assert made.usage() == Usage(cpu_s=0.25, peak_memory_bytes=8192)


def test_the_group_that_an_engine_made_is_found_by_its_process(tmp_path: Path) -> None:
    proc, root = tmp_path / "proc", tmp_path / "cgroup"
    (proc / "7").mkdir(parents=True)
    lines = "9:name=systemd:/docker/abc\n4:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n0::/docker/abc\n"
    (proc / "7" / "cgroup").write_text(lines)
    assert cgroups.of_process(7, "abc", root, proc) is None  # a container sees no such folders
    for controller in ("memory", "cpuacct"):
        (root / controller / "docker" / "abc").mkdir(parents=True)
    (root / "cpuacct" / "docker" / "abc" / "cpuacct.usage").write_text("2000000000\n")
    found = cgroups.of_process(7, "abc", root, proc)
    assert found is not None
    assert found.usage().cpu_s == 2.0
    assert cgroups.of_process(7, "other", root, proc) is None
    assert cgroups.of_process(8, "abc", root, proc) is None


def test_under_version_2_there_is_one_folder(tmp_path: Path) -> None:
    proc, folder = tmp_path / "proc", tmp_path / "cgroup" / "system.slice" / "docker-abc.scope"
    (proc / "7").mkdir(parents=True)
    (proc / "7" / "cgroup").write_text("0::/system.slice/docker-abc.scope\n")
    folder.mkdir(parents=True)
    (tmp_path / "cgroup" / "cgroup.controllers").write_text("cpu memory pids\n")
    found = cgroups.of_process(7, "abc", tmp_path / "cgroup", proc)
    assert found == Group(version=2, folders=(folder,))


@pytest.mark.parametrize("place", ["docker/0abc", "system.slice/docker-0abc.scope"])
def test_a_process_in_a_container_finds_the_group_of_another_one_by_its_id(
    tmp_path: Path, place: str
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    (one / "memory" / place).mkdir(parents=True)
    assert cgroups.of_container("0abc", one) is None  # half a group says nothing
    (one / "cpuacct" / place).mkdir(parents=True)
    assert cgroups.of_container("0abc", one) == Group(
        version=1, folders=(one / "memory" / place, one / "cpuacct" / place)
    )
    (two / place).mkdir(parents=True)
    (two / "cgroup.controllers").write_text("cpu memory pids\n")
    assert cgroups.of_container("0abc", two) == Group(version=2, folders=(two / place,))
    assert cgroups.of_container("0def", two) is None
    assert cgroups.of_container("*", two) is None


def test_a_kernel_without_a_peak_measures_none(tmp_path: Path) -> None:
    made = group(2, tmp_path, cpu__stat="usage_usec 1\n")
    assert made.usage().peak_memory_bytes is None


@pytest.mark.parametrize(("count", "expected"), [("0", False), ("2", True)])
def test_a_kill_for_memory_is_seen(tmp_path: Path, count: str, expected: bool) -> None:
    control = f"oom_kill_disable 0\nunder_oom 0\noom_kill {count}\n"
    assert group(1, tmp_path, memory__oom_control=control).ran_out_of_memory() is expected
    assert group(2, tmp_path, memory__events=f"oom 1\noom_kill {count}\n").ran_out_of_memory() is expected


def test_a_host_without_control_groups_has_none(tmp_path: Path) -> None:
    assert cgroups.find(tmp_path) is None


def test_version_2_needs_the_controllers_handed_down(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids\n")
    (tmp_path / "cgroup.subtree_control").mkdir()  # a root that refuses, as inside a container
    assert cgroups.find(tmp_path) is None


def test_a_limit_that_cannot_be_set_is_a_fault_and_leaves_nothing(tmp_path: Path) -> None:
    hierarchy = cgroups.Hierarchy(version=2, parents=(tmp_path,))
    with pytest.raises(RuntimeFault, match="cannot be set"):
        hierarchy.make("jail", LIMITS)  # a plain folder has none of the kernel's files
    assert list(tmp_path.iterdir()) == []


def test_what_is_gone_is_removed_already(tmp_path: Path) -> None:
    cgroups.Hierarchy(version=1, parents=(tmp_path,)).clear("missing")
