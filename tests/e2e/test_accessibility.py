"""axe-core finds nothing serious on any page, in light and in dark; everything can be done by keyboard."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import ROOT, Server, free_port

AXE = ROOT / "web/node_modules/axe-core/axe.min.js"
SERIOUS = ("serious", "critical")
RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .map(({id, impact, help, nodes}) => ({id, impact, help, nodes: nodes.map(({target, failureSummary}) =>
        target.join(" ") + ": " + failureSummary.split("\\n").slice(1).join("; "))}))"""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """With the runtime that executes nothing: what a sandbox answers does not matter here."""
    data = Path(tempfile.mkdtemp(prefix="probe-"))
    server = Server(data, free_port(), runtime="memory")
    server.start()
    yield server
    server.stop()
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    yield from _page(browser)


@pytest.fixture
def other(browser: Browser) -> Iterator[Page]:
    yield from _page(browser)


def _page(browser: Browser) -> Iterator[Page]:
    # axe is put into the page from outside, which our content security policy rightly forbids.
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def check(page: Page, where: str) -> None:
    """Nothing serious here, with light and with dark colours."""
    if not AXE.exists():
        pytest.fail("axe-core is missing. Run `npm --prefix web ci`, or `make test`, which does.")
    fault = page.get_by_role("heading", name="This page has a fault")
    assert fault.count() == 0, f"{where}: {page.locator('main pre').text_content()}"
    found: dict[str, list[Any]] = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        if not page.evaluate("typeof axe === 'object'"):
            page.add_script_tag(path=AXE)
        violations = [one for one in page.evaluate(RUN) if one["impact"] in SERIOUS]
        if violations:
            found[scheme] = violations
    assert not found, "\n".join(
        f"{where}, {scheme}: {one['id']} ({one['impact']}): {one['help']}\n    "
        + "\n    ".join(one["nodes"][:6])
        for scheme, violations in found.items()
        for one in violations
    )


def check_every_tab(page: Page, where: str) -> None:
    """As it stands, and with every tab opened in turn."""
    check(page, where)
    names = [tab.inner_text() for tab in page.get_by_role("tab").all()]
    for number, name in enumerate(names):
        page.get_by_role("tab").nth(number).click()
        check(page, f"{where}, tab {name!r}")


def enter(server: Server, candidate: Page, interviewer: Page) -> str:
    """Both in the lobby; the interview's id."""
    candidate_link, interviewer_link = server.new_interview()
    candidate.goto(candidate_link)
    expect(candidate.get_by_test_id("consent")).to_be_visible()
    interviewer.goto(interviewer_link)
    expect(interviewer.get_by_text("Casey").first).to_be_visible()
    found = re.search(r"/room/([0-9a-f]+)", candidate.url)
    assert found is not None
    return found[1]


def test_a_whole_interview(server: Server, page: Page, other: Page) -> None:
    """Both pages in every stage, then the report."""
    candidate, interviewer = page, other
    interview = enter(server, candidate, interviewer)
    check(candidate, "the lobby")
    check_every_tab(interviewer, "the interviewer's lobby")

    candidate.get_by_test_id("consent").click()
    interviewer.get_by_test_id("stage-filter").click()
    summary = candidate.get_by_test_id("summary")
    expect(summary).to_be_visible()
    candidate.get_by_test_id("exhibit").locator(".cm-line").nth(3).click()
    candidate.get_by_test_id("add-comment").click()
    candidate.keyboard.type("One request at a time.")
    expect(interviewer.get_by_test_id("comment").first).to_contain_text("One request")
    check_every_tab(candidate, "the filter")
    check_every_tab(interviewer, "the interviewer's filter")

    interviewer.get_by_test_id("stage-probe").click()
    expect(editor(candidate)).to_be_visible()
    candidate.get_by_test_id("run-file").click()
    candidate.get_by_test_id("tests").click()
    check_every_tab(candidate, "the probe")
    interviewer.get_by_role("tab", name="Notes").click()
    interviewer.get_by_test_id("note-input").fill("Asked about the queue.")
    interviewer.get_by_test_id("note-add").click()
    check_every_tab(interviewer, "the interviewer's probe")

    candidate.get_by_test_id("submit").click()
    check(candidate, "the question before submitting")
    candidate.get_by_test_id("confirm-submit").click()
    interviewer.goto(f"{server.base}/report/{interview}")
    expect(interviewer.get_by_role("heading", level=1)).to_be_visible()
    check(interviewer, "the report")
    check_every_tab(candidate, "after submitting")
    candidate.goto(f"{server.base}/mine/{interview}")
    expect(candidate.get_by_test_id("mine")).to_be_visible()
    check(candidate, "their own page")
    candidate.get_by_test_id("ask-deletion").click()
    check(candidate, "the question before asking for deletion")


