"""What the broker allows: programs, variables, ceilings and places. Data, and one pure function over it.

Everything is refused that is not listed. A request carries names, never a path of the host: the sources of
mounts are the broker's own, and what a client made lies below the meeting root, by steps that are no `..`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from isolation import admission
from isolation.contract import SOCKET_DIR, Limits
from isolation.programs import SESSION_SERVER
from wire.broker import LimitsAsked, Shown, Start

Kind = Literal["session", "contestant"]
Words = tuple[str | re.Pattern[str], ...]
"""A command: each word is given, or has to match in full."""

_MIB = 1 << 20
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class Refusal(Exception):
    """The request is outside the allow-list. Safe to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What may be shown in a jail of one kind, by its place inside."""

    ours: Mapping[str, str] = field(default_factory=dict[str, str])
    """Fixed: a file or folder of the project, by its path there."""
    challenge: frozenset[str] = frozenset()
    """The visible folder of the challenge that the request names."""
    clients: frozenset[str] = frozenset()
    """A folder that the client made below the meeting root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """For jails of one kind."""

    name: re.Pattern[str]
    programs: Sequence[Words]
    variables: frozenset[str]
    ceiling: Limits
    most: int
    """Jails of this kind at a time, over all clients."""
    places: Places


Policy = Mapping[Kind, Allowed]

_PROBE: Words = (*admission.COMMAND, re.compile(r'\{[\w\-./ ",:\[\]]{0,2000}\}', re.ASCII))
"""The program of `admission`, its text to the letter; what it is told is a flat piece of JSON."""

_SESSION = Allowed(
    name=re.compile(r"session-[a-z0-9-]+"),
    programs=(SESSION_SERVER, _PROBE),
    variables=frozenset(
        {
            *("PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "MPLBACKEND", "MPLCONFIGDIR"),
            *("HF_HUB_OFFLINE", "TRANSFORMERS_VERBOSITY", "TMPDIR", "JUPYTER_TOKEN", "JUPYTER_RUNTIME_DIR"),
            *("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR", "PROBE_IMPORTS"),
        }
    ),
    ceiling=Limits(memory_bytes=4_096 * _MIB, cpus=2.0, pids=512, disk_bytes=512 * _MIB),
    most=64,
    places=Places(
        ours={"/opt/lib/pairs": "pairs", "/opt/lib/warm": "warm"}, challenge=frozenset({"/opt/challenge"})
    ),
)
_ENTRY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}\.py")
_NAMESPACE = re.compile(r"[0-9]{1,20}")
_TASK = re.compile(r'\{[\w\-. ",:]{0,1000}\}', re.ASCII)
_SHIM: Words = ("python", "-m", "harness.runner.shim", "/submission", _ENTRY, str(SOCKET_DIR), _NAMESPACE)
_ENUMERATION: Words = (
    "python",
    "-m",
    "harness.enumeration.inside",
    "/submission",
    _ENTRY,
    str(SOCKET_DIR),
    _TASK,
)
_CODE = (
    *("oracle/codec.py", "runner/shim.py", "runner/trial_process.py"),
    *(
        f"enumeration/{name}.py"
        for name in (
            *("codec", "inside", "race", "sources", "task", "tiny", "torch_sources", "uncertain", "walk"),
        )
    ),
)
"""Files of the judge that run beside a submission. Nothing in them is secret."""
_PAIRS = sorted(path.name for path in (Path(__file__).parents[2] / "pairs").glob("*.py"))
"""And of the pairs its modules alone: the weights below them are not for submissions."""

_CONTESTANT = Allowed(
    name=re.compile(r"(contestant|enumeration)-[a-z0-9-]+"),
    programs=(_SHIM, _ENUMERATION, _PROBE),
    variables=frozenset({"PYTHONPATH", "PYTHONSAFEPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONNOUSERSITE"}),
    ceiling=Limits(memory_bytes=4_096 * _MIB, cpus=2.0, pids=128, disk_bytes=64 * _MIB),
    most=32,
    places=Places(
        ours={
            **{f"/opt/judge/pairs/{name}": f"pairs/{name}" for name in _PAIRS},
            **{f"/opt/judge/harness/{path}": f"harness/{path}" for path in _CODE},
        },
        clients=frozenset({"/submission"}),
    ),
)
POLICY: Policy = {"session": _SESSION, "contestant": _CONTESTANT}


def check(request: Start, policy: Policy, living: Sequence[str]) -> None:
    """Raise Refusal unless all of the request is allowed beside the ``living`` jails of its kind."""
    allowed = policy[request.kind]
    if not allowed.name.fullmatch(request.name):
        raise Refusal(f"{request.name!r} is no name for a {request.kind}: want {allowed.name.pattern}.")
    if request.name in living:
        raise Refusal(f"A jail named {request.name} exists already.")
    if len(living) >= allowed.most:
        raise Refusal(f"{allowed.most} jails of the kind {request.kind} are there already; end one first.")
    if not any(_is(request.argv, words) for words in allowed.programs):
        raise Refusal(
            f"A {request.kind} is not started with this command, beginning {request.argv[0][:40]!r}."
        )
    if foreign := sorted(request.env.keys() - allowed.variables):
        raise Refusal(f"The variable {foreign[0]} is not one that a {request.kind} is given.")
    _check_limits(request.limits, allowed.ceiling)
    for shown in request.shown:
        _check_shown(shown, request.kind, allowed.places)
    if len({shown.target for shown in request.shown}) < len(request.shown):
        raise Refusal("A place inside is named twice.")


def is_probe(request: Start) -> bool:
    """Whether it only tries what holds, and runs no code of a candidate."""
    return _is(request.argv, _PROBE)


def check_device(request: Start, inventory: Collection[str], held: Collection[str]) -> None:
    """Raise Refusal unless the device, if any, is for a session, on this host, and no other jail's."""
    if request.device is None:
        return
    if request.kind != "session":
        raise Refusal(f"A {request.kind} is given no device.")
    if request.device not in inventory:
        raise Refusal(f"There is no device {request.device} on this host.")
    if request.device in held:
        raise Refusal(f"The device {request.device} is another jail's.")


def _is(argv: Sequence[str], words: Words) -> bool:
    return len(argv) == len(words) and all(
        said == word if isinstance(word, str) else word.fullmatch(said)
        for said, word in zip(argv, words, strict=True)
    )


def _check_limits(asked: LimitsAsked, ceiling: Limits) -> None:
    for name in ("memory_bytes", "cpus", "pids", "disk_bytes"):
        if getattr(asked, name) > getattr(ceiling, name):
            raise Refusal(f"{name} of {getattr(asked, name)} is above {getattr(ceiling, name)}.")


def _check_shown(shown: Shown, kind: Kind, places: Places) -> None:
    target, steps = shown.target, len(shown.names)
    if target in places.ours:
        wanted = steps == 0
    elif target in places.challenge:
        wanted = steps == 1 and bool(_SLUG.fullmatch(shown.names[0]))
    elif target in places.clients:
        wanted = steps in {1, 2}
    else:
        raise Refusal(f"Nothing is shown at {target!r} in a {kind}.")
    if not wanted:
        raise Refusal(f"What is to be shown at {target} is not named as it has to be.")
