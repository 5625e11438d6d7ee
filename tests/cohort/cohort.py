"""Makes a cohort of synthetic interviews, or nothing where there is one."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from sandbox.app import Store
from sandbox.ports import Judge
from tests.cohort.judged import judge_each, submission
from tests.cohort.people import Person, person
from tests.cohort.script import Props, interview_log, visible_tests

DAY_US = 24 * 3_600 * 1_000_000
NEWEST_DAYS = 2
"""How many days ago the last interview was."""


def has_cohort(store: Store) -> bool:
    """Raises StorageFault."""
    return any(one.synthetic for one in store.interviews.list())


async def make_cohort(
    store: Store, judge: Judge | None, *, count: int, now_us: int, say: Callable[[str], None]
) -> int:
    """How many were made: all, or none where there are some. Raises JudgeFault and StorageFault."""
    if has_cohort(store):
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
        began = _began(one, now_us, newer=count - 1 - at)
        store.log.create(interview, interview_log(one, props, interview=interview, at_us=began))
        store.log.pack(interview)
    return count


def _began(person: Person, now_us: int, *, newer: int) -> int:
    """In working hours, two interviews in three days. ``newer``: how many come after it."""
    day = now_us // DAY_US - NEWEST_DAYS - newer * 3 // 2
    return round((day + person.random("hour").uniform(8, 15) / 24) * DAY_US)
