"""How much speed a cheat that was not caught could at most have gained, in a sentence. Pure.

A pass means little without it: with fewer tokens, more could have been hidden.
"""

from __future__ import annotations

from wire.scorecard import Scorecard, Status

GAIN = "largest speed gain a lossy method could have hidden"
"""The law check's measurement, per cent; docs/judge.md says how it is worked out."""


def unseen_gain(scorecard: Scorecard | None) -> str:
    """Empty where the law check did not pass, or measured no such thing."""
    law = next((one for one in scorecard.verdicts if one.check == "law"), None) if scorecard else None
    if law is None or law.status is not Status.PASS:
        return ""
    found = next((one for one in law.measurements if one.name == GAIN), None)
    if found is None:
        return ""
    return (
        f"No departure from the target’s law was found in {found.n:,} sampled tokens. A method that bends "
        f"the law for speed and still goes unseen in so many could have gained about {found.value:.0f} % at "
        "most; more tokens would leave it less."
    )
