"""Nothing that was acknowledged or seen is lost to kill -9, nor doubled, however often it happens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.sandbox.chaos import chaos


@pytest.mark.timeout(180)
async def test_typists_outlive_a_few_kills(tmp_path: Path, challenges: Path) -> None:
    tally = await chaos(tmp_path / "data", challenges, kills=4)
    assert tally.complaints == []
    assert (tally.lost, tally.doubled) == (0, 0)
    assert tally.acknowledged > 0
    assert tally.seen > 0


@pytest.mark.long
@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("durability", ["crash", "power-loss"])
async def test_typists_outlive_hundreds_of_kills(tmp_path: Path, challenges: Path, durability: str) -> None:
    """PROBE_CHAOS_SEED chooses other moments."""
    seed = int(os.environ.get("PROBE_CHAOS_SEED", "1"))
    tally = await chaos(tmp_path / "data", challenges, kills=100, durability=durability, seed=seed)  # type: ignore[arg-type]
    print(tally)
    assert tally.kills == 100
    assert tally.complaints == []
    assert (tally.lost, tally.doubled) == (0, 0)
