"""The attack suite: each case is a file with a header; this reads headers and runs nothing.

Two folders. A file in ``inside/`` runs in a jail, with what a candidate has. A file in ``trusted/`` runs
here, in the control plane's place, against a peer, a message or a tree that a candidate could have made.

A header is the file's first lines, ``# key: value`` each:

``id``       of the case in the catalogue of attacks; several, by commas, where one program is all of them
``prio``     P0: a claim of the product is false if it succeeds. P1: a session or a score is harmed
``what``     what it does, in a line
``expect``   what must become of it, a word of `VERDICTS`
``defence``  what stops it
``where``    inside only: session, contestant or both
``tries``    inside only: names in `isolation.probe_inside`, by semicolons, tried before the file's own code
``needs``    trusted only: ``browser``: is not tried where there is none
``alone``    inside only: ``yes``: in a jail of its own, because it means to break it
``known``    runtimes, by commas, on which it is known to get through; ``why-known`` says why. A case that is
             stopped there all the same is a fault too: the list is of what is true
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

HERE = Path(__file__).parent
Where = Literal["session", "contestant", "trusted"]
VERDICTS: dict[str, str] = {
    "refused": "what was asked for is denied",
    "limit": "it stops at a limit, and only its own jail feels it",
    "killed": "it is ended from outside, with all that it started",
    "inert": "it may do what it does: nothing comes of it",
    "worked": "it got what it must not have",
}
KEYS = frozenset(
    {"id", "prio", "what", "expect", "defence", "where", "tries", "alone", "known", "why-known", "needs"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    ids: tuple[str, ...]
    prio: str
    what: str
    expect: str
    defence: str
    where: tuple[Where, ...]
    tries: tuple[str, ...]
    alone: bool
    known: frozenset[str]
    why_known: str
    needs: str
    source: str


def cases() -> list[Case]:
    """All, by the id of the catalogue. Raises ValueError for a header that says something unknown."""
    paths = [*(HERE / "inside").glob("*.py"), *(HERE / "trusted").glob("*.py")]
    return sorted(map(read, paths), key=lambda case: (case.ids, case.name))


def read(path: Path) -> Case:
    source = path.read_text(encoding="utf-8")
    header = _header(source)
    trusted = path.parent.name == "trusted"
    if (
        missing := ({"id", "prio", "what", "expect", "defence"} | (set() if trusted else {"where"}))
        - header.keys()
    ):
        raise ValueError(f"{path.name}: the header lacks {', '.join(sorted(missing))}")
    if header["expect"] not in VERDICTS or header["expect"] == "worked":
        raise ValueError(f"{path.name}: nothing is expected to end with {header['expect']!r}")
    if header["prio"] not in {"P0", "P1", "P2"}:
        raise ValueError(f"{path.name}: prio is {header['prio']!r}; want P0, P1 or P2")
    return Case(
        name=path.stem,
        ids=_words(header["id"], ","),
        prio=header["prio"],
        what=header["what"],
        expect=header["expect"],
        defence=header["defence"],
        where=("trusted",) if trusted else _where(path.name, header["where"]),
        tries=_words(header.get("tries", ""), ";"),
        alone=header.get("alone") == "yes",
        known=frozenset(_words(header.get("known", ""), ",")),
        why_known=header.get("why-known", ""),
        needs=header.get("needs", ""),
        source=source,
    )


def _header(source: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in source.splitlines():
        key, colon, value = line.removeprefix("# ").partition(": ")
        if not line.startswith("# ") or not colon or key not in KEYS:
            break
        found[key] = f"{found[key]} {value.strip()}" if key in found else value.strip()
    return found


def _where(name: str, text: str) -> tuple[Where, ...]:
    if text == "both":
        return ("session", "contestant")
    if text not in get_args(Where):
        raise ValueError(f"{name}: where is {text!r}; want session, contestant or both")
    return (text,)  # type: ignore[return-value]


def _words(text: str, separator: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(separator) if word.strip())
