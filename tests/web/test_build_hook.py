"""The build hook builds the pages when they are missing or old, and says in one line what it lacks."""

from __future__ import annotations

import importlib
import os
import stat
import sys
from pathlib import Path
from types import ModuleType
from typing import Generic, TypeVar

import pytest

T = TypeVar("T")


class Interface(Generic[T]):
    """What the hook needs of hatchling, which is installed only while pip builds."""

    root: str


def load_hook() -> ModuleType:
    name = "hatchling.builders.hooks.plugin.interface"
    module = ModuleType(name)
    vars(module)["BuildHookInterface"] = Interface
    parents = [name.rsplit(".", count)[0] for count in range(1, name.count(".") + 1)]
    with pytest.MonkeyPatch.context() as patch:
        for parent in parents:
            patch.setitem(sys.modules, parent, ModuleType(parent))
        patch.setitem(sys.modules, name, module)
        return importlib.import_module("hatch_build")


hatch_build = load_hook()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "web" / "src").mkdir(parents=True)
    (tmp_path / "web" / "package.json").write_text("{}")
    (tmp_path / "web" / "src" / "main.tsx").write_text("")
    return tmp_path


def built(checkout: Path) -> Path:
    index = checkout / "sandbox" / "static" / "index.html"
    index.parent.mkdir(parents=True)
    index.write_text("")
    return index


def fake_npm(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    npm = folder / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(f"#!/bin/sh\n{script}\n")
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{npm.parent}:/bin:/usr/bin")


def test_current_pages_are_left_alone(checkout: Path) -> None:
    built(checkout)
    assert not hatch_build.build_pages(checkout)


def test_a_newer_source_makes_the_pages_stale(checkout: Path) -> None:
    at = built(checkout).stat().st_mtime
    os.utime(checkout / "web" / "src" / "main.tsx", (at + 5, at + 5))
    assert hatch_build.is_stale(checkout)


def test_missing_pages_are_installed_and_then_built(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_npm(checkout, 'echo "$1 $2" >> calls', monkeypatch)
    assert hatch_build.build_pages(checkout)
    assert (checkout / "web" / "calls").read_text() == "ci --no-audit\nrun build\n"


def test_without_npm_one_line_says_what_to_install(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(checkout))
    with pytest.raises(hatch_build.PagesError, match=r"install Node\.js 20\.19 or newer"):
        hatch_build.build_pages(checkout)


def test_a_failing_build_names_the_step_and_the_cause(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_npm(checkout, 'echo "src/main.tsx(1,1): error TS1005" >&2; exit 1', monkeypatch)
    with pytest.raises(hatch_build.PagesError, match=r"npm ci .*error TS1005") as problem:
        hatch_build.build_pages(checkout)
    assert "\n" not in str(problem.value)


def test_pip_is_told_in_one_line(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(checkout))
    hook = hatch_build.BuildPages()
    hook.root = str(checkout)
    with pytest.raises(SystemExit, match=r"^probe: the pages need npm"):
        hook.initialize("standard", {})


def test_an_sdist_without_sources_keeps_its_pages(tmp_path: Path) -> None:
    built(tmp_path)
    assert not hatch_build.is_stale(tmp_path)
