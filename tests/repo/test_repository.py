"""Rules about the repository itself: what may be imported, named and shipped."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tracked_files() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [path for name in listing.split("\0") if name and (path := ROOT / name).is_file()]


def tracked_text() -> list[tuple[Path, str]]:
    found = []
    for path in tracked_files():
        try:
            found.append((path, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue  # a picture
    return found


def test_imports_run_one_way() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    wanted += [
        line
        for line in (ROOT / "images/sandbox/requirements.txt").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    loose = [line for line in wanted if "==" not in line and "<" not in line]
    assert not loose


def test_real_pairs_run_on_the_torch_that_candidates_have() -> None:
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["models"]
    candidate = (ROOT / "images/sandbox/requirements.txt").read_text().splitlines()
    assert {line for line in candidate if line.startswith(("torch=", "transformers="))} <= set(extra)


def test_the_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "web/package-lock.json").read_text()


@pytest.mark.parametrize(
    "pattern",
    [r"/root/", r"/home/\w+/", r"https?://(registry|files)\."],
)
def test_no_file_names_a_machine_or_a_registry(pattern: str) -> None:
    made_up = (
        Path(__file__),
        ROOT / "tests/isolation",
    )  # homes that no machine has, and what a jail must hide
    guilty = [
        str(path.relative_to(ROOT))
        for path, text in tracked_text()
        if not any(path.is_relative_to(place) for place in made_up) and re.search(pattern, text)
    ]
    assert not guilty


def test_built_files_are_not_tracked() -> None:
    names = [str(path.relative_to(ROOT)) for path in tracked_files()]
    assert not [name for name in names if name.startswith(("sandbox/static/", "web/node_modules/", "data/"))]
