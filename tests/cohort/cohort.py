"""Makes a cohort of synthetic interviews, or nothing where there is one."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from sandbox.app import Store
from sandbox.ports import Judge
from tests.cohort.judged import judge_each, submission
from tests.cohort.people import person
from tests.cohort.script import Props, interview_log, visible_tests

BETWEEN_US = 37 * 3_600 * 1_000_000
"""From one interview to the next: some days have none, and not all begin at the same hour."""
ENDED_US = 26 * 3_600 * 1_000_000
"""How long ago the last one began."""


async def make_cohort(
    store: Store, judge: Judge | None, *, count: int, now_us: int, say: Callable[[str], None]
) -> int:
    """How many were made: all, or none where there are some. Raises JudgeFault and StorageFault."""
    if any(one.synthetic for one in store.interviews.list()):
        return 0
    catalogue = store.catalogue
    people = [
        person(number, catalogue.filter.rubric, catalogue.probe.rubric) for number in range(1, count + 1)
    ]
    submissions = {one.specimen: submission(one.specimen) for one in people}
    slug = catalogue.probe.challenge.slug
    judged = (
        {}
        if judge is None
        else await judge_each(people, submissions, catalogue.starter, judge, challenge=slug, say=say)
    )
    props = Props(
        catalogue=catalogue,
        tests=visible_tests(catalogue.probe.path),
        submissions=submissions,
        judged=judged,
    )
    for at, one in enumerate(people):
        say(f"writing interview {at + 1} of {count}")
        interview = secrets.token_hex(6)
        began = now_us - ENDED_US - (count - 1 - at) * BETWEEN_US
        store.log.create(interview, interview_log(one, props, interview=interview, at_us=began))
        store.log.pack(interview)
    return count
