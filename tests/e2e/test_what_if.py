"""The what-if page holds what was measured against its model, and says so where nothing was."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sandbox.service.batch_pressure import FILE
from tests.e2e.conftest import PICTURES, Server, free_port
from wire.batch_pressure import BatchPressure, Curve, Pressure

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

expect.set_options(timeout=30_000)

MEASURED = Pressure(
    kind="measured",
    name="a pair, measured",
    what="a pair, bfloat16, on a made-up card",
    context=128,
    batches=(1, 8, 64),
    plain_tokens_per_s=(100.0, 700.0, 3000.0),
    curves=(
        Curve(gamma=2, tokens_per_round=2.4, speedup=(1.9, 1.6, 1.1), tokens_per_s=(190.0, 1120.0, 3300.0)),
        Curve(gamma=4, tokens_per_round=3.1, speedup=(2.2, 1.5, 0.7), tokens_per_s=(220.0, 1050.0, 2100.0)),
    ),
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    data = Path(tempfile.mkdtemp(prefix="probe-"))
    (data / FILE).write_text(BatchPressure(version=1, results=(MEASURED,)).model_dump_json())
    server = Server(data, free_port(), runtime="memory")
    server.start()
    yield server
    server.stop()
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 1100})
    page.set_default_timeout(60_000)
    yield page
    page.close()


def test_what_was_measured_is_drawn_with_its_label_and_follows_the_number_of_drafts(
    server: Server, page: Page
) -> None:
    page.goto(f"{server.base}/what-if")
    label = page.get_by_test_id("what-if-measured")
    expect(label).to_contain_text(
        "Measured: a pair, bfloat16, on a made-up card, 128 positions in each cache."
    )
    expect(label).to_contain_text("4 draft tokens (3.10 tokens a target call) pay up to a batch of 8.")
    batches = page.get_by_test_id("what-if-batches")
    expect(batches.get_by_text("measured, 4 draft tokens", exact=True)).to_be_visible()
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / "what-if.png", full_page=True)

    page.get_by_test_id("knob-gamma").fill("1")
    expect(label).to_contain_text("2 draft tokens (2.40 tokens a target call) still pay at a batch of 64")

    page.get_by_label("Compare with").select_option("nothing")
    expect(label).to_have_count(0)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"json": {"results": []}}, "Nothing was measured here, so this is the model alone."),
        ({"status": 500, "body": "no"}, "What was measured cannot be shown."),
    ],
)
def test_without_a_measurement_the_model_stands_alone_and_the_page_says_why(
    server: Server, page: Page, answer: dict[str, object], words: str
) -> None:
    page.route("**/api/batch-pressure", lambda route: route.fulfill(**answer))  # type: ignore[arg-type]
    page.goto(f"{server.base}/what-if")
    expect(page.get_by_test_id("what-if-unmeasured")).to_contain_text(words)
    expect(page.get_by_label("Compare with")).to_have_count(0)
    expect(page.get_by_test_id("what-if-answer")).to_contain_text("plain decoding")
