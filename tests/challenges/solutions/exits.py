"""Wrong: ends the process from inside."""

import sys


def generate(target, draft, input_ids, **ignored):
    sys.exit("enough")
