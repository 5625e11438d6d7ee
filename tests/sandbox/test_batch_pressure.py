"""What the what-if page is told of measurements: the host's own first, then the shipped, else none."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from sandbox.service.batch_pressure import FILE, BadMeasurement, read_batch_pressure
from tests.sandbox.conftest import Plane

MEASURED = {
    "version": 1,
    "results": [
        {
            "kind": "measured",
            "name": "a pair",
            "what": "a pair on a machine",
            "context": 128,
            "batches": [1, 2],
            "plain_tokens_per_s": [10.0, 18.0],
            "curves": [
                {"gamma": 4, "tokens_per_round": 3.0, "speedup": [2.0, 0.9], "tokens_per_s": [20.0, 16.2]}
            ],
        }
    ],
}


def keep(folder: Path, what: object) -> None:
    folder.mkdir(exist_ok=True)
    (folder / FILE).write_text(what if isinstance(what, str) else json.dumps(what))


def test_the_host_s_own_measurement_is_taken_before_the_shipped_one(tmp_path: Path) -> None:
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    assert read_batch_pressure((own, shipped)) is None
    keep(shipped, MEASURED)
    found = read_batch_pressure((own, shipped))
    assert found is not None
    assert found.results[0].what == "a pair on a machine"
    keep(own, json.loads(json.dumps(MEASURED).replace("a machine", "this host")))
    found = read_batch_pressure((own, shipped))
    assert found is not None
    assert found.results[0].what == "a pair on this host"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"version": 2, "results": []}',
        json.dumps(MEASURED).replace("[2.0, 0.9]", "[2.0]"),
        json.dumps(MEASURED).replace("0.9", "NaN"),
        " " * (1 << 20) + json.dumps(MEASURED),
    ],
)
def test_a_file_that_is_none_is_said_to_be_so_and_not_passed_over(tmp_path: Path, content: str) -> None:
    keep(tmp_path, content)
    with pytest.raises(BadMeasurement, match=r"bench/batch_pressure\.py"):
        read_batch_pressure((tmp_path,))


async def test_the_page_gets_it_without_a_seat_and_without_a_restart(plane: Plane) -> None:
    async with httpx.AsyncClient(base_url=plane.base) as browser:
        keep(plane.settings.data, MEASURED)
        assert (await browser.get("/api/batch-pressure")).json() == {"results": MEASURED["results"]}
        keep(plane.settings.data, "no")
        refused = await browser.get("/api/batch-pressure")
        assert refused.status_code == 500
        assert refused.json()["error"]["code"] == "bad_measurement"
        assert str(plane.settings.data) not in refused.text
