"""`probe doctor`: what this host can promise, tried and not assumed."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from isolation import admission, versions
from isolation.admission import Tried, Verdict
from isolation.contract import Runtime

CORE_PATTERN = Path("/proc/sys/kernel/core_pattern")


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


def warnings(parts: Mapping[str, str]) -> list[str]:
    return versions.warnings(
        parts, core_pattern=CORE_PATTERN.read_text() if os.access(CORE_PATTERN, os.R_OK) else ""
    )


def table(runtime: Runtime, verdicts: Sequence[Verdict], parts: Mapping[str, str]) -> str:
    """For people: what was tried, versions, caveats, and one sentence of sum."""
    lines = []
    for verdict in verdicts:
        lines += [f"{verdict.kind}: {len(verdict.tried)} things tried in {verdict.seconds:.1f} s", ""]
        lines += [_line(each, verdict) for each in verdict.tried]
        lines.append("")
    lines += [f"runtime {runtime.name}: {', '.join(f'{name} {version}' for name, version in parts.items())}"]
    lines += [f"  warning: {warning}" for warning in warnings(parts)]
    lines += [f"  not promised here: {caveat}" for caveat in runtime.caveats]
    holes = sum(len(verdict.holes) for verdict in verdicts)
    lines.append(
        f"\nA CANDIDATE MUST NOT BE LET IN: {holes} of these things worked."
        if holes
        else "\nA candidate may be let in."
    )
    return "\n".join(lines)


def document(runtime: Runtime, verdicts: Sequence[Verdict], parts: Mapping[str, str]) -> str:
    """The same for programs, as JSON."""
    return json.dumps(
        {
            "runtime": runtime.name,
            "identity": runtime.identity,
            "versions": parts,
            "warnings": warnings(parts),
            "caveats": list(runtime.caveats),
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


def _line(each: Tried, verdict: Verdict) -> str:
    """What people look for stands in capitals."""
    word: str = each.outcome
    if not each.held:
        word = "not promised" if each.tried in verdict.excused else each.outcome.upper()
    return f"  {word:<12}  {each.tried:<54}  {each.why}"
