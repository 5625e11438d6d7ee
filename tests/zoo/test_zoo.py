"""The zoo, end to end: each submission is run by the judge and must get the verdict that its header names.

By default a fixed part is judged at the quick budget: whatever ends early, and of the rest something for each
check, each kind of cheat and each way to be right. All of it would take two cores five minutes. PROBE_LONG=1
judges every specimen at the budget of its header; `probe zoo` prints the same as a table.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from isolation.bare import candidate_python
from isolation.contract import RuntimeFault
from tests.zoo.cli import SEED
from tests.zoo.keepers import Keepers
from tests.zoo.run import PLAIN, Outcome
from tests.zoo.tables import confusion
from tests.zoo.zoo import ENTRY, EXPECTATIONS, HERE, KINDS, Specimen, specimens

LONG = os.environ.get("PROBE_LONG") == "1"
ENOUGH_NAMES = 10
LONGEST_S = 3000
"""Nobody waits as long for one specimen; the last one waits for all that were asked for before it."""


ENDS_EARLY = {"zero", "died", "raised", "bad result", "protocol", "limit", "refused"}
"""What becomes of cheats that cost the judge about a second."""
SAMPLE = {
    # Right code: of arithmetic, of drafts, of stopping, of coupling, of costs.
    "textbook",
    "float64",
    "inverse_cdf_float32",
    "greedy_draft",
    "stop_when_unsure",
    "shared_gumbel",
    "block_verification",
    "two_drafts",
    "target_only",
    # Wrong code: what is accepted, corrected, added, warped, read, drawn, kept.
    "accept_always",
    "accept_by_target",
    "argmax_shortcut",
    "lenient",
    "typical",
    "correct_from_draft",
    "correct_from_target",
    "residual_unnormalised",
    "bonus_argmax",
    "bonus_from_draft",
    "bonus_from_residual",
    "cold",
    "no_top_p",
    "top_p_before_temperature",
    "sharp_draft_soft_ratio",
    "discards_unsure",
    "row_before",
    "first_draft_row",
    "uniform_reused",
    "seeds_itself",
    "stale_target_cache",
    "stale_draft_cache",
    "draft_hole_after_bonus",
    "greedy_from_draft",
    "no_gamma_zero",
    "last_token_from_draft",
    # Cheats that play to the end.
    "around_the_proxy",
    "brings_a_sibling",
    "inverts_the_noise",
    "lenient_by_a_hair",
    "lossy_on_long_texts",
    "marks_for_another_jail",
    "numbers_that_lie",
    "one_process_for_all",
    "outlives_its_trial",
    "patches_everything",
    "remembers_in_the_process",
    "replays_a_text",
    "scores_another_prefix",
    "searches_its_memory",
    "stuffs_descriptors",
    "the_same_for_a_prompt",
    "too_good_to_be_true",
    "walks_the_disk",
    "works_only_at_first",
}


def judged_by_default(specimen: Specimen) -> bool:
    if LONG or specimen.name in SAMPLE:
        return True
    ends_early = specimen.expect in ENDS_EARLY or (specimen.kind, specimen.caught_by) == ("wrong", "contract")
    return ends_early and not specimen.jailed


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
        for each in specimens()
        if judged_by_default(each)
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


def test_what_is_judged_by_default_covers_each_check_and_each_word() -> None:
    chosen = [each for each in specimens() if judged_by_default(each)]
    assert {each.name for each in chosen} >= SAMPLE
    assert {each.caught_by for each in chosen} == {each.caught_by for each in specimens()}
    assert {each.expect for each in chosen} == {each.expect for each in specimens()}


def test_what_cheats_are_compared_with_is_honest() -> None:
    assert PLAIN in {each.name for each in specimens("honest")}


@pytest.mark.slow
@pytest.mark.timeout(LONGEST_S)
def test_most_bugs_are_called_by_their_names(outcomes: dict[str, Future[Outcome]]) -> None:
    judged = [future.result() for future in outcomes.values()]
    named = [each for each in judged if each.diagnosis is not None and each.named is not None]
    if len(named) < ENOUGH_NAMES:
        pytest.skip("too few specimens were chosen to say anything about names")
    right = sum(each.named == each.diagnosis for each in named)
    assert right >= 0.8 * len(named), confusion(judged)


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
