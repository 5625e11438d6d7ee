"""Where the time goes: target calls and draft calls by the price list; the submission's own work as measured.

The two are not added up. Virtual time charges calls alone; seconds are this host's, on models that answer at
once, and decide nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.checks.economy_runs import Costed, by_gamma
from harness.core.intervals import ratio_of_sums
from pairs.economy import expected_cost
from pairs.prices import MEMORY_BOUND, total_price
from wire.scorecard import Line, Measurement, Plot, Series

MS = 1_000.0


def cost_split(usable: Sequence[Costed]) -> tuple[Plot, ...]:
    """Of runs with tokens: the virtual split, and the measured one where the host could measure."""
    measured = _measured(usable)
    return (_virtual(usable), _own(measured)) if measured else (_virtual(usable),)


def own_time(usable: Sequence[Costed]) -> tuple[Measurement, ...]:
    """Processor time outside the models; none where the host could not measure it."""
    measured = _measured(usable)
    if not measured:
        return ()
    spent = [_cpu_ms(each) for each in measured]
    tokens = [len(each.tokens) for each in measured]
    return (ratio_of_sums("own processor time a new token", spent, tokens, "ms"),)


def _virtual(usable: Sequence[Costed]) -> Plot:
    target, draft, ticks = list[float](), list[float](), list[str]()
    for gamma, group in by_gamma(usable).items():
        plain = sum(each.plain(MEMORY_BOUND) for each in group)
        ticks += [str(gamma), f"{gamma}r"]
        expected = [expected_cost(each.path, gamma, MEMORY_BOUND) for each in group]
        target += [_paid(group, "target") / plain, sum(one.target_time for one in expected) / plain]
        draft += [_paid(group, "draft") / plain, sum(one.draft_time for one in expected) / plain]
    x = tuple(float(n) for n in range(len(ticks)))
    return Plot(
        kind="stack",
        title="Cost split, in virtual time",
        x_label="num_speculative_tokens; r: the reference",
        y_label="Share of plain decoding's time",
        x_ticks=tuple(ticks),
        series=(
            Series(name="target calls", x=x, y=tuple(target)),
            Series(name="draft calls", x=x, y=tuple(draft)),
        ),
        lines=(Line(name="plain decoding", y=1.0),),
    )


def _own(measured: Sequence[Costed]) -> Plot:
    groups = by_gamma(measured)
    x = tuple(float(n) for n in range(len(groups)))
    own, waited = list[float](), list[float]()
    for group in groups.values():
        tokens = sum(len(each.tokens) for each in group)
        spent = sum(map(_cpu_ms, group))
        own.append(spent / tokens)
        waited.append(max(sum(each.run.wall_s for each in group) * MS - spent, 0.0) / tokens)
    return Plot(
        kind="stack",
        title="Time of the submission itself, as measured on this host",
        x_label="num_speculative_tokens",
        y_label="Milliseconds a new token",
        x_ticks=tuple(map(str, groups)),
        series=(
            Series(name="own work (processor)", x=x, y=tuple(own)),
            Series(name="idle: waiting for the models and the host", x=x, y=tuple(waited)),
        ),
    )


def _measured(usable: Sequence[Costed]) -> list[Costed]:
    return [each for each in usable if each.run.cpu_s is not None]


def _cpu_ms(each: Costed) -> float:
    return (each.run.cpu_s or 0.0) * MS


def _paid(group: Sequence[Costed], model: str) -> int:
    return sum(
        total_price((call for call in each.run.calls if call.model == model), MEMORY_BOUND) for each in group
    )
