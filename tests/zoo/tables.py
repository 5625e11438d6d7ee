"""Outcomes as text: a row each, counts, and the table of bugs against the names that the judge gave. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from tests.zoo.run import NEEDS_MORE, Outcome
from tests.zoo.zoo import KINDS


def row(outcome: Outcome) -> str:
    mark = "escapes" if outcome.escaped else "ok" if outcome.right else "WRONG"
    tokens = "-" if outcome.tokens_until_caught is None else str(outcome.tokens_until_caught)
    got = ", ".join(outcome.failed) or "none"
    return (
        f"{mark:<7} {outcome.kind:<6} {outcome.name:<30} want {outcome.wanted:<12} got {got:<34} "
        f"tokens {tokens:>6}  band {outcome.band}  {outcome.speedup:4.2f} x  {outcome.wall_s:5.1f} s"
        f"{_afterword(outcome)}"
    )


def _afterword(outcome: Outcome) -> str:
    words = f"  named {outcome.named}" if outcome.named else ""
    if outcome.named and outcome.diagnosis not in (None, outcome.named):
        words += f" (want {outcome.diagnosis})"
    if outcome.endings and outcome.kind == "cheat":
        words += f"  ended: {', '.join(outcome.endings)}"
    if outcome.escaped:
        words += f"  {outcome.escaped}"
    return words + "".join(f"\n        {fault}" for fault in outcome.faults)


def summary(outcomes: Sequence[Outcome]) -> str:
    """How many of each kind are as their headers say; those that may escape, and did, are counted apart."""
    lines = []
    for kind in KINDS:
        own = [each for each in outcomes if each.kind == kind]
        if not own:
            continue
        early = [each.name for each in own if each.escaped == NEEDS_MORE]
        escaped = [each.name for each in own if each.escaped and each.name not in early]
        right = sum(each.right and not each.escaped for each in own)
        tail = f", {len(escaped)} known to escape ({', '.join(escaped)})" if escaped else ""
        tail += f", {len(early)} that a quick judgement need not catch ({', '.join(early)})" if early else ""
        lines.append(f"{kind}: {right} of {len(own)} as their headers say{tail}")
    caught = sorted(each.tokens_until_caught for each in outcomes if each.tokens_until_caught is not None)
    if caught:
        lines.append(f"tokens until the law was rejected: median {caught[len(caught) // 2]}, most {caught[-1]}")
    return "\n".join(lines)


def confusion(outcomes: Sequence[Outcome]) -> str:
    """Rows: the bug in the header. Columns: what it was called, with how often."""
    asked = [each for each in outcomes if each.diagnosis is not None and each.named is not None]
    names: dict[str, Counter[str]] = defaultdict(Counter)
    for each in asked:
        assert each.diagnosis is not None
        assert each.named is not None
        names[each.diagnosis][each.named] += 1
    lines = [f"{'bug':<32} named"]
    for bug in sorted(names):
        called = (f"{name}{f' x{times}' if times > 1 else ''}" for name, times in names[bug].most_common())
        lines.append(f"{bug:<32} {', '.join(called)}")
    shares = Counter(how_named(each) for each in asked)
    total = max(len(asked), 1)
    lines.append(
        ", ".join(f"{shares[how] / total:.0%} {how}" for how in ("right", "not sure", "confidently wrong"))
        + f" (of {len(asked)})"
    )
    return "\n".join(lines)


def how_named(outcome: Outcome) -> str:
    """By the header's name alone: right, not sure, or another one with confidence."""
    if outcome.named == outcome.diagnosis:
        return "right"
    return "not sure" if (outcome.named or "").endswith("?") else "confidently wrong"
