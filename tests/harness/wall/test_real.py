"""Which pair is timed on, and what it is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import cli
from harness.wall import real
from harness.wall.prompts import snippets
from isolation.bare import BareRuntime
from pairs.real.errors import PairError
from tests.harness.conftest import REFERENCE
from tests.pairs.folders import write_llama, write_tokenizer


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("weights")
    made = folder / "target", folder / "draft"
    for n, each in enumerate(made):
        write_tokenizer(write_llama(each, seed=n))
    return made


def test_every_prompt_is_a_beginning_that_any_tokenizer_reads(folders: tuple[Path, Path]) -> None:
    pair = real.load(*folders)
    assert len(pair.prompts) == len(snippets()) >= 20
    assert all(1 < len(prompt) <= real.LONGEST_PROMPT for prompt in pair.prompts)
    assert len(set(pair.prompts)) == len(pair.prompts)
    assert not any(text.endswith("\n") or not text.strip() for text in snippets())


def test_the_weights_are_named_by_what_is_in_them(folders: tuple[Path, Path], tmp_path: Path) -> None:
    other = write_tokenizer(write_llama(tmp_path / "other", seed=9))
    one, again, changed = real.load(*folders), real.load(*folders), real.load(folders[0], other)
    assert one.weights_sha256 == again.weights_sha256 != changed.weights_sha256


@pytest.mark.parametrize(
    ("arguments", "timed"),
    [
        (["--budget", "full"], True),
        (["--budget", "quick"], False),
        (["--budget", "quick", "--wall"], True),
        (["--budget", "full", "--wall", "never"], False),
    ],
)
def test_our_own_pair_is_timed_on_in_full_judgements_or_when_asked_for(
    arguments: list[str],
    timed: bool,
    folders: tuple[Path, Path],
    runtime: BareRuntime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(real, "SHIPPED", folders[0].parent)
    seen: list[object] = []

    def judged(*_: object, real: object, **__: object) -> None:
        seen.append(real)
        raise PairError("enough")

    monkeypatch.setattr(cli, "judge", judged)
    cli.main(["judge", str(REFERENCE), "--runtime", "none", *arguments])
    assert [each is not None for each in seen] == [timed]


def test_without_weights_a_full_judgement_goes_on_and_one_that_asks_says_what_to_do(
    tmp_path: Path, runtime: BareRuntime, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(real, "SHIPPED", tmp_path)
    assert real.shipped() is None
    assert cli.main(["judge", str(REFERENCE), "--runtime", "none", "--wall"]) == cli.FAULT
    assert "--pair TARGET DRAFT" in capsys.readouterr().err


def test_a_pair_that_cannot_be_read_is_named(
    tmp_path: Path, runtime: BareRuntime, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = [str(tmp_path / "a"), str(tmp_path / "b")]
    assert cli.main(["judge", str(REFERENCE), "--runtime", "none", "--pair", *nowhere]) == cli.FAULT
    assert nowhere[0] in capsys.readouterr().err
