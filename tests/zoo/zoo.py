"""The zoo: known submissions, each with the verdict that it must get. Reads headers; runs nothing.

A header is the file's first lines, ``# key: value`` each:

``zoo``        honest, wrong or cheat: the folder's name again
``what``       what is special about it, in a line
``caught-by``  the check that must fail, or none
``diagnosis``  a name of `harness.core.bugs.TABLE`: what the bug is, whatever the judge calls it
``budget``     ``full``: a quick judgement need not catch it
``escapes``    why it is known to get through, though the check should catch it; counted apart
``hangs``      ``yes``: it waits for a deadline, so it is given short ones

and for a cheat, whose success need not show in a check:

``id``         of the case in the catalogue of attacks
``expect``     what must become of it, a word of `EXPECTATIONS`
``needs``      ``embedded``: it attacks what only a jail holds, so it never runs outside one
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from harness.core.bugs import TABLE
from harness.core.check import Budget
from wire.scorecard import CheckName

HERE = Path(__file__).parent
KINDS = ("honest", "wrong", "cheat")
ENTRY = "specdec.py"
PARTS = {path.stem: path for path in (HERE / "parts").glob("*.py")}

EXPECTATIONS: dict[str, str] = {
    "caught": "the check of `caught-by` fails",
    "inert": "every verdict and the speed are those of the same sampler without the attack",
    "worthless": "it may work, and is no faster than the textbook",
    "bounded": "it gains no more speed than the report says that a lossy method could have hidden",
    "zero": "nothing ran to its end: band 0",
    "died": "its runs count as ended by themselves, and score nothing",
    "raised": "its runs count as errors of its own",
    "bad result": "what it returned is not taken for tokens",
    "protocol": "its runs are ended at the first frame that the wire does not allow",
    "limit": "its runs are ended at a limit",
    "too slow": "its runs are ended at the deadline",
    "review": "the report flags its speed for a person",
    "refused": "it is no submission, and is not run",
}
KEYS = {"zoo", "what", "caught-by", "diagnosis", "budget", "escapes", "hangs", "id", "expect", "needs"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    name: str
    kind: str
    what: str
    caught_by: str | None
    """Name of the check that must fail; None for honest ones and for most cheats."""
    diagnosis: str | None
    budget: Budget
    """The smallest that is enough to catch it."""
    escapes: str
    """Why it is known to get through; empty where it must not."""
    hangs: bool
    case: str
    """Of a cheat: its id in the catalogue of attacks."""
    expect: str
    """Of a cheat: a word of `EXPECTATIONS`."""
    jailed: bool
    """Runs in a jail or not at all."""
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
    source = path.read_text(encoding="utf-8")
    header = _header(path, source)
    parts = {f"{name}.py": part.read_text() for name, part in PARTS.items() if f"from {name} import" in source}
    caught_by = header.get("caught-by", "none")
    return Specimen(
        name=path.stem,
        kind=header["zoo"],
        what=header["what"],
        caught_by=None if caught_by == "none" else caught_by,
        diagnosis=header.get("diagnosis"),
        budget="full" if header.get("budget") == "full" else "quick",
        escapes=header.get("escapes", ""),
        hangs=header.get("hangs") == "yes",
        case=header.get("id", ""),
        expect=header.get("expect", ""),
        jailed=header.get("needs") == "embedded",
        files={ENTRY: source, **parts},
    )


def _header(path: Path, source: str) -> dict[str, str]:
    header = {}
    for line in source.splitlines():
        key, colon, value = line.removeprefix("# ").partition(": ")
        if not line.startswith("# ") or not colon or key not in KEYS:
            break
        header[key] = value.strip()
    wanted = {"id", "expect"} if path.parent.name == "cheat" else {"caught-by"}
    if missing := ({"zoo", "what"} | wanted) - header.keys():
        raise ValueError(f"{path.name}: the header lacks {', '.join(sorted(missing))}")
    if header["zoo"] != path.parent.name:
        raise ValueError(f"{path.name}: says {header['zoo']!r} but lies in {path.parent.name}/")
    if header.get("caught-by", "none") not in {"none", *get_args(CheckName)}:
        raise ValueError(f"{path.name}: caught-by is {header['caught-by']!r}; want a check's name or none")
    if header.get("diagnosis", "unknown") not in TABLE:
        raise ValueError(f"{path.name}: no diagnosis is called {header['diagnosis']!r}")
    if header.get("expect", "caught") not in EXPECTATIONS:
        raise ValueError(f"{path.name}: expect is {header['expect']!r}; want one of {', '.join(EXPECTATIONS)}")
    return header
