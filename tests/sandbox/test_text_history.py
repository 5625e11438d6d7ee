"""A replay shows at each moment the text that stood there, forwards and backwards."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Doc, Map, Text

from sandbox.core.splices import TextChanged, TextName, TextShown, apply, difference, undo, utf16_length
from sandbox.rooms.text_history import TextHistory

TEXT = st.text(alphabet="ab\n é😀", max_size=6)
EDIT = st.tuples(
    st.sampled_from(["insert", "delete", "replace", "new", "drop", "comment", "summary", "move", "both"]),
    st.sampled_from(["a.py", "b.py"]),
    st.integers(0, 40),
    TEXT,
)


class Writer:
    """Edits a document as the candidate's page does; keeps each update and what every text was after it."""

    def __init__(self) -> None:
        self.doc: Doc[Any] = Doc()
        self.files: Map[Any] = self.doc.get("files", type=Map)
        self.comments: Map[Any] = self.doc.get("comments", type=Map)
        self.summary: Text = self.doc.get("summary", type=Text)
        self.updates: list[bytes] = []
        self.moments: list[dict[TextName, str]] = []
        self._watch = self.doc.observe(self._updated)

    def _updated(self, event: Any) -> None:
        self.updates.append(event.update)

    def edit(self, what: str, name: str, at: int, text: str) -> None:
        before = len(self.updates)
        with self.doc.transaction():
            self._edit(what, name, at, text)
        if len(self.updates) > before:
            self.moments.append(self.texts())

    def _edit(self, what: str, name: str, at: int, text: str) -> None:
        match what:
            case "new":
                self.files[name] = Text(text)
            case "drop" if name in self.files:
                del self.files[name]
            case "comment":
                self.comments[name] = Map({"line": float(at + 1), "text": Text(text), "at": 0.0})
            case "move" if name in self.comments:
                self.comments[name]["line"] = float(at + 1)
            case "summary":
                self.summary.insert(_boundary(str(self.summary), at), text)
            case "both" if name in self.files:
                self.files[name].insert(0, text)
                self._edit("delete", name, at, text)
                self.files[name].insert(len(self.files[name]), text)
            case "insert" | "replace" | "delete" if name in self.files:
                file = self.files[name]
                start = _boundary(str(file), at)
                if what != "insert" and start < len(file):
                    del file[start : _boundary(str(file), at + 2)]
                if what != "delete":
                    file.insert(start, text)

    def texts(self) -> dict[TextName, str]:
        found = {TextName("file", name): str(text) for name, text in self.files.items()}
        for name, comment in self.comments.items():
            found[TextName("comment", name, int(comment["line"]))] = str(comment["text"])
        return found | {TextName("summary"): str(self.summary)}


def _boundary(text: str, at: int) -> int:
    """The byte at which character ``at`` begins; the end for one past it."""
    return len(text[:at].encode())


def show(texts: dict[TextName, str], change: TextChanged | TextShown) -> None:
    match change:
        case TextChanged(text=name, splice=splice):
            texts[name] = apply(texts[name], splice)
        case TextShown(text=name, shown=True):
            assert name not in texts
            texts[name] = ""
        case TextShown(text=name):
            assert texts.pop(name) == ""


def unshow(texts: dict[TextName, str], change: TextChanged | TextShown) -> None:
    match change:
        case TextChanged(text=name, splice=splice):
            texts[name] = undo(texts[name], splice)
        case TextShown(text=name, shown=shown):
            show(texts, TextShown(name, not shown))


def without_summary(texts: dict[TextName, str]) -> dict[TextName, str]:
    """A summary that was never touched is as good as an empty one."""
    return {name: text for name, text in texts.items() if name.kind != "summary" or text}


@given(st.lists(EDIT, max_size=25))
def test_every_moment_is_the_document_of_that_moment_both_ways(edits: list[Any]) -> None:
    writer, history = Writer(), TextHistory()
    for edit in [("new", "a.py", 0, "x\n"), *edits]:
        writer.edit(*edit)
    steps = [history.apply(update) for update in writer.updates]
    texts: dict[TextName, str] = {}
    for changes, moment in zip(steps, writer.moments, strict=True):
        for change in changes:
            show(texts, change)
        assert without_summary(texts) == without_summary(moment)
    assert history.texts() == texts
    for changes, moment in zip(reversed(steps), [*reversed(writer.moments[:-1]), {}], strict=True):
        for change in reversed(changes):
            unshow(texts, change)
        assert without_summary(texts) == without_summary(moment)


@given(TEXT, TEXT)
def test_a_difference_leads_there_and_back(before: str, after: str) -> None:
    splice = difference(before, after)
    if splice is None:
        assert before == after
        return
    assert apply(before, splice) == after
    assert undo(after, splice) == before
    assert splice.position == utf16_length(before[: _common(before, after)])


def _common(before: str, after: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b),
                min(len(before), len(after)))  # fmt: skip


def test_positions_count_as_a_browser_does() -> None:
    writer, history = Writer(), TextHistory()
    writer.edit("new", "a.py", 0, "é😀")
    writer.edit("insert", "a.py", 2, "x")
    last = [history.apply(update) for update in writer.updates][-1]
    assert [change.splice.position for change in last if isinstance(change, TextChanged)] == [3]


def test_a_stranger_in_a_text_does_no_harm() -> None:
    """A browser may put any type where text belongs; what is text is replayed, the rest is not."""
    writer, history = Writer(), TextHistory()
    with writer.doc.transaction():
        writer.files["a.py"] = 7.0
        writer.files["b.py"] = Map({"deep": Text("x")})
        writer.comments["c"] = Map({"line": "first", "text": Text("x")})
    writer.files["b.py"]["deep"].insert(0, "y")
    assert [history.apply(update) for update in writer.updates] == [[], []]


def test_a_change_that_is_no_plain_text_is_found_by_comparing() -> None:
    writer, history = Writer(), TextHistory()
    writer.edit("new", "a.py", 0, "ab")
    writer.files["a.py"].insert_embed(1, 5.0)
    writer.files["a.py"].insert(2, "X")
    steps = [history.apply(update) for update in writer.updates]
    assert history.texts()[TextName("file", "a.py")] == str(writer.files["a.py"])
    assert len(steps) == 3
