"""Has each submission of the cohort judged once, by the judge itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from sandbox.ports import Judge, Unreadable
from tests.cohort.people import Person
from tests.cohort.script import Judged
from tests.zoo.zoo import HERE, KINDS, read
from wire.scorecard import Progress

SEED = 20_260
"""Of the first file; the next has the next."""


def submission(name: str) -> dict[str, str]:
    """A specimen's files as a candidate would have written them: without the lines that say what it is."""
    path = next(path for kind in KINDS if (path := HERE / kind / f"{name}.py").is_file())
    specimen = read(path)
    entry = specimen.files["specdec.py"].splitlines(keepends=True)
    header = next((at for at, line in enumerate(entry) if not line.startswith("# ")), 0)
    return specimen.files | {"specdec.py": "".join(entry[header:]).lstrip("\n")}


async def judge_each(
    people: Sequence[Person],
    submissions: Mapping[str, dict[str, str]],
    starter: Mapping[str, str],
    judge: Judge,
    *,
    challenge: str,
    say: Callable[[str], None],
) -> dict[str, Judged]:
    """A verdict for each file that somebody submits. Raises JudgeFault; ``say`` is told how far it is."""
    uses = Counter(one.specimen for one in people)
    judged = dict[str, Judged]()
    for number, (name, count) in enumerate(sorted(uses.items()), start=1):
        told = f"judging {number} of {len(uses)}, {name}"
        say(told)

        def progress(one: Progress, told: str = told) -> None:
            say(f"{told}: {one.check} {one.done}/{one.of}")

        card = await judge.judge(
            {**starter, **submissions[name]},
            challenge=challenge,
            seed=SEED + number,
            budget="quick",
            on_progress=progress,
        )
        if isinstance(card, Unreadable):
            raise ValueError(f"{name} is no submission: {card.reason}")
        judged[name] = Judged(scorecard=card, shared_by=count)
    return judged
