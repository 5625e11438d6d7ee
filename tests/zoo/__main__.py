"""``python -m tests.zoo``: the same as ``probe zoo``."""

import sys

from tests.zoo.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
