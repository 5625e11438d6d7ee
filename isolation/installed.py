"""Which version of a package the candidate environment has, from file names: nothing in it is run."""

from __future__ import annotations

from pathlib import Path

from isolation.bare import candidate_python
from isolation.candidate_env import locate


def installed_version(package: str, runtime: str) -> str | None:
    """None where it is not installed, and for docker, whose environment is inside its image.

    Raises:
        RuntimeFault: there is no candidate environment.
    """
    if runtime == "docker":
        return None
    prefix = candidate_python().parent.parent if runtime == "none" else locate().prefix
    return version_in(prefix, package)


def version_in(prefix: Path, package: str) -> str | None:
    """Of a package in a virtual environment (the name of its ``.dist-info`` folder, as pip makes it)."""
    found = sorted(prefix.glob(f"lib/python3*/site-packages/{package}-*.dist-info"))
    return found[0].name.removeprefix(f"{package}-").removesuffix(".dist-info") if found else None
