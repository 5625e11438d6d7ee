"""Whether everything runs at its full size: `--long` says so (`tests/conftest.py`)."""

from __future__ import annotations

import os

LONG = os.environ.get("PROBE_LONG") == "1"
