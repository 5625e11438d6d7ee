"""The `probe` command: one word picks the plane, and only that plane is imported.

The judge runs without the web and the web runs without the judge, so neither may load the other.
"""

from __future__ import annotations

import sys
from pathlib import Path

JUDGE = ("judge", "verify")
ENUMERATION = ("enumerate",)
CHECKOUT = ("zoo",)
"""Needs the tests, which an installed package has not."""
ZOO = Path(__file__).resolve().parent / "tests" / "zoo"
CONTROL_PLANE = ("serve", "interview", "demo", "report")
ISOLATION = ("broker", "doctor")

USAGE = f"""usage: probe COMMAND ...

judge a submission:   judge
check a verdict:      verify
prove its exact law:  enumerate
run interviews:       {", ".join(CONTROL_PLANE)}
judge the judge:      {", ".join(CHECKOUT)} (in a checkout)
hold hostile code:    {", ".join(ISOLATION)}

`probe COMMAND --help` explains each."""


def main() -> int:
    """Dispatch to a plane; 64 is the exit code for wrong use (sysexits.h)."""
    arguments = sys.argv[1:]
    command = arguments[0] if arguments else ""
    if command in JUDGE:
        from harness.cli import main as judge

        return judge(arguments)
    if command in ENUMERATION:
        from harness.enumeration.cli import main as enumeration

        return enumeration(arguments)
    if command in CONTROL_PLANE:
        from sandbox.cli import main as control_plane

        return control_plane(arguments)
    if command in CHECKOUT:
        return _zoo(arguments[1:])
    if command in ISOLATION:
        from isolation.cli import main as isolation

        return isolation(arguments)
    print(USAGE, file=sys.stderr if command not in {"", "-h", "--help"} else sys.stdout)
    return 0 if command in {"-h", "--help"} else 64


def _zoo(arguments: list[str]) -> int:
    if not ZOO.is_dir():
        print(
            "`probe zoo` plays the tests' submissions, and there are none: run it in a checkout.",
            file=sys.stderr,
        )
        return 64
    # Before any installed package that is called `tests` too.
    sys.path.insert(0, str(ZOO.parents[1]))
    from tests.zoo.cli import main as zoo

    return zoo(arguments)


if __name__ == "__main__":
    sys.exit(main())
