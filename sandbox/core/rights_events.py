"""What candidates can ask for afterwards, and what people answer.

Part of the closed union in `sandbox.core.events`. Who did it and when stand beside each, in its `Entry`.
"""

from __future__ import annotations

from typing import Literal

from wire.base import Wire


class Contested(Wire):
    """The candidate asks for a person to look at the decision again."""

    kind: Literal["contested"] = "contested"
    text: str


class ContestAnswered(Wire):
    """A named person's answer to the open contest."""

    kind: Literal["contest-answered"] = "contest-answered"
    name: str
    text: str


class DeletionAsked(Wire):
    """The candidate asks for everything about this interview to be deleted; the host confirms."""

    kind: Literal["deletion-asked"] = "deletion-asked"
    reason: str


RightsEvent = Contested | ContestAnswered | DeletionAsked
