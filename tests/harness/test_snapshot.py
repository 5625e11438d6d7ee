"""A submission frozen: what is taken, what is refused and why, and a hash that names it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from harness import submission
from harness.runner import snapshot
from harness.runner.snapshot import BadSnapshot

ENTRY = "specdec.py"


def test_the_hash_is_the_same_on_any_machine_and_in_any_order() -> None:
    files = {"b.py": "y", "specdec.py": "é"}
    spelled_out = b"\0\0\0\0\0\0\0\x04b.py" + b"\0\0\0\0\0\0\0\x01y"
    spelled_out += b"\0\0\0\0\0\0\0\x0aspecdec.py" + b"\0\0\0\0\0\0\0\x02\xc3\xa9"
    assert snapshot.sha256(files) == snapshot.sha256(dict(reversed(files.items())))
    assert snapshot.sha256(files) == hashlib.sha256(spelled_out).hexdigest()


def test_the_hash_does_not_confuse_a_name_with_a_text() -> None:
    assert snapshot.sha256({"a.py": "b.py", "c.py": ""}) != snapshot.sha256({"a.py": "", "b.py": "c.py"})
    assert snapshot.sha256({"a.py": "xy"}) != snapshot.sha256({"a.py": "x"})


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "There is no specdec.py"),
        ({ENTRY: "", "../x.py": ""}, "cannot be a file's name"),
        ({ENTRY: "", "sitecustomize.pth": ""}, "cannot be a file's name"),
        ({ENTRY: "x" * (snapshot.MAX_BYTES + 1)}, "at most 262144"),
        ({ENTRY: "\ud800"}, "not UTF-8"),
        ({ENTRY: "x\x00y"}, "NUL"),
        ({ENTRY: "# -*- coding: utf-7 -*-\n"}, "declares the encoding 'utf-7'"),
        ({ENTRY: "#!/usr/bin/python\n# vim: set fileencoding=unicode_escape :\n"}, "declares the encoding"),
        ({ENTRY: "", **{f"m{n}.py": "" for n in range(20)}}, "21 files are too many"),
    ],
)
def test_what_cannot_be_judged_is_refused_with_the_reason(files: dict[str, str], why: str) -> None:
    with pytest.raises(BadSnapshot, match=why):
        snapshot.check(files, ENTRY)


def test_a_usual_submission_is_taken() -> None:
    snapshot.check({ENTRY: "# -*- coding: UTF-8 -*-\nx = 'coding: utf-7'\n", "sampling.py": ""}, ENTRY)


def test_a_file_becomes_the_entry_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("x = 1\n")
    assert submission.read(tmp_path / "mine.py", ENTRY) == {ENTRY: "x = 1\n"}


def test_of_a_folder_only_the_python_files_at_its_top_are_taken(tmp_path: Path) -> None:
    for name in ("specdec.py", "more.py", "notes.txt", "planted.pyc"):
        (tmp_path / name).write_text(name)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "hidden.py").write_text("")
    assert submission.read(tmp_path, ENTRY) == {"more.py": "more.py", "specdec.py": "specdec.py"}


def test_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "latin.py").write_bytes(b"\xe9")
    (tmp_path / "big.py").write_bytes(b"x" * (snapshot.MAX_BYTES + 1))
    for path, why in (("latin.py", "not UTF-8"), ("big.py", "larger than"), ("none.py", "cannot be read")):
        with pytest.raises(BadSnapshot, match=why):
            submission.read(tmp_path / path, ENTRY)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadSnapshot, match=r"no \.py file"):
        submission.read(tmp_path / "empty", ENTRY)
