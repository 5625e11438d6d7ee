"""A scorecard for a terminal, as a person reads it."""

from __future__ import annotations

from harness.table import table
from wire.scorecard import Measurement, Score, Scorecard, Status, SubmissionRef, Verdict

CARD = Scorecard(
    submission=SubmissionRef(sha256="ab" * 32, files=("specdec.py",)),
    challenge="speculative-decoding",
    challenge_version=1,
    seed=7,
    seed_commitment="cd" * 32,
    budget="quick",
    runtime="docker",
    versions={},
    verdicts=(
        Verdict(check="contract", status=Status.PASS, summary="The interface was kept in all 4 runs."),
        Verdict(
            check="law",
            status=Status.FAIL,
            summary="Sampled text does not follow the target.",
            diagnosis="After a rejection the target is drawn from.\nNot sure.",
            measurements=(
                Measurement(name="tokens", value=1200, low=1200, high=1200, unit="", n=1200),
                Measurement(name="speed-up", value=1.5, low=1.25, high=1.75, unit="x", n=10),
            ),
        ),
        Verdict(check="speed", status=Status.NOT_RUN, summary="Not run: time ran out."),
    ),
    score=Score(axis="research", suggested=2, because=("The law is broken.",)),
    wall_s=3.25,
)


def test_the_table_has_every_verdict_figure_and_reason() -> None:
    assert table(CARD).splitlines() == [
        "speculative-decoding (version 1), quick budget",
        "submission abababababababab, seed 7, runtime docker",
        "",
        "  pass  contract      The interface was kept in all 4 runs.",
        "  FAIL  law           Sampled text does not follow the target.",
        "                      After a rejection the target is drawn from.",
        "                      Not sure.",
        "                      tokens: 1200",
        "                      speed-up: 1.5 x (1.25 to 1.75, n = 10)",
        "     -  speed         Not run: time ran out.",
        "",
        "suggested research score: 2 of 5",
        "  - The law is broken.",
        "judged in 3.2 s",
    ]
