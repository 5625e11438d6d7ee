"""What rounding in a model's forward pass may do to an honest submission's law. Pure.

The rows of an analytic pair are bitwise equal however they are asked for. Those of a real one are not: a
matrix product over five positions adds up in another order than one over a single position, so the logits
that the judge served and those it scores by lie up to some ``slack`` apart. Then, at temperature T,

    served(x) / scored(x) <= exp(2 slack / T)    for every token x,

since a numerator moves by at most ``exp(slack / T)`` and the sum below it by no more. A bet on law r then
has mean ``1 + lam (sum_x served(x) r(x) / scored(x) - 1)``, at most ``1 + lam (exp(2 slack / T) - 1)``. So
dividing its factor by that makes it a fair bet again, whatever the rounding does and whoever picks it. The
submission's own float32 comes on top.
"""

from __future__ import annotations

import math

from harness.core.wealth import ROUNDING


def relative_error(logit_slack: float, temperature: float) -> float:
    """How far a probability that an honest submission used may lie above the one it is scored by.

    Args:
        logit_slack: largest difference between two evaluations of one logit; 0 where they are bitwise equal.
        temperature: above 0.
    """
    return (1.0 + ROUNDING) * math.exp(2.0 * logit_slack / temperature) - 1.0
