"""When something that could not be delivered is tried again. Pure.

The steps are those that Standard Webhooks suggests: soon at first, for a receiver that restarts; then over
three days, for one that is down over a weekend. A part that depends on the message spreads what failed
together.
"""

from __future__ import annotations

import hashlib
from email.utils import parsedate_to_datetime

STEPS_S = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
"""After the first, second, ... attempt that failed."""
JITTER = 0.2
"""Added to a step: at most this part of it."""
LONGEST_ASKED_S = 24 * 3600
"""A receiver that asks for more by Retry-After waits as long as anybody."""


def delay_s(message: str, failed: int, *, asked_s: float = 0.0) -> float | None:
    """Seconds until the next attempt after ``failed`` that failed (1 or more); None: give up.

    ``asked_s``: what the receiver asked for; it lengthens the wait, up to LONGEST_ASKED_S.
    """
    if failed > len(STEPS_S):
        return None
    digest = hashlib.sha256(f"{message} {failed}".encode()).digest()
    share = int.from_bytes(digest[:8], "big") / 2**64
    step = STEPS_S[failed - 1] * (1 + JITTER * share)
    return max(step, min(asked_s, LONGEST_ASKED_S))


def retry_after_s(header: str, *, now_s: float) -> float:
    """What a ``Retry-After`` asks for (RFC 9110, 10.2.3): seconds or a date. 0.0 where it says neither."""
    text = header.strip()
    if text.isascii() and text.isdecimal():
        return float(min(int(text[:10]), LONGEST_ASKED_S))
    try:
        return min(max(0.0, parsedate_to_datetime(text).timestamp() - now_s), float(LONGEST_ASKED_S))
    except (ValueError, TypeError, OverflowError):
        return 0.0
