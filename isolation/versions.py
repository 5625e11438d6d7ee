"""Versions of what holds a candidate, against holes that are known. Pure.

A distribution may have mended a hole under an old number, so this warns and does not refuse.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_NUMBERS = re.compile(r"\d+(?:\.\d+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    part: str
    mended: tuple[str, ...]
    """The first version without it, one for each line of releases that was mended; ascending."""
    name: str


HOLES = (
    Hole(
        part="runc",
        mended=("1.2.8", "1.3.3", "1.4.0"),
        name="CVE-2025-31133, CVE-2025-52565, CVE-2025-52881: masked paths can be raced",
    ),
    Hole(part="runc", mended=("1.1.12",), name="CVE-2024-21626: a leaked descriptor reaches the host"),
    Hole(
        part="engine",
        mended=("29.5.1",),
        name="CVE-2026-41567, CVE-2026-41568, CVE-2026-42306: archive calls (never made here)",
    ),
    Hole(
        part="python",
        mended=("3.11.13", "3.12.11", "3.13.4"),
        name="CVE-2025-4517: tarfile writes outside its folder (never used here)",
    ),
)


def numbers(version: str) -> tuple[int, ...]:
    """Its leading numbers: of ``1.1.5+ds1`` 1, 1 and 5. Empty when there are none."""
    found = _NUMBERS.search(version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def is_open(version: str, mended: tuple[str, ...]) -> bool:
    """Whether a version is from before the hole was mended in its line of releases."""
    have = numbers(version)
    for first in map(numbers, mended):
        if have[:2] == first[:2]:
            return have < first
    return have < numbers(mended[-1])


def warnings(parts: Mapping[str, str]) -> list[str]:
    """A sentence for each hole that these versions are known for."""
    return [
        f"{hole.part} {parts[hole.part]} is older than {' or '.join(hole.mended)}: {hole.name}."
        " Update it, or see whether your distribution mended it under the old number."
        for hole in HOLES
        if parts.get(hole.part) and numbers(parts[hole.part]) and is_open(parts[hole.part], hole.mended)
    ]
