"""The meeting root: no name that a client chooses leads anywhere else, nor can it be changed afterwards."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isolation.broker.meeting import Client, MeetingRoot, NotThere, inside

CLIENT = Client(uid=os.getuid(), gid=os.getgid())
STRANGER = Client(uid=64_001, gid=64_001)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: folders change their owner")


@pytest.fixture
def root() -> Iterator[MeetingRoot]:
    """Outside pytest's own folder, which is closed to other users."""
    with tempfile.TemporaryDirectory(prefix="probe-meeting-") as folder:
        Path(folder).chmod(0o755)
        yield MeetingRoot.make(Path(folder, "meeting"), STRANGER.gid if os.geteuid() == 0 else os.getgid())


def as_stranger(work: Callable[[], None]) -> None:
    """Run `work` in a process of the stranger's. Raises AssertionError when it raised."""

    def run() -> None:
        os.setgroups([])
        os.setgid(STRANGER.gid)
        os.setuid(STRANGER.uid)
        work()

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    process.join(30)
    assert process.exitcode == 0


def test_a_folder_is_taken_and_given_back(root: MeetingRoot) -> None:
    (root.path / "a" / "s").mkdir(parents=True)
    assert root.take(("a", "s"), CLIENT, read_only=False) == root.path / "a" / "s"
    (root.path / "a" / "s" / "made" / "deep").mkdir(parents=True)
    root.give_back(("a", "s"), CLIENT)
    assert list((root.path / "a" / "s").iterdir()) == []
    shutil.rmtree(root.path / "a")


def test_giving_back_what_is_gone_is_fine(root: MeetingRoot) -> None:
    root.give_back(("a", "s"), CLIENT)


@given(st.lists(st.sampled_from(["a", "b", ".", "..", "", "/", "a/b", "/etc", "a\0b", "~"]), max_size=3))
def test_only_plain_steps_to_folders_that_exist_lead_anywhere(steps: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = MeetingRoot.make(Path(folder, "meeting"), os.getgid())
        (root.path / "a" / "b").mkdir(parents=True)
        real = steps in (["a"], ["a", "b"])
        try:
            taken = root.take(tuple(steps), CLIENT, read_only=False) if steps else root.path
        except NotThere:
            assert not real
            return
        assert real or not steps
        assert taken.is_relative_to(root.path)


@pytest.mark.parametrize("place", [("link",), ("link", "s"), ("a", "link"), ("a", "link", "s")])
def test_a_link_anywhere_on_the_way_is_refused(
    root: MeetingRoot, place: tuple[str, ...], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "s").mkdir(parents=True)
    before = elsewhere.stat()
    (root.path / "a").mkdir()
    (root.path / "link").symlink_to(elsewhere)
    (root.path / "a" / "link").symlink_to(elsewhere)
    with pytest.raises(NotThere):
        root.take(place, CLIENT, read_only=False)
    after = elsewhere.stat()
    assert (after.st_uid, after.st_mode) == (before.st_uid, before.st_mode)


@pytest.mark.parametrize("make", [lambda path: path.write_text(""), os.mkfifo])
def test_only_a_folder_is_taken(root: MeetingRoot, make: Callable[[Path], object]) -> None:
    make(root.path / "s")
    with pytest.raises(NotThere):
        root.take(("s",), CLIENT, read_only=False)


@as_root
def test_anothers_folder_is_refused_and_stays_anothers(root: MeetingRoot) -> None:
    folder = root.path / "theirs"
    folder.mkdir()
    os.chown(folder, 64_002, 64_002)
    with pytest.raises(NotThere, match="somebody else"):
        root.take(("theirs",), STRANGER, read_only=False)
    assert folder.stat().st_uid == 64_002


@as_root
def test_what_is_taken_cannot_be_swapped_by_the_client(root: MeetingRoot) -> None:
    """Not the folder, nor one on the way; and the client still adds its sockets."""
    as_stranger(lambda: (root.path / "a" / "s").mkdir(parents=True))
    root.take(("a", "s"), STRANGER, read_only=False)

    def try_all() -> None:
        (root.path / "a" / "s" / "socket").write_text("")
        for path in (root.path / "a" / "s", root.path / "a"):
            with pytest.raises(PermissionError):
                path.rename(root.path / "gone")
            with pytest.raises((PermissionError, OSError)):
                path.rmdir()
            with pytest.raises(PermissionError):
                path.chmod(0o777)

    as_stranger(try_all)
    root.give_back(("a", "s"), STRANGER)
    as_stranger(lambda: shutil.rmtree(root.path / "a"))
    assert list(root.path.iterdir()) == []


@as_root
def test_a_client_that_swaps_folders_all_the_time_never_has_another_one_given_away(root: MeetingRoot) -> None:
    """E1 and T07 of the attack catalogue: 300 takes against a process that renames as fast as it can."""
    elsewhere = Path(tempfile.mkdtemp(prefix="probe-elsewhere-"))
    (elsewhere / "s").mkdir()
    stop = multiprocessing.get_context("fork").Event()

    def swap() -> None:
        os.setgroups([])
        os.setgid(STRANGER.gid)
        os.setuid(STRANGER.uid)
        number = 0
        while not stop.is_set():
            number += 1
            try:
                (root.path / "a" / "s").mkdir(parents=True, exist_ok=True)
                time.sleep(number % 3 * 0.002)  # now and then long enough to be taken
                (root.path / "a").rename(root.path / f"old{number}")
                (root.path / "a").symlink_to(elsewhere)
                (root.path / "a").unlink()
            except OSError:
                continue

    process = multiprocessing.get_context("fork").Process(target=swap)
    process.start()
    refused = 0
    try:
        for _ in range(300):
            try:
                path = root.take(("a", "s"), STRANGER, read_only=False)
            except NotThere:
                refused += 1
                continue
            assert path.resolve() == root.path / "a" / "s"
            assert path.stat().st_uid == 0
            root.give_back(("a", "s"), STRANGER)
    finally:
        stop.set()
        process.join(10)
    assert elsewhere.stat().st_uid == 0
    assert (elsewhere / "s").stat().st_gid == 0
    assert refused > 0  # else nothing was swapped in time
    shutil.rmtree(elsewhere)


def test_a_root_of_somebody_else_is_refused(tmp_path: Path) -> None:
    from isolation.contract import RuntimeFault

    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(RuntimeFault):
        MeetingRoot.make(tmp_path / "link", os.getgid())


def test_our_own_files_are_found_without_following_a_link(tmp_path: Path) -> None:
    (tmp_path / "slug" / "visible").mkdir(parents=True)
    assert inside(tmp_path, ("slug", "visible")) == tmp_path / "slug" / "visible"
    (tmp_path / "evil").symlink_to("/etc")
    for steps in (("evil",), ("evil", "visible"), ("none",), ("..",), ("slug", "..")):
        with pytest.raises(NotThere):
            inside(tmp_path, steps)
