"""What each update did to each text of the shared document, as splices that go both ways.

The CRDT says what changed; plain strings are kept beside it, because a splice has to name what it deleted.
What the candidate's browser wrote is hostile: a change that is not plain text is found by comparing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, cast

from pycrdt import Doc, Map, MapEvent, Text, TextEvent

from sandbox.core.splices import Change, TextChanged, TextName, TextShown, difference, from_delta

MAX_TEXTS = 2_000
"""Texts that one interview may have had; what comes later is not replayed."""


@dataclass(slots=True)
class _Followed:
    name: TextName
    text: Text
    now: str = ""


_Key = tuple[Literal["file", "comment", "summary"], str]
_Delta = list[dict[str, object]]


class TextHistory:
    """Follows one document from its first update on. Updates have been checked: see `update_format`."""

    def __init__(self) -> None:
        self._doc: Doc[Any] = Doc()
        self._files: Map[Any] = self._doc.get("files", type=Map)
        self._comments: Map[Any] = self._doc.get("comments", type=Map)
        self._summary: Text = self._doc.get("summary", type=Text)
        self._now: dict[_Key, _Followed] = {}
        self._touched: dict[_Key, _Delta | None] = {}
        """Since the last update: the delta of a text, or None where the whole has to be looked at."""
        self._watching = (
            self._files.observe_deep(self._files_changed),
            self._comments.observe_deep(self._comments_changed),
            self._summary.observe(self._summary_changed),
        )

    def texts(self) -> dict[TextName, str]:
        """As they stand now."""
        return {one.name: one.now for one in self._now.values()}

    def apply(self, update: bytes) -> list[Change]:
        """What an update changed, in an order in which it can be applied."""
        self._touched.clear()
        self._doc.apply_update(update)
        return [change for key, delta in self._touched.items() for change in self._changes(key, delta)]

    # -- what the CRDT says

    def _touch(self, key: _Key, delta: _Delta | None) -> None:
        self._touched[key] = None if key in self._touched else delta

    def _files_changed(self, events: list[Any]) -> None:
        for event in events:
            match event, list(event.path):
                case MapEvent(), []:
                    for name in cast("Any", event).keys:
                        self._touch(("file", name), None)
                case TextEvent(), [str(name)]:
                    self._touch(("file", name), cast("Any", event).delta)

    def _comments_changed(self, events: list[Any]) -> None:
        for event in events:
            match event, list(event.path):
                case MapEvent(), []:
                    for name in cast("Any", event).keys:
                        self._touch(("comment", name), None)
                case MapEvent(), [str(name)]:
                    self._touch(("comment", name), None)
                case TextEvent(), [str(name), "text"]:
                    self._touch(("comment", name), cast("Any", event).delta)

    def _summary_changed(self, event: Any) -> None:
        self._touch(("summary", ""), event.delta)

    # -- what that means

    def _changes(self, key: _Key, delta: _Delta | None) -> list[Change]:
        known = self._now.get(key)
        if known is not None and delta is not None:
            return _splices(known, delta)
        text, line = self._find(key)
        changes: list[Change] = []
        if known is not None and (text is None or line != known.name.line):
            changes += [*_splice(known, ""), TextShown(known.name, False)]
            del self._now[key]
            known = None
        if text is None:
            return changes
        if known is None:
            if len(self._now) >= MAX_TEXTS:
                return changes
            known = self._now[key] = _Followed(TextName(key[0], key[1], line), text)
            changes.append(TextShown(known.name, True))
        known.text = text  # another one may stand under the same name now
        return changes + _splice(known, str(text))

    def _find(self, key: _Key) -> tuple[Text | None, int]:
        """The text as it is now and, for a comment, its line; None where there is none."""
        kind, name = key
        if kind == "summary":
            return self._summary, 0
        if kind == "file":
            file = self._files.get(name)
            return (file, 0) if isinstance(file, Text) else (None, 0)
        comment = self._comments.get(name)
        if not isinstance(comment, Map):
            return None, 0
        text, line = comment.get("text"), comment.get("line")
        if not isinstance(text, Text) or not isinstance(line, int | float) or not 1 <= line <= 1_000_000:
            return None, 0
        return text, int(line)


def _splices(text: _Followed, delta: _Delta) -> list[Change]:
    followed = from_delta(text.now, delta)
    if followed is None or _bytes(followed[0]) != len(text.text):
        return _splice(text, str(text.text))
    text.now, splices = followed
    return [TextChanged(text.name, splice) for splice in splices]


def _splice(text: _Followed, after: str) -> list[Change]:
    splice = difference(text.now, after)
    text.now = after
    return [] if splice is None else [TextChanged(text.name, splice)]


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())
