"""What is wrong with a folder, or with two that should be a pair."""

from __future__ import annotations


class PairError(Exception):
    """A folder holds no model that can be used, or two do not fit each other. The text says what to do."""
