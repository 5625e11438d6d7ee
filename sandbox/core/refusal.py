"""The answer to what cannot be done now."""

from __future__ import annotations


class NotAllowed(Exception):
    """What was asked makes no sense now. Safe to show: the text says what would help."""
