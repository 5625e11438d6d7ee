"""From verdicts to a suggested band on the research axis, with the evidence in words. Pure.

A suggestion only: a person confirms it or overrides it, because reasoning counts and no machine hears it.
"""

from __future__ import annotations

from collections.abc import Sequence

from wire.scorecard import CheckName, Measurement, Score, Status, Thresholds, Verdict

USUAL = Thresholds()
SPEEDUP = "speed-up over plain decoding"
SHARE = "speed, share of the reference"
TOKENS_A_CALL = "tokens a target call"
WITHOUT_CACHE = "target calls without a cache"
RETURNED = "runs that returned"

MOST_WITHOUT_CACHE = 0.5
"""Share of target calls that start a cache anew, from which no cache is in use."""


def suggest(verdicts: Sequence[Verdict], thresholds: Thresholds = USUAL) -> Score:
    """The band 0 to 5.

    0 nothing runs; 1 it runs, sampling is not valid; 2 drafts are verified, the law is broken or most runs
    are; 3 the law holds, with little gain, no cache or a broken edge; 4 law, edges and most of the speed;
    5 all of it.
    """
    by_name = {verdict.check: verdict for verdict in verdicts}
    band, why = _band(by_name, thresholds)
    return Score(axis="research", suggested=band, because=(why, *_evidence(by_name)))


def _band(verdicts: dict[CheckName, Verdict], limits: Thresholds) -> tuple[int, str]:
    law = _status(verdicts, "law")
    if law in (None, Status.NOT_RUN) and _status(verdicts, "greedy") in (None, Status.NOT_RUN):
        return 0, "Nothing ran to the end."
    if law is not Status.PASS:
        return _band_without_law(verdicts)
    return _band_with_law(verdicts, limits)


def _band_without_law(verdicts: dict[CheckName, Verdict]) -> tuple[int, str]:
    if _status(verdicts, "law") is not Status.FAIL:
        return 1, "It runs, but too few sampled tokens came back to judge their law."
    if _value(verdicts, "economy", TOKENS_A_CALL) > 1.05 and not _failed(verdicts, "provenance"):
        return (
            2,
            "Drafts are verified by the target in blocks, but the output does not keep the target's law.",
        )
    if _status(verdicts, "greedy") is Status.PASS:
        return 1, "Greedy decoding is right; sampling does not keep the target's law."
    return 1, "It runs, but sampling does not keep the target's law."


def _band_with_law(verdicts: dict[CheckName, Verdict], limits: Thresholds) -> tuple[int, str]:
    if not _mostly_returned(verdicts):
        return 2, "The law is kept in what came back, but most runs did not come back."
    broken = [name for name in ("contract", "greedy", "edges", "provenance") if _failed(verdicts, name)]
    if broken:
        return 3, f"The law is kept in the main cases; broken: {', '.join(broken)}."
    if _measurement(verdicts, "speed", SPEEDUP) is None:
        return 3, "The law is kept; the speed was not measured, so no more can be suggested."
    speedup = _value(verdicts, "speed", SPEEDUP)
    share = _value(verdicts, "speed", SHARE)
    best_share = _high(verdicts, "speed", SHARE)
    if speedup < limits.gain:
        return 3, f"The law is kept, with little or no gain: {speedup:.2f} x plain decoding."
    if best_share < limits.good_share:
        return 3, f"The law is kept; {share:.0%} of the reference's speed."
    if _value(verdicts, "cache", WITHOUT_CACHE) > MOST_WITHOUT_CACHE:
        # Short texts hide what it costs: the price of feeding a prefix again grows with it.
        return 3, f"The law is kept, without a cache for the target: {speedup:.2f} x on these short texts."
    if best_share < limits.full_share or _failed(verdicts, "cache") or _failed(verdicts, "independence"):
        return 4, f"Law and edges are kept, at {share:.0%} of the reference's speed."
    return 5, f"Law and edges are kept, at {share:.0%} of the reference's speed."


def _mostly_returned(verdicts: dict[CheckName, Verdict]) -> bool:
    """A law that is judged on the few runs that did not crash says little about the code."""
    returned = _measurement(verdicts, "contract", RETURNED)
    return returned is None or 2 * returned.value >= returned.n


def _evidence(verdicts: dict[CheckName, Verdict]) -> list[str]:
    order = {Status.FAIL: 0, Status.INCONCLUSIVE: 1, Status.PASS: 2, Status.NOT_RUN: 3}
    ranked = sorted(verdicts.values(), key=lambda verdict: order[verdict.status])
    return [
        f"{verdict.check}: {verdict.summary}" for verdict in ranked if verdict.status is not Status.NOT_RUN
    ]


def _status(verdicts: dict[CheckName, Verdict], name: CheckName) -> Status | None:
    return verdicts[name].status if name in verdicts else None


def _failed(verdicts: dict[CheckName, Verdict], name: str) -> bool:
    return any(verdict.check == name and verdict.status is Status.FAIL for verdict in verdicts.values())


def _value(verdicts: dict[CheckName, Verdict], check: CheckName, name: str) -> float:
    found = _measurement(verdicts, check, name)
    return found.value if found else 0.0


def _high(verdicts: dict[CheckName, Verdict], check: CheckName, name: str) -> float:
    """The upper end of the interval: a band is not denied for want of trials."""
    found = _measurement(verdicts, check, name)
    return found.high if found else 0.0


def _measurement(verdicts: dict[CheckName, Verdict], check: CheckName, name: str) -> Measurement | None:
    measurements: Sequence[Measurement] = verdicts[check].measurements if check in verdicts else ()
    return next((each for each in measurements if each.name == name), None)
