"""From tokens to rejection to the figures that people read."""

from __future__ import annotations

from bench.judge_power import HEAD, Results, power_within, row, summary, table, versus


def results() -> Results:
    """Two bugs on one pair: one that both sides see, one that only the bets see."""
    needed = {"50": 4_000, "90": 8_000}
    never = {"50": None, "90": None}
    tests = ("chi_square_joint", "chi_square", "g", "kolmogorov")
    passes = {"tv_passes": {"200": 0.0, "1000": 0.5, "10000": 1.0}}
    return Results(
        told={
            "bell": {
                "plain": dict.fromkeys(tests, needed) | passes,
                "sly": dict.fromkeys(tests, never) | passes,
            }
        },
        blind={"plain": dict.fromkeys(tests, needed), "sly": dict.fromkeys(tests, never)},
        says_impossible={"plain": True, "sly": False},
        alone={"bell": {"plain": [100, 300, 200], "sly": [2_000, None, 3_000]}},
        battery={"plain": [400, 500], "sly": [1_000, None]},
    )


def test_power_is_the_share_of_runs_rejected_by_then() -> None:
    assert [power_within(results(), budget) for budget in (399, 400, 999, 12_000)] == [0.0, 0.25, 0.5, 0.75]


def test_a_side_that_never_rejects_counts_as_its_limit() -> None:
    found = versus([(4_000, 200), (None, 1_000), (600, None), (None, None)])
    assert (found["only_ours_rejects"], found["only_theirs_rejects"], found["neither_rejects"]) == (1, 1, 1)
    assert found["ratio"]["median"] == 20.0  # of 4,000 / 200, 1,000,000 / 1,000 and 600 / 12,000
    assert found["at_least_20"] == 2 / 3


def test_the_summary_compares_medians() -> None:
    found = summary(results())
    assert found["cells"] == 2
    assert found["told"]["chi_square"]["ratio"]["median"] == (4_000 / 200 + 1_000_000 / 3_000) / 2
    assert found["blind"]["g"]["only_ours_rejects"] == 1
    assert found["blind_statistics_only"]["ratio"]["median"] == 1_000_000 / 1_000
    assert found["tv_passes"]["10000"] == 1.0


def test_a_row_of_the_table() -> None:
    cells = dict(zip(HEAD, row(results(), "sly"), strict=True))
    assert cells["battery"] == "1,000"
    assert cells["blind chi2"] == cells["K-S"] == ">1,000,000"
    assert cells["TV passes"] == "100%"
    lines = table([HEAD, row(results(), "plain"), row(results(), "sly")]).splitlines()
    assert len({len(line) for line in lines}) == 1
