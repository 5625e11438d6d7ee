"""The trusted side's own source, for cases that ask what it never does."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
TRUSTED = ("wire", "isolation", "harness", "sandbox")
INSIDE = frozenset({"isolation/probe_inside.py", "harness/enumeration/inside.py", "harness/runner/shim.py"})
"""Runs in a jail, and is trusted with nothing."""
Sources = Iterable[tuple[str, ast.Module]]


def trusted() -> Iterator[tuple[str, ast.Module]]:
    """Path in the project, and its tree."""
    for package in TRUSTED:
        for path in sorted((PROJECT / package).rglob("*.py")):
            name = str(path.relative_to(PROJECT))
            if name not in INSIDE and not name.startswith("harness/runner/trial_process"):
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.Module) -> set[str]:
    """First parts of the names of modules, wherever they are imported."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def names_used(tree: ast.Module) -> set[str]:
    """Names and attributes, without what stands before the dot."""
    found = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return found | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def callers(sources: Sources, what: Iterable[str]) -> set[str]:
    """Files that use one of these modules, or these functions by their dotted name."""
    wanted = frozenset(what)
    found = set()
    for path, tree in sources:
        dotted = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        if wanted & (imports(tree) | dotted):
            found.add(path)
    return found
