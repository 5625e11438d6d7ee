"""What a judgement was made with: of each part, the version that a second run should have too."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

import harness
import pairs
import wire
from harness.oracle import codec
from isolation.contract import RuntimeFault
from isolation.installed import installed_version

JUDGING = (harness, pairs, wire)
"""Packages whose code a verdict hangs on."""


def here() -> dict[str, str]:
    """Of what verdicts are worked out with in this process: needed alike to judge and to verify."""
    try:
        ours = version("probe")
    except PackageNotFoundError:
        ours = "source"
    return {
        "probe": ours,
        "code": _code_sha256()[:16],
        "python": platform.python_version(),
        "numpy": np.__version__,
        "processor": _processor(),
        "wire": str(codec.VERSION),
    }


def of_contestant(runtime: str) -> dict[str, str]:
    """Of what the submission runs with, from file names alone; empty where they are out of reach."""
    try:
        torch = installed_version("torch", runtime)
    except RuntimeFault:
        torch = None
    return {} if torch is None else {"torch": torch}


def _processor() -> str:
    """The instructions that numpy computes with: others make other last digits of sums and exponentials."""
    extensions = np.show_config(mode="dicts")["SIMD Extensions"]
    widest = (extensions.get("found") or extensions.get("baseline") or [""])[-1]
    return f"{platform.machine()} {widest}".strip()


@cache
def _code_sha256() -> str:
    """Of every module's name and text. It tells working copies apart that have the same version number."""
    digest = hashlib.sha256()
    for package in JUDGING:
        folder = Path(str(package.__file__)).parent
        for path in sorted(folder.rglob("*.py")):
            for part in (path.relative_to(folder.parent).as_posix().encode(), path.read_bytes()):
                digest.update(len(part).to_bytes(8, "big"))
                digest.update(part)
    return digest.hexdigest()
