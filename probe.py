"""The `probe` command: one word picks the plane, and only that plane is imported.

The judge runs without the web and the web runs without the judge, so neither may load the other.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

JUDGE = ("judge", "verify")
ENUMERATION = ("enumerate",)
PAIR = ("pair",)
CHECKOUT = ("zoo", "attack", "demo-data")
"""Need the tests, which an installed package has not."""
TESTS = Path(__file__).resolve().parent / "tests"
CONTROL_PLANE = ("serve", "interview", "demo", "report", "replay")
RIGHTS = ("retention", "audit")
ISOLATION = ("broker", "doctor")

USAGE = f"""usage: probe COMMAND ...

judge a submission:   judge
check a verdict:      verify SCORECARD RECORD
check a log:          verify --log INTERVIEW
prove its exact law:  enumerate
measure a real pair:  pair check TARGET_DIR DRAFT_DIR
run interviews:       {", ".join(CONTROL_PLANE)}
see the pages full:   demo-data (in a checkout)
what is kept:         {", ".join(RIGHTS)}
judge the judge:      zoo (in a checkout)
hold hostile code:    {", ".join(ISOLATION)}, attack (in a checkout)

`probe COMMAND --help` explains each."""


def main() -> int:
    """Dispatch to a plane; 64 is the exit code for wrong use (sysexits.h)."""
    arguments = sys.argv[1:]
    command = arguments[0] if arguments else ""
    if command == "verify" and "--log" in arguments:
        from sandbox.cli import main as control_plane

        return control_plane(arguments)
    if command in JUDGE:
        from harness.cli import main as judge

        return judge(arguments)
    if command in ENUMERATION:
        from harness.enumeration.cli import main as enumeration

        return enumeration(arguments)
    if command in PAIR:
        # Before numpy is imported, whose BLAS looks once. On contended cores several threads are slower.
        os.environ["OMP_NUM_THREADS"] = "1"
        from harness.pair_check.cli import main as pair

        return pair(arguments)
    if command in CONTROL_PLANE + RIGHTS:
        from sandbox.cli import main as control_plane

        return control_plane(arguments)
    if command in CHECKOUT:
        return _of_the_tests(command, arguments[1:])
    if command in ISOLATION:
        from isolation.cli import main as isolation

        return isolation(arguments)
    print(USAGE, file=sys.stderr if command not in {"", "-h", "--help"} else sys.stdout)
    return 0 if command in {"-h", "--help"} else 64


def _of_the_tests(command: str, arguments: list[str]) -> int:
    if not TESTS.is_dir():
        print(
            f"`probe {command}` plays files of the tests, and there are none: run it in a checkout.",
            file=sys.stderr,
        )
        return 64
    # Before any installed package that is called `tests` too.
    sys.path.insert(0, str(TESTS.parent))
    if command == "zoo":
        from tests.zoo.cli import main as zoo

        return zoo(arguments)
    if command == "demo-data":
        from tests.cohort.cli import main as demo_data

        return demo_data(arguments)
    from tests.attacks.cli import main as attack

    return attack(arguments)


if __name__ == "__main__":
    sys.exit(main())
