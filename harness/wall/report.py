"""From what the clock saw to what is said about it. Pure: the same record gives the same words and digits."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from harness.core.intervals import exact
from harness.wall.clocked import Clocked, Role, Turn, WallRecord
from harness.wall.statistics import PRECISE, TOO_WIDE, Estimate, estimate
from pairs.prices import MEMORY_BOUND, plain_decoding_price
from wire.scorecard import Line, Measurement, Plot, Series, WallTime

SPEEDUP = "speed-up over plain decoding by the clock"
VIRTUAL = "virtual speed-up of the same runs"
INSIDE = "speed-up inside the models alone"

Outcome = tuple[str, str]


def report(record: WallRecord) -> WallTime:
    """What a scorecard says of it."""
    usable = [turn for turn in record.turns if turn.usable]
    found = estimate([turn.ratio for turn in usable])
    if record.stopped == "failed":
        return _without_figure(record, "not_measured", _failed(record))
    if not record.turns:
        words = "No time was left to time it on a real pair: the machine is busy."
        return _without_figure(record, "not_measured", words)
    if found is None:
        return _without_figure(
            record, "too_noisy", f"Only {len(usable)} prompts were timed before the time was over; too few."
        )
    if found.half_width > TOO_WIDE:
        return _without_figure(
            record,
            "too_noisy",
            f"The machine is too noisy to say: after {found.turns} prompts the speed-up by the clock lies"
            f" between {found.low:.2f} and {found.high:.2f} (95 %).",
            usable,
        )
    return WallTime(
        outcome="measured",
        pair=record.pair,
        summary=(
            f"{found.value:.2f} times as fast as plain decoding by the clock, on a real pair at"
            f" num_speculative_tokens {record.num_speculative_tokens}"
            f" (95 %: {found.low:.2f} to {found.high:.2f})."
        ),
        explanation=" ".join(_explanation(record, usable, found)),
        measurements=(_speedup(found), *_figures(record, usable)),
        plots=(_plot(usable, found),),
    )


def _without_figure(record: WallRecord, outcome: str, summary: str, usable: Sequence[Turn] = ()) -> WallTime:
    return WallTime.model_validate(
        {
            "outcome": outcome,
            "pair": record.pair,
            "summary": summary,
            "measurements": _figures(record, usable) if usable else (),
        }
    )


def _failed(record: WallRecord) -> str:
    words = f": {record.note}" if record.note else "."
    return f"On the real pair the submission did not return{words}"


def _speedup(found: Estimate) -> Measurement:
    return Measurement(
        name=SPEEDUP, value=found.value, low=found.low, high=found.high, unit="x", n=found.turns
    )


def _figures(record: WallRecord, usable: Sequence[Turn]) -> tuple[Measurement, ...]:
    block = record.num_speculative_tokens + 1
    figures: list[Measurement | None] = [
        exact(VIRTUAL, virtual_speedup(usable), "x", n=len(usable)),
        _median(INSIDE, [_inside(turn.plain) / _inside(turn.candidate) for turn in usable], "x"),
        _median(
            "outside the models, share of the submission's time",
            [_outside(turn.candidate) for turn in usable],
            "of time",
        ),
        _median(
            "plain decoding by the clock",
            [1e3 * turn.plain.wall_s / turn.plain.tokens for turn in usable],
            "ms a token",
        ),
        _median(
            f"cost of a target call over {block} positions",
            costs(usable, "target", block),
            "single target calls",
        ),
        _median("cost of a draft call", costs(usable, "draft", 1), "single target calls"),
    ]
    if record.law is not None:
        law = record.law
        figures.append(
            exact("evidence against the law on these texts", law.log10_evidence, "log10 e-value", law.tokens)
        )
    return tuple(each for each in figures if each is not None)


def _median(name: str, values: Sequence[float], unit: str) -> Measurement | None:
    """With its interval, as the speed-up's; None where there are too few values."""
    found = estimate([max(value, 1e-9) for value in values])
    if found is None:
        return None
    return Measurement(name=name, value=found.value, low=found.low, high=found.high, unit=unit, n=found.turns)


