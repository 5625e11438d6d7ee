"""What a terminal prints, with what could harm whoever looks at it taken out. Pure.

A closed list of control sequences passes: moving the cursor, erasing, colours, the alternate screen.
All else is dropped: strings to the terminal itself (OSC: clipboard, title, links; DCS, APC, PM, SOS),
window operations, flashing, and controls of eight bits. Sequences are those of ECMA-48 and of
https://invisible-island.net/xterm/ctlseqs/ctlseqs.html.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"(?P<shown>[^\x00-\x1f\x7f-\x9f]+|[\a\b\t\n\v\f\r])"
    r"|\x1b\[(?P<parameters>[0-?]{0,64})(?P<between>[ -/]{0,4})(?P<final>[@-~])"
    r"|(?P<string>\x1b[]PX^_])"
    r"|\x1b(?P<between_2>[ -/]*)(?P<final_2>[0-Z\\-~])"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]{0,64}[ -/]{0,4}|[ -/]{0,4})")
_STRING_ENDS = re.compile(r"[\a\x18\x1a\n\x1b]")  # a forgotten end must not swallow all that follows

_FINALS = frozenset("@ABCDEFGHIJKLMPSTXZ`abcdefgmnrsu")
_MODES = frozenset({1, 6, 7, 12, 25, 45, 47, 1000, 1002, 1003, 1006, 1047, 1048, 1049, 2004, 2026})
"""DEC private modes that may be set: the cursor, the alternate screen, the mouse, bracketed paste."""
_TWO_BYTES = frozenset({"7", "8", "=", ">", "D", "E", "H", "M", "c", "(B", "(0"})


class Neutraliser:
    """Feed it chunks that end anywhere; a sequence is held until it is whole."""

    def __init__(self) -> None:
        self._held = ""
        self._in_string = False

    def feed(self, text: str) -> str:
        text, self._held = self._held + text, ""
        kept, at = list[str](), 0
        while at < len(text):
            if self._in_string:
                at = self._skip_string(text, at)
            elif token := _TOKEN.match(text, at):
                at = token.end()
                self._in_string = token["string"] is not None
                if _harmless(token):
                    kept.append(token[0])
            elif _UNFINISHED.fullmatch(text, at):
                self._held = text[at:]
                break
            else:
                at += 1
        return "".join(kept)

    def _skip_string(self, text: str, at: int) -> int:
        end = _STRING_ENDS.search(text, at)
        if end is None:
            return len(text)
        self._in_string = False
        return end.start() if end[0] == "\x1b" else end.end()


def _harmless(token: re.Match[str]) -> bool:
    if token["shown"] is not None:
        return True
    if token["final"] is not None:
        return _harmless_csi(token["parameters"], token["between"], token["final"])
    return token["final_2"] is not None and token["between_2"] + token["final_2"] in _TWO_BYTES


def _harmless_csi(parameters: str, between: str, final: str) -> bool:
    if final in "hl":
        return between == "" and _known_modes(parameters)
    if between:
        return (between, final) in ((" ", "q"), ("!", "p"))  # the cursor's shape, a soft reset
    return final in _FINALS and (parameters == "" or parameters[0] not in "<=>?" or final in "JK")


def _known_modes(parameters: str) -> bool:
    if parameters == "4":  # insert
        return True
    modes = parameters.removeprefix("?").split(";")
    return parameters.startswith("?") and all(
        mode.isascii() and mode.isdigit() and int(mode) in _MODES for mode in modes
    )
