"""How hostile code is held: one contract, one profile, an engine behind each implementation."""

from isolation.choose import choose

__all__ = ["choose"]
