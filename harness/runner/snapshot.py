"""A submission frozen: names and text, bounded, with one hash that anyone can recompute. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

MAX_BYTES = 256 * 1024
MAX_FILES = 20
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\.py")
# PEP 263: a declaration counts only in the first two lines.
_CODING = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_UTF_8 = {"utf-8", "utf8"}


class BadSnapshot(Exception):
    """The files cannot be judged. Safe to show; says what to do."""


def check(files: Mapping[str, str], entry: str) -> None:
    """Raises BadSnapshot unless these files can be a submission."""
    if entry not in files:
        raise BadSnapshot(f"There is no {entry}. The function `generate` belongs there.")
    if len(files) > MAX_FILES:
        raise BadSnapshot(f"{len(files)} files are too many; at most {MAX_FILES} are judged.")
    for name in sorted(files):
        if not _NAME.fullmatch(name):
            raise BadSnapshot(f"{name!r} cannot be a file's name here: want letters, digits and _, then .py.")
    size = sum(len(_bytes(name, text)) for name, text in files.items())
    if size > MAX_BYTES:
        raise BadSnapshot(f"The files have {size} bytes together; at most {MAX_BYTES} are judged.")
    for name, text in files.items():
        _check_coding(name, text)


def sha256(files: Mapping[str, str]) -> str:
    """Of name and text, each with its length in 8 big-endian bytes before it, by sorted name."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name].encode()):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


def _bytes(name: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise BadSnapshot(f"{name} is not UTF-8 text; save it as UTF-8.") from None


def _check_coding(name: str, text: str) -> None:
    """Another encoding would make the interpreter run other code than the reviewer reads."""
    if "\x00" in text:
        raise BadSnapshot(f"{name} holds a NUL character; remove it.")
    for line in text.split("\n")[:2]:
        found = _CODING.match(line)
        if found and found[1].lower().replace("_", "-") not in _UTF_8:
            raise BadSnapshot(
                f"{name} declares the encoding {found[1]!r}; only UTF-8 is judged. Remove that line."
            )
