"""Where speculation stopped paying: as this host measured it if it did, else as shipped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from wire.batch_pressure import BatchPressure

FILE = "batch_pressure.json"
MAX_BYTES = 1 << 20


class BadMeasurement(Exception):
    """A file is there and cannot be used; the text says which."""


def read_batch_pressure(places: Sequence[Path]) -> BatchPressure | None:
    """Of the first folder that has one. Read anew each time: measuring needs no restart.

    Raises:
        BadMeasurement: it cannot be read, or is none.
    """
    for folder in places:
        file = folder / FILE
        try:
            with file.open("rb") as opened:
                return BatchPressure.model_validate_json(opened.read(MAX_BYTES))
        except FileNotFoundError:
            continue
        except OSError as error:
            raise BadMeasurement(f"{FILE} cannot be read: {error.strerror}.") from error
        except ValidationError as error:
            raise BadMeasurement(f"{FILE} is not what bench/batch_pressure.py writes.") from error
    return None
