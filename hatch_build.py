"""Build the pages into the package: what pip needs before it can make a wheel or an editable install.

Runs `npm ci` and `npm run build` in web/ when sandbox/static/ is missing or older than its sources. An sdist
carries the built pages, so installing from one needs no node. Leaves serving them to sandbox/web.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = Path("web")
BUILT = Path("sandbox/static/index.html")
NOT_SOURCES = frozenset({"node_modules", "dist", "test"})


class PagesError(Exception):
    """The message is one line and says what to do."""


class BuildPages(BuildHookInterface[Any]):
    """The hook that hatchling calls; named in pyproject.toml under tool.hatch.build.hooks.custom."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        try:
            build_pages(Path(self.root))
        except PagesError as problem:
            raise SystemExit(f"probe: {problem}") from None


def build_pages(root: Path) -> bool:
    """Make sandbox/static/ current; whether anything had to be built. Raises PagesError."""
    if not is_stale(root):
        return False
    npm = shutil.which("npm")
    if npm is None:
        raise PagesError("the pages need npm to be built: install Node.js 20.19 or newer, then try again")
    _run(npm, "ci", "--no-audit", "--no-fund", cwd=root / SOURCES)
    _run(npm, "run", "build", cwd=root / SOURCES)
    return True


def is_stale(root: Path) -> bool:
    """Whether the built pages are missing or older than a file that they are made of.

    Without sources, as in an sdist, what is there is current.
    """
    built = root / BUILT
    if not (root / SOURCES / "package.json").is_file():
        if not built.is_file():
            raise PagesError("neither web/ nor sandbox/static/ is here: use a full checkout or sdist")
        return False
    if not built.is_file():
        return True
    built_at = built.stat().st_mtime
    return any(file.stat().st_mtime > built_at for file in _sources(root / SOURCES))


def _sources(folder: Path) -> Iterator[Path]:
    for directory, names, files in os.walk(folder):
        names[:] = [name for name in names if name not in NOT_SOURCES]
        yield from (Path(directory, file) for file in files)


def _run(*command: str, cwd: Path) -> None:
    step = " ".join(("npm", *command[1:]))
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    except OSError as error:
        raise PagesError(f"`{step}` could not be started: {error}") from error
    if done.returncode != 0:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        cause = next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "no output")
        raise PagesError(f"`{step}` failed in web/ ({cause.strip()}); run it there to see everything")
