"""Loads `specdec.py` from the workspace and says readably what stands in the way."""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from probe_tools.deadline import TookTooLong, deadline

ENTRY = "specdec.py"
IMPORT_LIMIT_S = 20.0


class CannotRun(Exception):
    """There is nothing to test or measure yet; the text says what to do."""


def load_generate() -> Callable[..., Any]:
    """`generate` of the workspace's `specdec.py`. Raises CannotRun."""
    if not Path(ENTRY).is_file():
        raise CannotRun(f"there is no {ENTRY} here; write generate() in a file of that name")
    try:
        with deadline(IMPORT_LIMIT_S):
            module = importlib.import_module(Path(ENTRY).stem)
    except TookTooLong as late:
        raise CannotRun(
            f"importing {ENTRY} took more than {late.seconds:g} s; does it run something at the top level?"
        ) from late
    except (Exception, SystemExit) as error:
        raise CannotRun(f"{ENTRY} can't be imported: {explain(error)}") from error
    generate: Callable[..., Any] | None = getattr(module, "generate", None)
    if not callable(generate):
        raise CannotRun(f"{ENTRY} has no function named generate")
    return generate


def explain(error: BaseException) -> str:
    """An exception in one line: what, and where in the candidate's own files."""
    if isinstance(error, SyntaxError):
        return (
            f"{type(error).__name__}: {error.msg} ({Path(error.filename or ENTRY).name} line {error.lineno})"
        )
    what = str(error) if isinstance(error, TookTooLong) else f"{type(error).__name__}: {error}"
    return what + where(error.__traceback__)


def where(trace: TracebackType | None) -> str:
    """`` (specdec.py line 12)``: the innermost frame in the workspace; empty if there is none."""
    frame = own_frame(trace)
    return f" ({Path(frame.filename).name} line {frame.lineno})" if frame else ""


def own_frame(trace: TracebackType | None) -> traceback.FrameSummary | None:
    """The innermost frame in the workspace."""
    workspace = Path.cwd()
    own = [frame for frame in traceback.extract_tb(trace) if Path(frame.filename).parent == workspace]
    return own[-1] if own else None
