"""The document of a room on the server: a CRDT that is validated by applying, and read as plain text.

Everything in it was written by the candidate. It is read defensively: a browser may have put any type
anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pycrdt import Doc, Map, Text
from pycrdt._pycrdt import TextEvent

from sandbox.core.events import Comment
from sandbox.rooms.lib0 import BadFrame
from sandbox.rooms.update_format import check_update

MAX_HISTORY_BYTES = 32 * 1024 * 1024
"""Of all updates of one interview: deleted text stays in a CRDT."""
MAX_COMMENTS = 500
MAX_COMMENT = 20_000
"""Characters."""


class SharedDocument:
    def __init__(self) -> None:
        self._doc: Doc[Any] = Doc()
        self._files: Map[Any] = self._doc.get("files", type=Map)
        self._comments: Map[Any] = self._doc.get("comments", type=Map)
        self._summary: Text = self._doc.get("summary", type=Text)
        self._history_bytes = 0
        self._inserted: list[str] = []
        # The library's bare events: its wrappers also make each event's target and path, which nobody reads.
        self._watch: object = self._files.integrated.observe_deep(self._count_inserts)

    @staticmethod
    def seed(files: Mapping[str, str]) -> bytes:
        """The first update of a new interview."""
        doc: Doc[Any] = Doc()
        texts: Map[Any] = doc.get("files", type=Map)
        with doc.transaction():
            for name, text in files.items():
                texts[name] = Text(text)
        return doc.get_update()

    def apply(self, update: bytes) -> str:
        """Take an update in; what it inserted into files. Raises BadFrame: nothing changed."""
        check_update(update)
        if self._history_bytes + len(update) > MAX_HISTORY_BYTES:
            raise BadFrame("the document's history is full")
        self._inserted = []
        try:
            self._doc.apply_update(update)
        except Exception as error:
            raise BadFrame(f"the update cannot be applied: {error}") from error
        except BaseException as error:
            if type(error).__name__ == "PanicException":
                raise BadFrame("the update made the library panic") from error
            raise
        self._history_bytes += len(update)
        return "".join(self._inserted)

    def copy(self) -> SharedDocument:
        """As it is now; what is applied to this one later does not reach it."""
        made = SharedDocument()
        made.apply(self._doc.get_update())
        return made

    def state(self) -> bytes:
        return self._doc.get_state()

    def difference(self, state: bytes) -> bytes:
        """What somebody with ``state`` lacks. Raises BadFrame."""
        try:
            return self._doc.get_update(state)
        except Exception as error:
            raise BadFrame(f"no state vector: {error}") from error

    def files(self) -> dict[str, str]:
        """Every entry of the map that is text."""
        return {name: str(text) for name, text in self._files.items() if isinstance(text, Text)}

    def summary(self) -> str:
        return str(self._summary)[:200_000]

    def review(self) -> str:
        """Summary and comments, as one text."""
        return "\n".join((self.summary(), *(one.text for one in self.comments())))

    def comments(self) -> tuple[Comment, ...]:
        """In the order of their lines; entries of another shape are left out."""
        found: list[tuple[int, float, str]] = []
        for comment in list(self._comments.values())[:MAX_COMMENTS]:
            if not isinstance(comment, Map) or "line" not in comment or "text" not in comment:
                continue
            line, text, at = comment["line"], comment["text"], comment.get("at", 0)
            if not isinstance(line, int | float) or not 1 <= line <= 1_000_000 or not isinstance(text, Text):
                continue
            found.append(
                (int(line), float(at) if isinstance(at, int | float) else 0.0, str(text)[:MAX_COMMENT])
            )
        return tuple(Comment(line=line, text=text) for line, _, text in sorted(found) if text.strip())

    def _count_inserts(self, events: list[Any]) -> None:
        for event in events:
            if isinstance(event, TextEvent):
                for change in cast("Any", event).delta:
                    inserted = change.get("insert", "")
                    self._inserted += [inserted] if isinstance(inserted, str) else []
