"""The zoo: known submissions, each with the verdict that it must get. Reads headers; runs nothing.

A header is the file's first lines: ``# zoo: honest|wrong|cheat``, ``# what: ...``, ``# caught-by:
CHECK|none`` and, where the judge must also say why, ``# diagnosis: BUG`` (a name of
`harness.core.diagnosis.TABLE`). ``# budget: full`` marks
what a quick judgement need not catch.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from harness.core.check import Budget
from harness.core.diagnosis import TABLE
from wire.scorecard import CheckName

HERE = Path(__file__).parent
KINDS = ("honest", "wrong", "cheat")
ENTRY = "specdec.py"
PART = "speculation.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    name: str
    kind: str
    what: str
    caught_by: str | None
    """Name of the check that must fail; None for honest ones."""
    diagnosis: str | None
    budget: Budget
    """The smallest that is enough to catch it."""
    files: dict[str, str]
    """As they would be submitted."""


def specimens(kind: str | None = None) -> list[Specimen]:
    """All of the zoo, or one kind, by name.

    Raises:
        ValueError: a header is missing or says something unknown.
    """
    kinds = KINDS if kind is None else (kind,)
    return [read(path) for each in kinds for path in sorted((HERE / each).glob("*.py"))]


def read(path: Path) -> Specimen:
    source = path.read_text()
    header = _header(path, source)
    files = {ENTRY: source}
    if "from speculation import" in source:
        files[PART] = (HERE / "parts" / PART).read_text()
    caught_by = header["caught-by"]
    return Specimen(
        name=path.stem,
        kind=header["zoo"],
        what=header["what"],
        caught_by=None if caught_by == "none" else caught_by,
        diagnosis=header.get("diagnosis"),
        budget="full" if header.get("budget") == "full" else "quick",
        files=files,
    )


def _header(path: Path, source: str) -> dict[str, str]:
    header = {}
    for line in source.splitlines():
        key, colon, value = line.removeprefix("# ").partition(": ")
        if not line.startswith("# ") or not colon:
            break
        header[key] = value.strip()
    if missing := {"zoo", "what", "caught-by"} - header.keys():
        raise ValueError(f"{path.name}: the header lacks {', '.join(sorted(missing))}")
    if header["zoo"] != path.parent.name:
        raise ValueError(f"{path.name}: says {header['zoo']!r} but lies in {path.parent.name}/")
    if header["caught-by"] not in {"none", *get_args(CheckName)}:
        raise ValueError(f"{path.name}: caught-by is {header['caught-by']!r}; want a check's name or none")
    if header.get("diagnosis", "unknown") not in TABLE:
        raise ValueError(f"{path.name}: no diagnosis is called {header['diagnosis']!r}")
    return header
