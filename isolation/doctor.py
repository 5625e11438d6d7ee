"""`probe doctor`: what this host can promise, tried and not assumed."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from isolation import admission, host, versions
from isolation.admission import Tried, Verdict
from isolation.contract import Runtime
from isolation.host import Fact
from isolation.known import channels_of


def examine(runtime: Runtime) -> list[Verdict]:
    """One for each kind of jail. Raises RuntimeFault."""
    return [admission.examine(runtime, admission.bare(kind)) for kind in ("session", "contestant")]


def own_parts() -> dict[str, str]:
    """Versions that every process can tell: all there is where a broker keeps the engine."""
    return {"kernel": platform.release(), "python": platform.python_version()}


def parts_of(runtime: Runtime) -> dict[str, str]:
    """Versions of what holds a jail here. Raises RuntimeFault when the engine does not answer."""
    parts = own_parts()
    if runtime.name == "docker":
        from isolation.docker import components

        return parts | components()
    said = subprocess.run(["bwrap", "--version"], capture_output=True, text=True, check=False).stdout
    return parts | {"bubblewrap": said.strip().removeprefix("bubblewrap ")}


def host_of(runtime: Runtime, parts: Mapping[str, str]) -> list[Fact]:
    """What this host is. Of an engine behind a broker only that it is there."""
    known = {}
    if runtime.name == "docker" and "engine" in parts:
        from isolation.docker import oci_runtimes

        known = oci_runtimes()
    engine = parts.get("engine", "behind the broker") if runtime.name == "docker" else ""
    return host.facts(engine=engine, oci_runtimes=known)


LIMITS: Mapping[str, tuple[str, ...]] = {
    "processes": ("have more processes than the limit",),
    "memory": ("use more memory than the limit", "use more memory than the limit, by several processes"),
    "disk": ("use more disk than the limit", "fill /tmp", "fill /dev/shm"),
    "processors": ("use more than its share of the processor",),
    "open files": ("raise the limit of open files",),
    "core dumps": ("leave a core dump",),
    "priority": ("raise the own priority", "run in real time"),
}
"""What has a number, and the tries that go beyond it."""


def enforced(verdicts: Sequence[Verdict]) -> dict[str, bool]:
    """By limit: whether every try to go beyond it was stopped, in every kind of jail."""
    held = {each.tried: True for verdict in verdicts for each in verdict.tried}
    held |= {each.tried: False for verdict in verdicts for each in verdict.tried if not each.held}
    return {limit: all(held.get(name, False) for name in names) for limit, names in LIMITS.items()}


def table(
    runtime: Runtime, verdicts: Sequence[Verdict], parts: Mapping[str, str], *, every: bool = False
) -> str:
    """For people: the host, versions, limits, what was tried and what is not held; the last line is the sum.

    ``every`` lists each try; else only those that were not refused.
    """
    found = host_of(runtime, parts)
    lines = ["This host", *(_fact(fact) for fact in found), ""]
    lines += [f"Versions (runtime {runtime.name})"]
    lines += [f"  {'':<8} {name:<16} {version}" for name, version in parts.items()]
    lines += [f"  {'WARNING':<8} {warning}" for warning in versions.warnings(parts)]
    lines += ["", "Limits, gone beyond from the inside"]
    lines += [
        f"  {'' if good else 'NOT HELD':<8} {name:<16} {'enforced' if good else 'not enforced'}"
        for name, good in enforced(verdicts).items()
    ]
    lines += ["", "Forbidden things, tried from the inside"]
    for verdict in verdicts:
        held = sum(each.held for each in verdict.tried)
        total = len(verdict.tried)
        lines.append(f"  {'':<8} {verdict.kind:<16} {held} of {total} refused, in {verdict.seconds:.1f} s")
        lines += [_line(each, verdict) for each in verdict.tried if every or not each.held]
    lines += ["", "Not held here, and known (docs/isolation.md)"]
    lines += [f"  {'':<8} {channel.name:<16} {channel.what}" for channel in channels_of(runtime)]
    holes = sum(len(verdict.holes) for verdict in verdicts)
    lines.append(
        f"\nA CANDIDATE MUST NOT BE LET IN: {holes} of these things worked."
        if holes
        else "\nA candidate may be let in."
    )
    return "\n".join(lines)


def document(runtime: Runtime, verdicts: Sequence[Verdict], parts: Mapping[str, str]) -> str:
    """The same for programs, as JSON, with every try."""
    found = host_of(runtime, parts)
    return json.dumps(
        {
            "runtime": runtime.name,
            "identity": runtime.identity,
            "versions": parts,
            "host": [asdict(fact) for fact in found],
            "warnings": [
                *versions.warnings(parts),
                *(f"{fact.name}: {fact.value}. {fact.advice}" for fact in found if fact.good == "warning"),
            ],
            "limits": enforced(verdicts),
            "caveats": list(runtime.caveats),
            "known": {channel.name: channel.what for channel in channels_of(runtime)},
            "jails": [
                {
                    "kind": verdict.kind,
                    "seconds": round(verdict.seconds, 3),
                    "tried": [each.model_dump() for each in verdict.tried],
                    "excused": sorted(verdict.excused),
                    "holes": [each.tried for each in verdict.holes],
                }
                for verdict in verdicts
            ],
            "admit": not any(verdict.holes for verdict in verdicts),
        },
        indent=2,
    )


def _fact(fact: Fact) -> str:
    mark = {"ok": "", "note": "note", "warning": "WARNING"}[fact.good]
    line = f"  {mark:<8} {fact.name:<16} {fact.value}"
    return f"{line}\n  {'':<8} {'':<16} {fact.advice}" if fact.advice else line


def _line(each: Tried, verdict: Verdict) -> str:
    """What people look for stands in capitals."""
    word: str = each.outcome
    if not each.held:
        word = "not promised" if each.tried in verdict.excused else each.outcome.upper()
    return f"  {word:<12}  {each.tried:<54}  {each.why}"
