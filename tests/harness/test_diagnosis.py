"""Which name a bug gets, and when the judge says that it is not sure. Findings are made up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harness.core.alternatives import NAMES
from harness.core.bugs import TABLE
from harness.core.diagnosis import CLEAR, HOPELESS, OWN_DRAFT, POOR, Findings, name_bug
from harness.core.hypotheses import BUGS
from harness.core.own_drafts import OwnDrafts

NO_DRAFTS = {"sharp-drafts": OwnDrafts(gain=-50.0, misfit=9.0)}


def findings(**nats: float) -> Findings:
    """Log-likelihoods by bug, underscores for hyphens; the others are far behind."""
    by_bug = {"none": 0.0, **{bug.replace("_", "-"): value for bug, value in nats.items()}}
    return Findings(
        kernels=np.array([by_bug.get(bug, -900.0) for bug in BUGS]),
        bets=dict.fromkeys(NAMES, 0.0),
        drafts=NO_DRAFTS,
        uncovered=0.0,
        target_calls=100,
        misfit=1.0,
    )


def test_every_name_has_its_sentences() -> None:
    assert set(BUGS) <= set(TABLE)


def test_the_likeliest_names_the_bug() -> None:
    named = name_bug(findings(lenient=40.0, uniform_off=40.0 - 2 * CLEAR))
    assert (named.bug, named.runner_up, named.sure) == ("lenient", None, True)


def test_two_that_are_close_are_both_named() -> None:
    named = name_bug(findings(lenient=40.0, uniform_off=40.0 - CLEAR / 2))
    assert (named.bug, named.runner_up, named.sure) == ("lenient", "uniform-off", False)


@pytest.mark.parametrize(
    ("misfit", "bug", "sure"), [(POOR + 1, "lenient", False), (HOPELESS + 1, "unknown", True)]
)
def test_a_name_that_explains_badly_is_the_nearest_and_one_that_explains_nothing_is_none(
    misfit: float, bug: str, sure: bool
) -> None:
    named = name_bug(replace(findings(lenient=40.0), misfit=misfit))
    assert (named.bug, named.sure) == (bug, sure)


def test_a_name_that_explains_less_than_a_bet_wins_is_the_nearest_only() -> None:
    found = findings(correct_tempered=9.0)
    named = name_bug(replace(found, bets={**found.bets, "warped-twice": 9.0 + 2 * CLEAR}))
    assert (named.bug, named.sure) == ("correct-tempered", False)


def test_drafts_of_another_law_are_the_bug_where_all_is_right_given_the_drafts() -> None:
    own = {"sharp-drafts": OwnDrafts(gain=2 * OWN_DRAFT, misfit=1.0)}
    assert name_bug(replace(findings(), drafts=own)).bug == "sharp-drafts"
    poor = {"sharp-drafts": OwnDrafts(gain=2 * OWN_DRAFT, misfit=POOR + 1)}
    assert not name_bug(replace(findings(), drafts=poor)).sure
