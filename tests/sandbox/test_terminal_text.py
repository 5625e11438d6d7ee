"""Nothing that a program prints reaches a page as more than text, colour and movement of the cursor."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.core.terminal_text import Neutraliser

PIECES = st.sampled_from(
    ["\x1b", "[", "]", "P", "_", "52;c;aGk=", "8;;http://x", "0;title", "\a", "\x1b\\", "31", "m", ";", "?",
     "1049", "h", "t", "6n", "\n", "x", "\x9d", "\x9b", "\x00", "\x0e", "(", "0", "é", " ", "q", "$", "\x18",
     "c", "\x1b[31m", "\x1b[?1049h", "\x1b]0;title\a", "\x1b[2 q", "\x1b(0", "\x1bPq\x1b\\"]
)  # fmt: skip
TEXT = st.lists(PIECES, max_size=40).map("".join)


def through(*chunks: str) -> str:
    neutraliser = Neutraliser()
    return "".join(map(neutraliser.feed, chunks))


@pytest.mark.parametrize(
    "text",
    [
        "plain é text\r\n",
        "\x1b[1;31mred\x1b[0m \x1b[38;2;1;2;3mtrue colour\x1b[m",
        "\x1b[?2004h/workspace$ \x1b[K\x1b[2J\x1b[3;4H",
        "\x1b[?1049h\x1b[?25l\x1b[1;24r\x1b7\x1b8\x1b(0lqk\x1b(B",
        "50 %|#####     |\r60 %|######    |\b \b",
        "\x1b[2 q\x1b[!p\x1b[6n",
    ],
)
def test_what_a_screen_is_drawn_with_passes(text: str) -> None:
    assert through(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\x1b]52;c;ZXZpbA==\ab", "ab"),  # writes the reader's clipboard
        ("a\x1b]0;You have won\x1b\\b", "ab"),  # titles
        ("a\x1b]8;;http://evil/\x1b\\click\x1b]8;;\x1b\\b", "aclickb"),  # links
        ('a\x1bP$q"p\x1b\\b', "ab"),  # makes the terminal type an answer
        ("a\x1b_application\x1b\\b", "ab"),
        ("a\x9d52;c;ZXZpbA==\ab", "a52;c;ZXZpbA==\ab"),  # the same in eight bits: harmless as text
        ("a\x9b31mb", "a31mb"),
        ("a\x1b[21tb\x1b[8;999;999tb", "abb"),  # window operations
        ("a\x1b[?5hb", "ab"),  # flashes the screen
        ("a\x1b[>0cb\x1b[?1;2$pb", "abb"),
        ("a\x05b\x0ec\x7fd", "abcd"),  # ENQ, shift out, DEL
        ("a\x1b]0;no end\nb", "ab"),
        ("a\x1b]0;no end\x1b[1mb", "a\x1b[1mb"),
        ("a\x1b[" + "1;" * 60 + "1mb", "a[" + "1;" * 60 + "1mb"),
    ],
)
def test_what_reaches_beyond_the_screen_is_dropped(text: str, left: str) -> None:
    assert through(text) == left


@given(TEXT, st.integers(0, 40))
def test_where_a_chunk_ends_does_not_matter(text: str, cut: int) -> None:
    assert through(text[:cut], text[cut:]) == through(text) == through(*text)


SAFE = re.compile(
    r"(?:[^\x00-\x1f\x7f-\x9f]|[\a\b\t\n\v\f\r]|\x1b(?:[78=>DEHMc]|\([B0])"
    r"|\x1b\[[0-9;:]*[@A-MPSTXZ`a-gmnrsu]|\x1b\[\?[0-9;]*[hlJK]|\x1b\[4[hl]"
    r"|\x1b\[[0-?]* q|\x1b\[[0-?]*!p)*"
)


@given(TEXT)
def test_only_sequences_of_the_list_are_left(text: str) -> None:
    shown = through(text)
    assert SAFE.fullmatch(shown)
    assert through(shown) == shown


def test_an_endless_string_takes_no_memory() -> None:
    neutraliser = Neutraliser()
    assert neutraliser.feed("\x1b]0;") == ""
    for _ in range(100):
        assert neutraliser.feed("x" * 100_000) == ""
    assert neutraliser._held == ""
    assert neutraliser.feed("\x18back") == "back"
