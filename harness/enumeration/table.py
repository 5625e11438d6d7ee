"""An enumeration in words, for a terminal, and as JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from harness.enumeration.codec import Law
from harness.enumeration.law import AGREES, END, Cell, Comparison
from harness.enumeration.task import Task

EXPLORED = 1e-9
"""Mass that may be left out before it is said."""


def table(task: Task, law: Law, comparison: Comparison) -> str:
    return "\n".join(_lines(task, law, comparison))


def as_json(task: Task, law: Law, comparison: Comparison) -> str:
    """All of it, with the law itself: texts as lists of ids."""
    return json.dumps(
        {
            "task": asdict(task) | {"prompt": task.prompt},
            "agrees": comparison.agrees,
            "tolerance": AGREES,
            "total_variation": comparison.distance,
            "by_position": comparison.by_position,
            "first_departure": comparison.first and asdict(comparison.first),
            "worst": [asdict(cell) for cell in comparison.worst],
            "leaves": law.leaves,
            "mass_explored": 1.0 - law.skipped,
            "mass_broken": law.broken,
            "broken": law.note,
            "law": [{"text": text, "probability": mass} for text, mass in law.texts.items()],
        },
        indent=2,
    )


def _lines(task: Task, law: Law, comparison: Comparison) -> Iterator[str]:
    yield (
        f"{task.vocab_size} ids (pair {task.pair_seed}), {task.num_speculative_tokens} draft tokens a block, "
        f"{task.max_new_tokens} new tokens, temperature {task.temperature:g}, top-p {task.top_p:g}, "
        f"after the prompt {' '.join(map(str, task.prompt))}"
    )
    yield f"{law.leaves} leaves; mass explored: 1 - {law.skipped:.1e}"
    if law.skipped > EXPLORED:
        yield f"More than {EXPLORED:g} was too unlikely to follow, and counts as wrong: try fewer new tokens."
    if law.broken:
        yield f"No text in {100 * law.broken:.6g} % of the mass; most often: {law.note}"
    yield f"total variation of the joint law: {comparison.distance:.3g}"
    yield "  by new token, given what is before it: " + "  ".join(
        f"{n}: {departure:.2g}" for n, departure in enumerate(comparison.by_position, 1)
    )
    if comparison.first is not None:
        yield f"departs first at new token {len(comparison.first.prefix) + 1}, {_after(comparison.first)}"
    if comparison.worst:
        yield f"  {'after':<20}{'token':>6}{'got':>12}{'want':>12}{'reached':>12}"
        for cell in comparison.worst:
            yield (
                f"  {_shown(cell.prefix):<20}{_token(cell):>6}{cell.got:>12.7f}{cell.want:>12.7f}"
                f"{cell.reached:>12.7f}"
            )
    yield f"exactly the target's law to {AGREES:g}" if comparison.agrees else "not the target's law"


def _after(cell: Cell) -> str:
    return f"after {_shown(cell.prefix)}: token {_token(cell)} has {cell.got:.7f}, want {cell.want:.7f}"


def _shown(prefix: tuple[int, ...]) -> str:
    return " ".join(map(str, prefix)) or "the prompt"


def _token(cell: Cell) -> str:
    return "end" if cell.token == END else str(cell.token)
