"""Where the candidate environment lies: the virtual environment that embedded jails run in.

Docker jails have theirs in the image. Only file names are read here; nothing of it is imported.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from isolation.contract import RuntimeFault

VARIABLE = "PROBE_CANDIDATE_ENV"
DEFAULT = Path(__file__).resolve().parent.parent / ".candidate-env"


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateEnv:
    prefix: Path
    """The virtual environment."""
    base: Path
    """The prefix of the interpreter that it was made with (`sys.base_prefix` inside)."""

    @property
    def folders(self) -> tuple[Path, ...]:
        """What must be visible inside, at the same paths, beyond /usr."""
        outside = (path for path in (self.prefix, self.base) if not path.is_relative_to("/usr"))
        return tuple(dict.fromkeys(outside))


def locate() -> CandidateEnv:
    """Raises RuntimeFault when there is none."""
    prefix = Path(os.environ.get(VARIABLE) or DEFAULT)
    try:
        lines = (prefix / "pyvenv.cfg").read_text().splitlines()
    except OSError:
        raise RuntimeFault(
            f"There is no candidate environment at {prefix}. Make it with `make up`, or set {VARIABLE}."
        ) from None
    settings = dict(line.split(" = ", 1) for line in lines if " = " in line)
    home = Path(settings["home"])
    return CandidateEnv(prefix=prefix.absolute(), base=(home / "python3").resolve().parent.parent)
