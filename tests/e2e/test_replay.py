"""A recorded interview, played in a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from bench.typed_interview import REVIEW_MS, typed_interview
from sandbox.app import open_store
from sandbox.settings import Settings
from tests.e2e.conftest import Person, Server, picture, serving

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@dataclass(frozen=True)
class Recorded:
    interview: str
    candidate: str
    interviewer: str
    starts_at: int


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Nothing runs here, so no sandbox is needed."""
    yield from serving("memory")


@pytest.fixture(scope="module")
def recorded(server: Server) -> Recorded:
    store = open_store(Settings(data=server.data, base_url=server.base))
    entries = typed_interview(10, 4, start_ms=int(time.time() * 1000) - 3_600_000, breaks=True)
    interview = f"{1:012x}"
    store.log.create(interview, entries)
    links = store.interviews.links(interview)
    store.engine.dispose()
    return Recorded(interview, links.candidate, links.interviewer, entries[2].at_ms)


def open_replay(page: Page, server: Server, recorded: Recorded, moment_ms: int | None = None) -> Page:
    page.goto(recorded.interviewer)
    expect(page).to_have_url(re.compile("/room/"))
    fragment = "" if moment_ms is None else f"#t={recorded.starts_at + moment_ms}"
    page.goto(f"{server.base}/replay/{recorded.interview}{fragment}")
    expect(page.get_by_test_id("replay")).to_be_visible()
    # What is drawn hears no key before the frame after it.
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    return page


def stands_at(page: Page, time: str) -> None:
    """As the page shows it."""
    expect(page.get_by_test_id("position")).to_have_text(re.compile(rf"^{time} /"))


def test_a_link_leads_to_its_moment(server: Server, people: list[Person], recorded: Recorded) -> None:
    page = open_replay(people[1].page, server, recorded, 223_500)
    stands_at(page, "3:43")
    expect(page.get_by_test_id("replay-stage")).to_have_text("Build")
    expect(page.get_by_test_id("replay-editor")).to_contain_text("import torch")
    expect(page.locator(".cm-then-caret")).to_have_attribute("data-name", "Casey")
    expect(page.get_by_test_id("replay-output")).to_contain_text("IndexError: index 5 is out of bounds")
    expect(page.locator("[aria-current=time]")).to_contain_text("left the page")
    picture(page, "replay")
    page.goto(f"{server.base}/replay/{recorded.interview}#t={recorded.starts_at + 40_000}")
    expect(page.get_by_test_id("replay-stage")).to_have_text("Review")
    page.emulate_media(color_scheme="dark")
    picture(page, "replay-review-dark")


def test_it_plays_skips_idle_time_and_goes_back(
    server: Server, people: list[Person], recorded: Recorded
) -> None:
    page = open_replay(people[1].page, server, recorded, REVIEW_MS + 1_000)
    lines = page.get_by_test_id("replay-editor").locator(".cm-line")
    before = lines.all_text_contents()
    page.get_by_test_id("speed-16").click()
    page.get_by_test_id("play").click()
    expect(page.get_by_test_id("skipped")).to_contain_text("of idle time")
    page.get_by_test_id("play").click()
    expect(page.get_by_test_id("play")).to_have_attribute("aria-label", "Play")
    after = lines.all_text_contents()
    assert len("".join(after)) > len("".join(before))  # how much more depends on when it was stopped
    page.goto(f"{server.base}/replay/{recorded.interview}#t={recorded.starts_at + REVIEW_MS + 1_000}")
    expect(lines).to_have_text(before)


def test_it_is_driven_by_keys(server: Server, people: list[Person], recorded: Recorded) -> None:
    page = open_replay(people[1].page, server, recorded, 60_000)
    page.keyboard.press("ArrowRight")
    stands_at(page, "1:05")
    page.keyboard.press("Shift+ArrowRight")
    stands_at(page, "1:35")
    page.keyboard.press("]")  # the first run
    stands_at(page, "1:39")
    page.keyboard.press("]")  # the first tests, where they ended
    stands_at(page, "2:20")
    expect(page.get_by_role("tab", name="Tests")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_test_id("test-report")).to_contain_text("got 41, want 42")
    page.keyboard.press("[")
    stands_at(page, "1:39")
    lines = page.get_by_test_id("replay-editor").locator(".cm-line")
    stands = lines.all_text_contents()
    page.keyboard.press(".")
    expect(lines).not_to_have_text(stands)
    page.keyboard.press(",")
    expect(lines).to_have_text(stands)
    page.keyboard.press("End")
    page.keyboard.press("Space")  # from the end it plays from the start
    expect(page.get_by_test_id("play")).to_have_attribute("aria-label", "Pause")
    page.keyboard.press("Space")
    page.get_by_label("Words in events").press_sequentially("[ ]")  # typing is typing
    expect(page.get_by_text("No such event")).to_be_visible()


