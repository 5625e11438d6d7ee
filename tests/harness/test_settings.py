"""``judge.toml``: read strictly, and optional."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.settings import thresholds
from wire.challenge import BadChallenge
from wire.scorecard import Thresholds

BANDS = (
    "[bands]\nmin_speedup_for_gain = 1.1\nmin_reference_share_for_4 = 0.6\nmin_reference_share_for_5 = 0.9\n"
)


def test_the_bands_begin_where_the_author_says(tmp_path: Path) -> None:
    (tmp_path / "judge.toml").write_text(BANDS)
    assert thresholds(tmp_path) == Thresholds(gain=1.1, good_share=0.6, full_share=0.9)


def test_without_the_file_the_usual_ones_hold(tmp_path: Path) -> None:
    assert thresholds(tmp_path) == Thresholds()


@pytest.mark.parametrize("text", ["[bands", "", BANDS + "more = 1\n", BANDS.replace("1.1", "'1.1'")])
def test_a_file_that_does_not_fit_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "judge.toml").write_text(text)
    with pytest.raises(BadChallenge, match=r"judge\.toml"):
        thresholds(tmp_path)
