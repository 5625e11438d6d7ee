"""Names of the deeds in ``submissions/misbehaves.py``, in its order, read from its text: it needs torch."""

from __future__ import annotations

import ast

from tests.harness.conftest import SUBMISSIONS

_FUNCTIONS = [
    node.name
    for node in ast.parse((SUBMISSIONS / "misbehaves.py").read_text()).body
    if isinstance(node, ast.FunctionDef)
]
DEEDS = [name for name in _FUNCTIONS if name not in {"generate", "connection_of", "mute"}]