def test_the_list_and_the_marks_lead_to_their_moments(
    server: Server, people: list[Person], recorded: Recorded
) -> None:
    page = open_replay(people[1].page, server, recorded)
    page.get_by_test_id("event-kind").select_option("notes")
    rows = page.get_by_test_id("event")
    expect(rows.first).to_contain_text("Asked for the batch size")
    rows.first.click()
    stands_at(page, "0:29")
    page.get_by_role("tab", name="Notes").click()
    expect(page.get_by_test_id("replay-notes")).to_contain_text("Asked for the batch size")
    page.get_by_test_id("pin-tests-passed").first.click()
    expect(page.get_by_role("tab", name="Tests")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("All visible tests pass").first).to_be_visible()
    page.get_by_test_id("pin-terminal").first.click()
    expect(page.get_by_role("tab", name="Terminal")).to_have_attribute("aria-selected", "true")
    terminal = page.get_by_test_id("replay-terminal")
    rows = terminal.locator(".xterm-rows")
    for moment_ms, shows, hides, size in (
        (183_500, "python specdec.py", "41 tokens", "80×24"),
        (185_500, "41 tokens a second", "none", "100×24"),
        (186_500, "$", "41 tokens", "100×24"),  # cleared
        (184_500, "41 tokens a second", "none", "80×24"),  # and written anew
    ):
        page.goto(f"{server.base}/replay/{recorded.interview}#t={recorded.starts_at + moment_ms}")
        expect(rows).to_contain_text(shows)
        expect(rows).not_to_contain_text(hides)
        expect(terminal).to_have_attribute("data-size", size)
    picture(page, "replay-terminal")
    page.get_by_test_id("pin-bench").first.click()
    expect(page.get_by_role("tab", name="Bench")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_test_id("token-strip").locator("[data-origin=recovered]")).to_contain_text("8")
    expect(page).to_have_url(re.compile(r"#t=\d{13}$"))


def test_what_is_typed_is_replayed_with_its_cursor_and_not_to_a_candidate(
    server: Server, people: list[Person], recorded: Recorded
) -> None:
    candidate_link, interviewer_link = server.new_interview()
    candidate, interviewer = people[0].page, people[1].page
    candidate.goto(candidate_link)
    candidate.get_by_test_id("consent").click()
    interviewer.goto(interviewer_link)
    interviewer.get_by_test_id("stage-filter").click()
    expect(candidate.get_by_test_id("summary")).to_be_visible()
    interviewer.get_by_test_id("stage-probe").click()
    editor = candidate.get_by_test_id("editor").locator(".cm-content").first
    editor.click()
    candidate.keyboard.press("Control+a")
    candidate.keyboard.type("naïve = '😀'\n")
    candidate.keyboard.press("ArrowLeft")
    expect(candidate.get_by_test_id("saved")).to_have_attribute("data-saved", "true")
    interviewer.get_by_role("tab", name="Notes").click()
    interviewer.get_by_test_id("note-input").fill("types a smile")
    interviewer.get_by_test_id("note-add").click()
    note = interviewer.get_by_test_id("note").locator("a")
    link = note.get_attribute("href")
    candidate.wait_for_timeout(2_500)  # cursors are written together every two seconds
    interviewer.goto(f"{server.base}{link}")
    then = interviewer.get_by_test_id("replay-editor")
    expect(then.locator(".cm-line").first).to_have_text(re.compile("^naïve = '😀'"))
    expect(interviewer.get_by_text("The interview goes on")).to_be_visible()
    interviewer.keyboard.press("End")
    # The page said that its cursor went back over the line break: it stands in the first line.
    caret = then.locator(".cm-line").first.locator(".cm-then-caret")
    expect(caret).to_have_attribute("data-name", "Casey")
    interview = candidate.url.rpartition("/")[2]
    # Even one whose interview it is, and whose browser holds their seat, is refused.
    for one in (interview, recorded.interview):
        candidate.goto(f"{server.base}/replay/{one}")
        expect(candidate.get_by_text("This browser has no seat here")).to_be_visible()
        expect(candidate.get_by_test_id("replay")).to_have_count(0)
        assert candidate.request.get(f"{server.base}/api/rooms/{one}/recording").status == 401