def test_the_hosts_pages(server: Server, page: Page, other: Page) -> None:
    interview = enter(server, page, other)
    page.goto(server.host_link())
    expect(page.get_by_text("Casey").first).to_be_visible()
    check(page, "home")
    page.get_by_test_id("delete").first.click()
    expect(page.get_by_test_id("delete-reason")).to_be_visible()
    check(page, "the question before deleting")
    for address in ("/calibration", "/what-if", f"/what-if/{interview}"):
        page.goto(server.base + address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        check_every_tab(page, address)


@pytest.mark.parametrize(
    "address", ["/", "/join/nobodys", "/room/abcd", "/report/abcd", "/mine/abcd", "/no/such/page"]
)
def test_pages_for_people_without_a_seat(server: Server, page: Page, address: str) -> None:
    page.goto(server.base + address)
    expect(page.get_by_role("heading").first).to_be_visible()
    check(page, address)


# -- by keyboard


def editor(page: Page) -> Locator:
    return page.get_by_test_id("editor").locator(".cm-content").first


def focused(page: Page, selector: str) -> bool:
    return bool(page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector))


def test_the_editor_is_no_trap_and_the_first_tab_skips_to_it(server: Server, page: Page, other: Page) -> None:
    candidate, interviewer = page, other
    enter(server, candidate, interviewer)
    candidate.get_by_test_id("consent").focus()
    candidate.keyboard.press("Enter")
    for stage, shown in (
        ("stage-filter", candidate.get_by_test_id("summary")),
        ("stage-probe", editor(candidate)),
    ):
        expect(interviewer.get_by_test_id(stage)).to_be_enabled()
        interviewer.get_by_test_id(stage).focus()
        interviewer.keyboard.press("Enter")
        expect(shown).to_be_visible(timeout=20_000)

    first = "document.querySelector('a[href], button, input, textarea, [tabindex]')"
    assert candidate.evaluate(f"{first}.matches('.skip-link')"), "the first Tab offers to skip the bar"
    candidate.evaluate(f"{first}.focus()")
    assert candidate.locator(".skip-link").bounding_box()["y"] >= 0  # type: ignore[index]
    candidate.keyboard.press("Enter")
    assert candidate.evaluate("document.activeElement?.id") == "main"

    editor(candidate).focus()
    before = editor(candidate).inner_text()
    candidate.keyboard.press("Tab")
    assert focused(candidate, ".cm-content"), "Tab indents"
    candidate.keyboard.press("Shift+Tab")
    candidate.keyboard.press("Escape")
    candidate.keyboard.press("Tab")
    assert not focused(candidate, ".cm-content"), "after Escape, Tab moves on"
    assert editor(candidate).inner_text() == before


def test_whatever_has_the_focus_shows_it(server: Server, page: Page, other: Page) -> None:
    candidate, interviewer = page, other
    enter(server, candidate, interviewer)
    for one in (candidate, interviewer):
        one.evaluate("document.activeElement?.blur()")
        for _ in range(12):
            one.keyboard.press("Tab")
            shown = one.evaluate(
                """() => {
                    const at = document.activeElement;
                    const {outlineStyle, outlineWidth, boxShadow} = getComputedStyle(at);
                    if (at === document.body || at.isContentEditable) return true;  // a caret shows it
                    return (outlineStyle !== "none" && outlineWidth !== "0px")
                        || boxShadow !== "none" || at.outerHTML.slice(0, 200);
                }"""
            )
            assert shown is True, shown


def test_what_happens_is_said_politely(server: Server, page: Page, other: Page) -> None:
    candidate, interviewer = page, other
    enter(server, candidate, interviewer)
    candidate.get_by_test_id("consent").click()
    interviewer.get_by_test_id("stage-filter").click()
    expect(candidate.get_by_test_id("announcer")).to_contain_text(re.compile("filter|review", re.I))
    assert candidate.get_by_test_id("announcer").get_attribute("aria-live") == "polite"
