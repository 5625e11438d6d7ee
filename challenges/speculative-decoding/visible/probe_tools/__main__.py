"""Command line: one word says which tool."""

import sys

from probe_tools import bench, checks
from probe_tools.lines import take_stdout

TOOLS = {"tests": checks.run, "bench": bench.run}


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] not in TOOLS:
        print("usage: python -m probe_tools tests|bench", file=sys.stderr)
        return 64
    tool = sys.argv[1]
    lines = take_stdout(tool)
    try:
        TOOLS[tool](lines)
    except Exception as error:
        lines.finished(f"the tool itself failed, which is no fault of yours: {type(error).__name__}: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
