"""`probe attack`: play the catalogue's attacks against this host's sandboxes, and print what became of each.

Exit codes: 0 all held; 1 one succeeded, or did harm; 64 wrong use; 70 the sandboxes could not be had.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from isolation.choose import choose
from isolation.contract import RuntimeFault
from tests.attacks.catalogue import Case, cases
from tests.attacks.run import Played, World, play, world

OK, SUCCEEDED, USAGE, FAULT = 0, 1, 64, 70


def main(argv: Sequence[str]) -> int:
    """``argv`` without the command's name. Returns the exit code."""
    arguments = _parser().parse_args(argv)
    every = cases()
    chosen = [case for case in every if not arguments.names or _is_named(case, arguments.names)]
    if unknown := [name for name in arguments.names if not any(_is_named(case, [name]) for case in every)]:
        print(
            f"There is no case called {', '.join(unknown)}. `probe attack --list` has them all.",
            file=sys.stderr,
        )
        return USAGE
    if arguments.list:
        for case in chosen:
            print(f"{', '.join(case.ids):<14} {case.prio}  {case.name:<26} {case.what}")
        return OK
    played: list[Played] = []
    try:
        with (
            tempfile.TemporaryDirectory(prefix="probe-attack-jails-") as state,
            _world(arguments, Path(state)) as on,
        ):
            runtime = on.runtime
            for each in play(chosen, on):
                print(_row(each), flush=True)
                played.append(each)
            left = on.end_session()
    except RuntimeFault as fault:
        print(f"Not tried, through no merit of this host. {fault}", file=sys.stderr)
        return FAULT
    print(_summary(played, runtime.name))
    for fault in left:
        print(f"WHEN ALL WAS OVER: {fault}")
    if arguments.json is not None:
        document = {"runtime": runtime.name, "identity": runtime.identity}
        document |= {"cases": [each.document() for each in played]}  # type: ignore[dict-item]
        arguments.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return OK if all(each.held for each in played) and not left else SUCCEEDED


def _world(arguments: argparse.Namespace, state: Path) -> AbstractContextManager[World]:
    return world(choose(arguments.runtime, embedded_state=state / "jails", oci_runtime=arguments.oci_runtime))


def _is_named(case: Case, names: Sequence[str]) -> bool:
    return case.name in names or any(each in names for each in case.ids)


def _row(each: Played) -> str:
    """What people look for stands in capitals."""
    word = "known" if each.excused and each.held else each.verdict if each.held else each.verdict.upper()
    row = f"{'/'.join(each.case.ids):<8} {each.case.name:<26} {each.where:<10} {word:<8} {each.words}"
    return "\n".join([row[:160], *(f"{'':<8} LEFT HARM: {fault}" for fault in each.faults)])


def _summary(played: Sequence[Played], runtime: str) -> str:
    bad = [each for each in played if not each.held]
    known = [each for each in played if each.excused and each.held]
    lines = [f"\n{len(played)} attacks on {runtime}: {len(played) - len(bad) - len(known)} held"]
    if known:
        lines[0] += f", {len(known)} get through and are known:"
        lines += [f"  {each.case.name} ({each.where}): {each.case.why_known}" for each in known]
    if bad:
        lines += [
            f"  {each.case.name} ({each.where}): {each.verdict.upper()}, want {each.case.expect}."
            f" Its defence: {each.case.defence}. {each.words}"
            for each in bad
        ]
        lines.append(f"{len(bad)} DID NOT HOLD.")
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="probe attack", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="only these: names of cases or ids; default: all"
    )
    parser.add_argument("--runtime", choices=("auto", "docker", "embedded"), default="auto")
    parser.add_argument(
        "--oci-runtime", metavar="NAME", help="what the engine starts containers with, say runsc"
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="write every outcome here")
    parser.add_argument("--list", action="store_true", help="say what there is, and play nothing")
    return parser
