"""How large a gain in speed a lossy method could have had without being seen. Pure.

A pass means little without it. Every lossy gain in acceptance moves mass onto tokens with draft > target; a gain
of ``delta`` there costs ``delta**2 / (2 v)`` nats a token, v being the variance of that event under the target.
"""

from __future__ import annotations

import numpy as np

MIXTURE_LOSS = 1.4
"""Tokens the mixture of bets needs over the information floor ln(1/alpha) / KL (median, design study)."""


def unseen_acceptance_gain(tokens: int, event_probability: float, log_threshold: float) -> float:
    """Largest gain in acceptance rate likely to stay below the threshold over ``tokens`` tokens.

    Args:
        event_probability: mean probability, under the target, of a token with draft > target.
        log_threshold: natural logarithm of the e-value at which the law is rejected, pairs included.
    """
    variance = event_probability * (1.0 - event_probability)
    return float(np.sqrt(2.0 * variance * MIXTURE_LOSS * log_threshold / max(tokens, 1)))


def unseen_speed_gain(
    tokens: int, event_probability: float, log_threshold: float, acceptance: float, gamma: int = 4
) -> float:
    """The same as a relative gain in tokens a target call, blocks of ``gamma`` and the i.i.d. formula."""
    gained = min(acceptance + unseen_acceptance_gain(tokens, event_probability, log_threshold), 1.0)
    return block_efficiency(gained, gamma) / block_efficiency(acceptance, gamma) - 1.0


def block_efficiency(acceptance: float, gamma: int) -> float:
    """Expected tokens a target call with independent acceptance: (1 - a^(g+1)) / (1 - a)."""
    return float(sum(acceptance**n for n in range(gamma + 1)))
