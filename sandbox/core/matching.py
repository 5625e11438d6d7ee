"""Which finding a review comment may support, by terms that the author of the challenge lists. Pure.

Deliberately plain: whoever reads the report can see which words matched and search for them. It suggests
where to look and never scores; a comment that says it in other words is the interviewer's to find.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from sandbox.core.events import Comment
from wire.base import Wire
from wire.challenge import Finding, Rubric

MOST_FOR_A_FINDING = 5
AROUND = 60
"""Characters of the text that are shown before and after a match."""


class Support(Wire):
    """A place in the review where a finding's term stands."""

    line: int | None
    """Of the exhibit; None for the summary."""
    term: str
    before: str
    match: str
    after: str


class Supported(Wire):
    finding: str
    places: tuple[Support, ...]


def supported(rubric: Rubric, comments: Sequence[Comment], summary: str) -> tuple[Supported, ...]:
    """Findings for which there is a place, in the rubric's order. Red flags are heard, not read."""
    texts = [(comment.line, comment.text) for comment in comments] + [(None, summary)]
    found = (
        Supported(finding=finding.id, places=_places(finding, texts))
        for finding in rubric.findings
        if not finding.red_flag
    )
    return tuple(one for one in found if one.places)


def _places(finding: Finding, texts: Sequence[tuple[int | None, str]]) -> tuple[Support, ...]:
    """One place a text at most: the finding's first term that stands in it."""
    places: list[Support] = []
    for line, text in texts:
        for term in finding.terms:
            if (match := _pattern(term).search(text)) is not None:
                places.append(
                    Support(
                        line=line,
                        term=term,
                        before=text[max(0, match.start() - AROUND) : match.start()],
                        match=match.group(),
                        after=text[match.end() : match.end() + AROUND],
                    )
                )
                break
        if len(places) == MOST_FOR_A_FINDING:
            break
    return tuple(places)


@lru_cache(maxsize=1_000)
def _pattern(term: str) -> re.Pattern[str]:
    """Whole words in any case; a star at the end of a word stands for its endings, blanks for any blanks."""
    words = [
        re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "") for word in term.split()
    ]
    phrase = r"[\s-]+".join(words)
    return re.compile(rf"(?<!\w){phrase}(?!\w)", re.IGNORECASE)
