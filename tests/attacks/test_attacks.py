"""Every attack of the catalogue ends as its header says, leaves nothing and harms nobody, on each runtime."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from isolation import probe_inside
from isolation.contract import Runtime
from tests.attacks import cli
from tests.attacks.catalogue import HERE, Case, cases, read
from tests.attacks.run import Played, play, world
from tests.isolation.conftest import HOLDING, PROJECT, runtime_by_name

pytestmark = pytest.mark.timeout(900)  # the first test of a runtime plays all of its cases
CASES = {case.name: case for case in cases()}
JAILED = [name for name, case in CASES.items() if "trusted" not in case.where]
TRUSTED = [name for name in CASES if name not in JAILED]
Outcomes = dict[str, list[Played]]


def outcomes(runtime: Runtime, names: list[str]) -> Outcomes:
    found: Outcomes = {name: [] for name in names}
    with world(runtime) as on:
        for each in play([CASES[name] for name in names], on):
            found[each.case.name].append(each)
        assert on.end_session() == ()
    return found


@pytest.fixture(scope="module", params=HOLDING)
def jailed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    return outcomes(runtime_by_name(request.param, tmp_path_factory.mktemp("state") / "jails"), JAILED)


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """On the embedded runtime: how the control plane reads does not depend on what holds the candidate."""
    return outcomes(runtime_by_name("embedded", tmp_path_factory.mktemp("state") / "jails"), TRUSTED)


@pytest.mark.slow
@pytest.mark.parametrize("name", JAILED)
def test_from_inside(jailed: Outcomes, name: str) -> None:
    assert {each.where for each in jailed[name]} == set(CASES[name].where)
    assert [each.document() for each in jailed[name] if not each.held] == []


@pytest.mark.slow
@pytest.mark.embedded
@pytest.mark.parametrize("name", TRUSTED)
def test_against_the_trusted_side(trusted: Outcomes, name: str) -> None:
    if CASES[name].needs == "browser" and not trusted[name]:
        pytest.skip("Chromium is missing")
    (played,) = trusted[name]
    assert played.held, played.document()


# -- the catalogue


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_case_tries_what_the_probe_has_or_has_a_program(case: Case) -> None:
    assert set(case.tries) <= set(probe_inside.NAMES)
    assert case.tries or "def attack(" in case.source
    assert bool(case.known) == bool(case.why_known)


def test_each_file_is_one_case_and_says_which() -> None:
    assert {"S01", "S02", "S03", "S05", "S07", "S08", "S09", "S10", "S11", "S12", "S14"} <= {
        each for case in CASES.values() for each in case.ids
    }
    assert {"T01", "T02", "T03", "T04", "T06", "T07", "T08", "T09", "T10"} <= {
        each for case in CASES.values() for each in case.ids
    }
    assert {"K01", "K02", "K04", "K05", "K06", "K07"} <= {
        each for case in CASES.values() for each in case.ids
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# id: S01\n", "lacks"),
        (
            "# id: X\n# prio: P0\n# what: x\n# expect: worked\n# defence: x\n# where: both\n",
            "nothing is expected",
        ),
        ("# id: X\n# prio: P9\n# what: x\n# expect: limit\n# defence: x\n# where: both\n", "prio"),
        ("# id: X\n# prio: P0\n# what: x\n# expect: limit\n# defence: x\n# where: moon\n", "where"),
    ],
)
def test_a_header_that_says_something_unknown_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "x.py").write_text(text)
    with pytest.raises(ValueError, match=message):
        read(tmp_path / "x.py")


def test_the_documents_name_every_case() -> None:
    assert f"plays {len(CASES)} attacks" in (PROJECT / "README.md").read_text()
    text = (PROJECT / "docs" / "isolation.md").read_text()
    assert [name for name in CASES if f"`{name}`" not in text] == []


# -- the command


def test_the_command_lists_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--list"]) == 0
    said = capsys.readouterr().out
    assert all(f" {name} " in said for name in CASES)
    assert cli.main(["no_such_case"]) == 64
    assert "no case called no_such_case" in capsys.readouterr().err


@pytest.mark.embedded
def test_the_command_fails_when_an_attack_succeeds(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tests.isolation.test_admission import filter_off

    out = tmp_path / "out.json"
    asked = ["--runtime", "embedded", "--json", str(out), "kernel_surface"]
    assert cli.main(asked) == 0
    assert "2 attacks on embedded: 2 held" in capsys.readouterr().out
    filter_off(monkeypatch)
    assert cli.main(asked) == 1
    assert "WORKED" in capsys.readouterr().out
    written = json.loads(out.read_text())
    assert [each["held"] for each in written["cases"]] == [False, False]
    assert HERE.name == "attacks"
