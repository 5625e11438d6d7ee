"""What the judge's tests share: a small pair, trials on it, and a runtime to play them in."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.core.trial import Trial
from isolation.bare import BareRuntime
from isolation.contract import RuntimeFault
from pairs.analytic import Pair, PairSpec, make_pair

SUBMISSIONS = Path(__file__).parent / "submissions"


@pytest.fixture(scope="session")
def pair() -> Pair:
    return make_pair(PairSpec(name="small", seed=5, vocab_size=64, acceptance=0.75))


@pytest.fixture(scope="session")
def runtime() -> BareRuntime:
    try:
        return BareRuntime()
    except RuntimeFault as fault:
        pytest.skip(f"no environment with torch: {fault}")


@pytest.fixture
def challenge(tmp_path: Path) -> Path:
    (tmp_path / "challenge.toml").write_text(
        'slug = "small"\nversion = 3\ntitle = "Small"\nkind = "implement"\naxis = "research"\n'
        'minutes = 45\nentry = "specdec.py"\n'
    )
    return tmp_path


def trial(*prompt: int, **settings: object) -> Trial:
    defaults: dict[str, object] = {
        "purpose": "contract",
        "pair": "small",
        "prompt": prompt or (1, 2, 3),
        "max_new_tokens": 12,
        "num_speculative_tokens": 4,
        "temperature": 1.0,
        "seed": 0,
    }
    return Trial(**(defaults | settings))  # type: ignore[arg-type]
