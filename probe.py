"""The `probe` command: one word picks the plane, and only that plane is imported.

The judge runs without the web and the web runs without the judge, so neither may load the other.
"""

from __future__ import annotations

import sys

JUDGE = ("judge",)
ENUMERATION = ("enumerate",)
CONTROL_PLANE = ("serve", "interview", "demo")

USAGE = f"""usage: probe COMMAND ...

judge a submission:   {", ".join(JUDGE)}
prove its exact law:  {", ".join(ENUMERATION)}
run interviews:       {", ".join(CONTROL_PLANE)}

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
    print(USAGE, file=sys.stderr if command not in {"", "-h", "--help"} else sys.stdout)
    return 0 if command in {"-h", "--help"} else 64


if __name__ == "__main__":
    sys.exit(main())
