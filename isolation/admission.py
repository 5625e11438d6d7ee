"""Whether a candidate may be let into jails of this runtime: it is tried from the inside first.

`probe_inside` runs in a fresh jail with the profile of the real one, under smaller limits, and tries what
must not work. What it says is parsed strictly: a try that is missing, or that nobody understands, lets
nobody in. What a runtime says it cannot promise here (`Runtime.unpromised`) stays a caveat.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from isolation import probe_inside
from isolation.contract import Ending, Exit, JailSpec, Limits, Runtime, RuntimeFault
from wire.base import Wire

TEXT = Path(probe_inside.__file__).read_text(encoding="utf-8")
COMMAND = ("python", "-I", "-c", TEXT)
"""Followed by one word, the JSON of what the jail was given."""
LIMITS = Limits(memory_bytes=128 << 20, cpus=0.8, pids=48, disk_bytes=16 << 20)
"""Small, so that going beyond them is cheap. The runtime sets them as it sets larger ones."""
TMP_BYTES = 64 << 20
TIMEOUT_S = 60.0
_TRY = "-probe-"
_ENDINGS = (Ending.EXITED, Ending.OUT_OF_MEMORY)
"""Docker says OUT_OF_MEMORY of a jail in which a child met the limit, though the program went on."""


class Tried(Wire):
    """One line of the probe."""

    tried: str = Field(max_length=80)
    outcome: Literal["refused", "worked", "absent", "broken"]
    why: str = Field(max_length=120)

    @property
    def held(self) -> bool:
        return self.outcome in {"refused", "absent"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was tried in one jail."""

    kind: Literal["session", "contestant"]
    identity: str
    tried: tuple[Tried, ...]
    excused: frozenset[str]
    seconds: float

    @property
    def holes(self) -> tuple[Tried, ...]:
        """Why a candidate must not be let in; empty when one may."""
        return tuple(each for each in self.tried if not each.held and each.tried not in self.excused)

    @property
    def reason(self) -> str:
        """For the interviewer; empty when there is no hole."""
        if not self.holes:
            return ""
        first = "; ".join(f"{each.tried} ({each.why})" for each in self.holes[:3])
        more = f"; and {len(self.holes) - 3} more" if len(self.holes) > 3 else ""
        return f"A sandbox on this host does not hold: {first}{more}. Run `probe doctor` for the whole list."


def is_a_try(name: str) -> bool:
    """Whether a jail of this name only tried what holds: nobody but its starter asks after it."""
    return _TRY in name


def bare(kind: Literal["session", "contestant"]) -> JailSpec:
    """A jail that is shown nothing, for a check of the profile alone."""
    return JailSpec(name=kind, kind=kind, argv=("python",), limits=LIMITS)


def examine(runtime: Runtime, like: JailSpec) -> Verdict:
    """Try everything in a jail like this one. Raises RuntimeFault when that cannot be done."""
    given = {
        **asdict(LIMITS),
        "tmp_bytes": TMP_BYTES,
        "variables": sorted(like.env),
        "shown": [str(bind.target) for bind in like.binds],
    }
    spec = replace(
        like,
        name=f"{like.kind}{_TRY}{secrets.token_hex(6)}",
        argv=(*COMMAND, json.dumps(given)),
        limits=LIMITS,
        env=dict.fromkeys(like.env, "x"),
        socket_dir=None,
        device="",  # a check takes no GPU from anybody
    )
    identity, began = runtime.identity, time.monotonic()
    jail = runtime.start(spec)
    try:
        ended = jail.wait(TIMEOUT_S)
        output = jail.output()
    finally:
        jail.stop()
    return Verdict(
        kind=like.kind,
        identity=identity,
        tried=parse(output, ended),
        excused=runtime.unpromised,
        seconds=time.monotonic() - began,
    )


def parse(output: bytes, ended: Exit) -> tuple[Tried, ...]:
    """Every try, in order. Raises RuntimeFault for anything but a line for each and nothing else."""
    if ended.ending not in _ENDINGS or ended.code not in {0, None}:
        raise RuntimeFault(
            f"The probe of a sandbox ended with {ended.ending} ({ended.code}): {_words(output)}"
        )
    try:
        tried = tuple(Tried.model_validate_json(line) for line in output.splitlines())
    except ValidationError as error:
        raise RuntimeFault(
            f"The probe of a sandbox said what nobody understands: {_words(output)}"
        ) from error
    if tuple(each.tried for each in tried) != probe_inside.NAMES:
        raise RuntimeFault(f"The probe of a sandbox tried {len(tried)} of {len(probe_inside.NAMES)} things.")
    return tried


class Admission:
    """Remembers, for each kind of jail, the identity of the runtime that was found to hold."""

    def __init__(self, runtime: Runtime, examine: Callable[[Runtime, JailSpec], Verdict] = examine) -> None:
        self._runtime, self._examine = runtime, examine
        self._held: dict[str, str] = {}
        self._lock = threading.Lock()

    def check(self, like: JailSpec) -> None:
        """Raises RuntimeFault with the reason when nobody must be let in. Tried once for each identity."""
        with self._lock:  # whoever comes while it is tried waits for the same answer
            if self._held.get(like.kind) == self._runtime.identity:
                return
            verdict = self._examine(self._runtime, like)
            if verdict.reason:
                raise RuntimeFault(verdict.reason)  # not remembered: the host may be put right meanwhile
            self._held[like.kind] = verdict.identity


def _words(output: bytes) -> str:
    return ascii(output[-200:].decode("utf-8", "replace"))
