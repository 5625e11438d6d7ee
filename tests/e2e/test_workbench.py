"""The candidate's workbench in two real browsers: terminal, cells and lines, the bench token by token."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import ROOT, Person, Server, picture, serving
from tests.e2e.test_interview import KERNEL_MS, RIGHT, enter, to_probe, write

SHIPPED = ROOT / "pairs" / "weights" / "target"

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

CELLS = """import torch
# %% a table, which must not run its script
class Table:
    def _repr_html_(self):
        return "<table><tr><td>cell</td></tr></table><script>parent.document.title = 'gone'</script>"
Table()
# %% a bar that goes on in its line
for percent in (10, 50, 100):
    print(f"\\r{percent} %", end="", flush=True)
# %% lines
    kept = 20 + 1
    print("lines", kept * 2)
"""


def settled(page: Page) -> None:
    expect(page.get_by_test_id("kernel-state")).to_contain_text("idle", timeout=KERNEL_MS)


def test_cells_lines_and_a_terminal(server: Server, people: list[Person]) -> None:
    candidate, interviewer = enter(server, people)
    to_probe(candidate, interviewer)

    # Three cells one after the other: what is asked for while the kernel is busy waits.
    write(candidate, CELLS)
    candidate.keyboard.press("Control+Home")
    for _ in range(3):
        candidate.keyboard.press("Shift+Enter")
    output = candidate.get_by_test_id("output")
    expect(output).to_contain_text("100 %", timeout=KERNEL_MS)
    expect(output).not_to_contain_text("50 %")
    for page in (candidate, interviewer):
        frame = page.get_by_test_id("output").frame_locator("iframe").first
        expect(frame.locator("td")).to_have_text("cell", timeout=KERNEL_MS)
        assert page.title() != "gone"
    settled(candidate)

    # Two indented lines, by keys alone.
    candidate.keyboard.press("Control+End")
    candidate.keyboard.press("Shift+ArrowUp")
    candidate.keyboard.press("Shift+ArrowUp")
    candidate.keyboard.press("Alt+Enter")
    expect(output).to_contain_text("lines 42", timeout=KERNEL_MS)
    settled(candidate)

    # The kernel knows the parameters of what it has imported.
    candidate.keyboard.press("Control+End")
    candidate.keyboard.type("torch.randint(0, ")
    expect(candidate.locator(".cm-signature")).to_contain_text("randint(", timeout=KERNEL_MS)

    candidate.get_by_role("tab", name="Terminal").click()
    candidate.get_by_test_id("terminal-open").click()
    terminal = candidate.get_by_test_id("terminal")
    expect(terminal).to_contain_text("/workspace$", timeout=KERNEL_MS)
    terminal.click()
    candidate.keyboard.type("python -c 'print(6 * 7)' && printf '\\033]0;gone\\007title\\n'\n")
    interviewer.get_by_role("tab", name="Terminal").click()
    for page in (candidate, interviewer):
        expect(page.get_by_test_id("terminal")).to_contain_text(re.compile(r"42\s*title"), timeout=KERNEL_MS)
        assert page.title() != "gone"
    picture(candidate, "terminal")
    interviewer.get_by_test_id("terminal").click()
    interviewer.keyboard.type("forbidden")
    candidate.keyboard.press("Shift+Escape")
    expect(candidate.get_by_role("tab", name="Terminal")).to_be_focused()
    expect(candidate.get_by_test_id("terminal")).not_to_contain_text("forbidden")

    # Editing together opens it to the interviewer, and everybody is told whose keys it gets.
    interviewer.get_by_test_id("arrange").click()
    interviewer.get_by_test_id("co-edit").check()
    interviewer.keyboard.press("Escape")
    expect(candidate.get_by_test_id("co-edit-banner")).to_contain_text("your terminal")
    interviewer.get_by_test_id("terminal").click()
    interviewer.keyboard.type("echo to$((1))gether\n")
    for page in (candidate, interviewer):
        expect(page.get_by_test_id("terminal")).to_contain_text("to1gether", timeout=KERNEL_MS)
    expect(candidate.get_by_test_id("terminal-typist")).to_contain_text("types in this terminal")
    picture(candidate, "terminal-together")

    candidate.reload()
    candidate.get_by_role("tab", name="Terminal").click()
    expect(candidate.get_by_test_id("terminal")).to_contain_text("title", timeout=KERNEL_MS)


def test_the_bench_token_by_token(server: Server, people: list[Person]) -> None:
    candidate, interviewer = enter(server, people)
    to_probe(candidate, interviewer)
    write(candidate, RIGHT)
    candidate.get_by_test_id("bench").click()
    for page in (candidate, interviewer):
        strip = page.get_by_test_id("token-strip")
        expect(strip.locator("[data-origin=recovered]").first).to_be_visible(timeout=2 * KERNEL_MS)
        expect(strip.locator("[data-origin=accepted]").first).to_be_visible()
    strip = candidate.get_by_test_id("token-strip")
    strip.get_by_role("button", name="1", exact=True).click()
    strip.locator("[data-origin=recovered]").first.focus()
    expect(strip.get_by_test_id("strip-said")).to_contain_text("Rejected:")
    picture(candidate, "token-strip")


def test_keys_colours_and_the_list_of_shortcuts_in_the_lobby(server: Server, people: list[Person]) -> None:
    candidate = people[0].page
    candidate.goto(server.new_interview()[0])
    candidate.get_by_test_id("settings").click()
    candidate.get_by_role("button", name="Vim").click()
    candidate.get_by_role("group", name="Contrast").get_by_role("button", name="High").click()
    candidate.get_by_role("button", name="Larger").click()
    candidate.get_by_role("button", name="Done").click()
    expect(candidate.locator(":root")).to_have_attribute("data-contrast", "high")
    pad = candidate.get_by_test_id("practice")
    expect(pad.locator(".cm-vim-panel")).to_be_visible()
    pad.locator(".cm-content").click()
    candidate.keyboard.type("ggO# from vim")
    candidate.keyboard.press("Escape")
    expect(pad).to_contain_text("# from vim")
    picture(candidate, "practice")
    candidate.keyboard.press("F1")
    expect(candidate.get_by_role("dialog", name="Keys")).to_contain_text("Run the cell and go to the next")
    picture(candidate, "keys")
    candidate.reload()
    expect(candidate.locator(":root")).to_have_attribute("data-contrast", "high")
    expect(candidate.get_by_test_id("practice")).not_to_contain_text("# from vim")


def test_mistakes_in_names_are_marked_and_read_by_keyboard(server: Server, people: list[Person]) -> None:
    candidate = people[0].page
    candidate.goto(server.new_interview()[0])
    pad = candidate.get_by_test_id("practice")
    pad.locator(".cm-content").click()
    candidate.keyboard.press("Control+a")
    candidate.keyboard.type("import os\n\nprint(nowhere)\n")
    expect(pad.locator(".cm-lintRange-warning")).to_have_count(2, timeout=3 * KERNEL_MS)
    candidate.keyboard.press("Control+Shift+M")
    marks = pad.get_by_role("listbox")
    expect(marks).to_contain_text("`os` imported but unused")
    expect(marks).to_contain_text("Undefined name `nowhere`")
    picture(candidate, "mistakes")
    candidate.keyboard.press("Escape")
    candidate.keyboard.press("Control+Home")
    candidate.keyboard.press("F8")
    candidate.keyboard.press("F8")
    candidate.keyboard.type("str")  # over what the second mark selects
    expect(pad).to_contain_text("print(str)")
    expect(pad.locator(".cm-lintRange-warning")).to_have_count(1, timeout=KERNEL_MS)


@pytest.fixture(scope="module")
def pretending() -> Iterator[Server]:
    """Runs nothing and answers as if: what comes of a bench is known to the byte."""
    yield from serving("memory")


def test_text_that_the_bench_wrote_is_read_token_by_token(pretending: Server, people: list[Person]) -> None:
    candidate, interviewer = enter(pretending, people)
    to_probe(candidate, interviewer)
    candidate.get_by_test_id("bench").click()
    for page in (candidate, interviewer):
        text = page.get_by_test_id("bench-text")
        expect(text.locator("[data-origin=bonus]")).to_be_visible(timeout=KERNEL_MS)
        expect(text).to_contain_text("8 tokens took 0.05 s, plain decoding 0.06 s (1.2×)")
    text = candidate.get_by_test_id("bench-text")
    expect(text.locator(".text-tokens .part.byte")).to_have_text(["c3", "a9"])
    # By keys: from one recovered token to the next, each with what was rejected before it.
    recovered = text.locator("[data-origin=recovered]")
    recovered.first.focus()
    expect(text.get_by_test_id("strip-said")).to_contain_text("Rejected: path")
    candidate.keyboard.press("Tab")
    expect(recovered.nth(1)).to_be_focused()
    label = "byte a9 newline, recovered after a rejection; rejected: byte b6"
    expect(recovered.nth(1)).to_have_attribute("aria-label", label)
    picture(candidate, "bench-text-pretended")
    text.get_by_text("Read without marks").click()
    expect(text.locator("pre")).to_contain_text("return open(path)  # é")


@pytest.mark.skipif(not SHIPPED.is_dir(), reason=f"no pair that writes text at {SHIPPED}")
def test_the_bench_writes_text_on_the_pair_that_ships(server: Server, people: list[Person]) -> None:
    candidate, interviewer = enter(server, people)
    to_probe(candidate, interviewer)
    write(candidate, RIGHT)
    candidate.get_by_test_id("bench").click()
    text = candidate.get_by_test_id("bench-text")
    expect(text.locator("[data-origin=accepted]").first).to_be_visible(timeout=2 * KERNEL_MS)
    expect(text.locator("[data-origin=recovered]").first).to_be_visible()
    text.scroll_into_view_if_needed()
    picture(candidate, "bench-text")
    text.get_by_text("Read without marks").click()
    expect(text.locator("pre")).to_contain_text("def read_lines(path):")
