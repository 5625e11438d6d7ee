"""Rules of the shared document: which files it may hold, and where a ``# %%`` cell begins and ends. Pure."""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

MAX_FILES = 20
MAX_BYTES = 256 * 1024
FILE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\.py")
_CELL = re.compile(r"^#\s?%%(?P<title>.*)$")


def files_error(files: Mapping[str, str]) -> str:
    """Why these files cannot be run or submitted, in words for the candidate; empty when they can."""
    if len(files) > MAX_FILES:
        return f"There are {len(files)} files; at most {MAX_FILES} can be run. Remove some."
    for name in sorted(files):
        if len(name) > 64 or not FILE_NAME.fullmatch(name):
            shown = name[:64].encode("ascii", "backslashreplace").decode()
            return (
                f"The file name {shown!r} cannot be used. "
                "Use letters, digits and _, with .py at the end, as in my_cache.py."
            )
    if any(_unencodable(text) for text in files.values()):
        return "A file holds half of a character pair (a lone surrogate). Remove the broken character."
    size = sum(len(text.encode()) for text in files.values())
    if size > MAX_BYTES:
        return (
            f"The files are {-(-size // 1024)} KiB together; at most {MAX_BYTES // 1024} KiB can be run. "
            "Shorten them."
        )
    return ""


def _unencodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def files_sha256(files: Mapping[str, str]) -> str:
    """One name for one set of files: sha256 over sorted names and texts, each with its length."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name].encode()):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


def text_sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    first_line: int
    """From 1; the line of the ``# %%`` mark, if there is one."""
    title: str
    source: str


def cells(source: str) -> list[Cell]:
    """Split at lines that begin with ``# %%``. What stands before the first mark is a cell of its own."""
    found: list[Cell] = []
    start, title, lines = 1, "", list[str]()
    for number, line in enumerate(source.split("\n"), start=1):
        mark = _CELL.match(line)
        if mark and number > 1:
            found.append(Cell(first_line=start, title=title, source="\n".join(lines)))
            start, lines = number, []
        if mark:
            title = mark["title"].strip()
        lines.append(line)
    return [*found, Cell(first_line=start, title=title, source="\n".join(lines))]


def cell_at(source: str, line: int) -> Cell:
    """The cell that holds ``line`` (from 1). A line past the end means the last cell."""
    return max(
        (cell for cell in cells(source) if cell.first_line <= max(line, 1)), key=lambda c: c.first_line
    )


def lines_between(source: str, first: int, last: int) -> str:
    """Lines from ``first`` to ``last`` (from 1), moved left together as far as they go."""
    return textwrap.dedent("\n".join(source.split("\n")[first - 1 : last]))
