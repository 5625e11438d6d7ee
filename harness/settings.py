"""What a challenge's author sets for the judge: ``judge.toml`` in the challenge's folder."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import Field, ValidationError

from wire.base import Wire
from wire.challenge import BadChallenge
from wire.scorecard import Thresholds


class Bands(Wire):
    """Where the suggested bands begin; speed is virtual, against plain decoding or the reference's."""

    min_speedup_for_gain: float = Field(gt=0)
    min_reference_share_for_4: float = Field(gt=0)
    min_reference_share_for_5: float = Field(gt=0)


class JudgeSettings(Wire):
    bands: Bands


def thresholds(challenge_folder: Path) -> Thresholds:
    """Those of ``judge.toml``; the usual ones where there is no such file. Raises BadChallenge."""
    path = challenge_folder / "judge.toml"
    try:
        bands = JudgeSettings.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).bands
    except FileNotFoundError:
        return Thresholds()
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise BadChallenge(f"{path}: {error}") from error
    return Thresholds(
        gain=bands.min_speedup_for_gain,
        good_share=bands.min_reference_share_for_4,
        full_share=bands.min_reference_share_for_5,
    )