def virtual_speedup(turns: Sequence[Turn]) -> float:
    """By the price list, over the calls of these very runs."""
    plain = sum(turn.plain.virtual_time / turn.plain.tokens for turn in turns)
    paid = sum(turn.candidate.virtual_time / turn.candidate.tokens for turn in turns)
    return plain / paid if paid else 0.0


def costs(turns: Sequence[Turn], model: Role, fed: int) -> list[float]:
    """Of each turn in which the submission made such calls: one's cost, in the plain side's single calls."""
    found = []
    for turn in turns:
        single, other = _cost(turn.plain, "target", 1), _cost(turn.candidate, model, fed)
        if single and other:
            found.append(other / single)
    return found


def _cost(run: Clocked, model: Role, fed: int) -> float:
    """Mean seconds of such a call; 0 where there was none."""
    return next(
        (each.seconds / each.count for each in run.passes if (each.model, each.fed) == (model, fed)), 0.0
    )


def _inside(run: Clocked) -> float:
    """Seconds a token inside the models."""
    return max(run.inside_s / run.tokens, 1e-12)


def _outside(run: Clocked) -> float:
    return max(1.0 - run.inside_s / run.wall_s, 0.0)


def _explanation(record: WallRecord, usable: Sequence[Turn], found: Estimate) -> list[str]:
    virtual = virtual_speedup(usable)
    sentences = [
        f"It decides nothing; the score is made from virtual time, which gives these runs {virtual:.2f} x."
    ]
    block = record.num_speculative_tokens + 1
    verify, draft = costs(usable, "target", block), costs(usable, "draft", 1)
    if verify and draft:
        outside = statistics.median(_outside(turn.candidate) for turn in usable)
        here = f"{statistics.median(verify):.2f} and {statistics.median(draft):.2f}"
        lower = "That is why the clock gives less. " if found.high < virtual else ""
        sentences.append(
            f"The price list imitates a memory-bound GPU: a target call over {block} positions costs"
            f" {_price(block):.2f} of one over a single position, a draft call {_draft_price():.2f}. Here it"
            f" was {here}, and {outside:.0%} of the submission's time was its own code and the wire."
            f" {lower}A CPU computes every position that it verifies, where a GPU waits for the weights and"
            " has them nearly for free."
        )
    if found.half_width > PRECISE:
        sentences.append(f"Time ended before the interval was as narrow as {PRECISE:.0%} to either side.")
    if record.law is not None and record.law.rejected:
        sentences.append(
            "For a person to look at: the texts of these runs do not follow the target's law, so the speed is"
            " not that of a right method."
        )
    return sentences


def _price(positions: int) -> float:
    """Of a target call, in calls over a single position."""
    call = MEMORY_BOUND.target_call
    return (call + positions * MEMORY_BOUND.target_position) / (call + MEMORY_BOUND.target_position)


def _draft_price() -> float:
    draft = MEMORY_BOUND.draft_call + MEMORY_BOUND.draft_position
    return draft / plain_decoding_price(1, 1, MEMORY_BOUND)


def _plot(usable: Sequence[Turn], found: Estimate) -> Plot:
    virtual = virtual_speedup(usable)
    bars = [(virtual, virtual, virtual), (found.value, found.low, found.high)]
    inside = estimate([_inside(turn.plain) / _inside(turn.candidate) for turn in usable])
    assert inside is not None, "as many turns as the speed-up has"
    bars.insert(1, (inside.value, inside.low, inside.high))
    values, low, high = zip(*bars, strict=True)
    return Plot(
        kind="bar",
        title="Speed-up of the same runs by three clocks",
        x_label="Clock",
        y_label="Times as fast as plain decoding",
        x_ticks=("virtual time", "inside the models", "wall"),
        series=(Series(name="this submission", x=(0.0, 1.0, 2.0), y=values, low=low, high=high),),
        lines=(Line(name="plain decoding", y=1.0),),
    )
