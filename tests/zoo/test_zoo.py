"""The zoo, end to end: each submission is run by the judge and must get the verdict that its header names.

By default a fixed half of it at the quick budget, as many at a time as there are cores: all of it takes a
quarter of an hour on two. `--long` judges every specimen at the budget of its header; `probe zoo` prints the
same as a table.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from isolation.bare import candidate_python
from isolation.contract import RuntimeFault
from tests.long import LONG
from tests.zoo.cli import SEED
from tests.zoo.keepers import Keepers
from tests.zoo.run import PLAIN, Outcome
from tests.zoo.tables import confusion, how_named
from tests.zoo.zoo import ENTRY, EXPECTATIONS, HERE, KINDS, Specimen, specimens

ENOUGH_NAMES = 10
LONGEST_S = 3000
"""Nobody waits as long for one specimen; the last one waits for all that were asked for before it."""


def chosen() -> list[Specimen]:
    """All of them with `--long`; else a quarter, by a hash of the name: newcomers move nobody."""
    if LONG:
        return list(specimens())
    return [each for each in specimens() if hashlib.sha256(each.name.encode()).digest()[0] % 4 == 0]


@pytest.fixture(scope="session")
def outcomes(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[Outcome]]]:
    """By name, of every specimen that a chosen test asks for. They are judged side by side, ahead of the tests."""
    try:
        candidate_python()
    except RuntimeFault as fault:
        pytest.skip(f"no environment with torch: {fault}")
    wanted = [
        item.callspec.params["specimen"]
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and hasattr(item, "callspec")
        and "specimen" in item.callspec.params
    ]
    with Keepers(os.cpu_count() or 1) as keepers:
        yield {
            each.name: keepers.judge(each, seed=SEED, budget=each.budget if LONG else "quick")
            for each in wanted
        }


@pytest.mark.slow
@pytest.mark.timeout(LONGEST_S)
@pytest.mark.parametrize(
    "specimen",
    [
        pytest.param(each, marks=pytest.mark.embedded if each.jailed else ())
        for each in chosen()
    ],
    ids=lambda each: f"{each.kind}-{each.name}",
)
def test_a_specimen_is_judged_as_its_header_says(
    specimen: Specimen, outcomes: dict[str, Future[Outcome]]
) -> None:
    outcome = outcomes[specimen.name].result()
    assert outcome.right, outcome


def test_the_zoo_is_large_enough() -> None:
    assert len(specimens("honest")) >= 22
    assert len(specimens("wrong")) >= 65
    assert len(specimens("cheat")) >= 32


def test_honest_code_is_caught_by_nothing_and_wrong_code_by_something() -> None:
    assert all(each.caught_by is None for each in specimens("honest"))
    assert all(each.caught_by is not None for each in specimens("wrong"))


def test_no_two_specimens_have_a_name_or_a_text_in_common() -> None:
    names = [each.name for each in specimens()]
    texts = [each.files[ENTRY] for each in specimens()]
    assert len(set(names)) == len(names)
    assert len(set(texts)) == len(texts)


def test_each_word_for_what_becomes_of_a_cheat_is_used() -> None:
    assert {each.expect for each in specimens("cheat")} == set(EXPECTATIONS)


def test_few_escape_and_each_says_why() -> None:
    assert sum(bool(each.escapes) for each in specimens()) <= 4
    assert all(len(each.escapes) > 20 for each in specimens() if each.escapes)


def test_what_cheats_are_compared_with_is_honest() -> None:
    assert PLAIN in {each.name for each in specimens("honest")}


@pytest.mark.slow
@pytest.mark.timeout(LONGEST_S)
def test_few_bugs_are_called_by_another_name_with_confidence(outcomes: dict[str, Future[Outcome]]) -> None:
    judged = [future.result() for future in outcomes.values()]
    named = Counter(how_named(each) for each in judged if each.diagnosis is not None and each.named is not None)
    if named.total() < ENOUGH_NAMES:
        pytest.skip("too few specimens were chosen to say anything about names")
    assert named["confidently wrong"] <= 0.1 * named.total(), confusion(judged)
    assert named["right"] >= 0.7 * named.total(), confusion(judged)


@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        ("# zoo: honest\n# what: x\n", "lacks caught-by"),
        ("# zoo: wrong\n# what: x\n# caught-by: none\n", "lies in honest"),
        ("# zoo: honest\n# what: x\n# caught-by: luck\n", "want a check's name"),
        ("# zoo: honest\n# what: x\n# caught-by: law\n# diagnosis: luck\n", "no diagnosis is called"),
        ("# zoo: honest\n# what: x\n# caught-by: none\n# expect: luck\n", "want one of"),
    ],
)
def test_a_header_that_says_nothing_known_is_an_error(tmp_path: Path, header: str, complaint: str) -> None:
    from tests.zoo.zoo import read

    (tmp_path / "honest").mkdir()
    path = tmp_path / "honest" / "it.py"
    path.write_text(header)
    with pytest.raises(ValueError, match=complaint):
        read(path)


def test_every_file_in_the_folders_is_a_specimen() -> None:
    files = [path for kind in KINDS for path in (HERE / kind).iterdir() if path.suffix == ".py"]
    assert len(files) == len(specimens())
