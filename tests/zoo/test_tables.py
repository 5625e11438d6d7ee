"""Outcomes as text: what is counted, and what counts as a right name."""

from __future__ import annotations

from tests.zoo.run import Outcome
from tests.zoo.tables import confusion, row, summary


def outcome(**fields: object) -> Outcome:
    usual: dict[str, object] = {
        "name": "it",
        "kind": "wrong",
        "wanted": "law",
        "failed": ("law",),
        "endings": (),
        "diagnosis": "lenient",
        "named": "lenient",
        "faults": (),
    }
    return Outcome(**(usual | fields))  # type: ignore[arg-type]


def test_a_known_escape_is_counted_apart() -> None:
    text = summary([outcome(), outcome(name="slips", escaped="too little of it"), outcome(faults=("not caught",))])
    assert "wrong: 1 of 3 as their headers say, 1 known to escape (slips)" in text


def test_a_row_shows_each_fault() -> None:
    assert "not caught by law" in row(outcome(faults=("not caught by law",)))
    assert row(outcome(faults=("not caught by law",))).startswith("WRONG")


def test_names_are_right_not_sure_or_confidently_wrong() -> None:
    table = confusion(
        [
            outcome(),
            outcome(),
            outcome(named="accept-always ?"),
            outcome(named="accept-always"),
            outcome(named=None),
            outcome(diagnosis=None),
        ]
    )
    assert table.splitlines()[-1] == "50% right, 25% not sure, 25% confidently wrong (of 4)"
    assert "lenient x2" in table
