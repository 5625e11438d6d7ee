"""How long an interview is kept: as a rule of numbers, and in words for the candidate. Pure."""

from __future__ import annotations

DAY_US = 24 * 3600 * 1_000_000
MAX_KEEP_DAYS = 36_500


def due(ended_us: int, keep_days: int | None, now_us: int) -> bool:
    """Whether an interview that ended then has been kept for long enough. None keeps without end."""
    return keep_days is not None and now_us >= ended_us + keep_days * DAY_US


def in_words(keep_days: int | None) -> str:
    if keep_days is None:
        return "All of it is kept until it is deleted. You can ask for that at any time, on your own page."
    days = f"{keep_days} day" + ("" if keep_days == 1 else "s")
    return f"All of it is deleted {days} after the end of the interview, and earlier if you ask for it."
