"""The order of an interview's stages, and its clock, as the interviewer moves them. Pure.

lobby --> filter --> probe --> finished        only the interviewer moves it
"""

from __future__ import annotations

from sandbox.core import commands as cmd
from sandbox.core import events as ev
from sandbox.core.interview import Interview
from sandbox.core.refusal import NotAllowed

STAGES: tuple[ev.Stage, ...] = ("lobby", "filter", "probe", "finished")


def move(interview: Interview, stage: ev.Stage) -> list[ev.Event]:
    """Raises NotAllowed."""
    if stage == interview.stage:
        return []
    if interview.stage == "finished":
        raise NotAllowed("The interview is finished. Create a new one to go on.")
    if stage == "finished":
        return [ev.StageMoved(stage=stage)]
    if STAGES.index(stage) != STAGES.index(interview.stage) + 1:
        raise NotAllowed(
            f"From {interview.stage} the next stage is {STAGES[STAGES.index(interview.stage) + 1]}."
        )
    if not interview.consented:
        raise NotAllowed(
            "The candidate has not agreed to the recording yet. Ask them to press the button in the lobby."
        )
    return [ev.StageMoved(stage=stage)]


def turn_clock(interview: Interview, command: cmd.Clock) -> list[ev.Event]:
    """Raises NotAllowed."""
    if interview.stage not in ("filter", "probe"):
        raise NotAllowed("The clock runs during the filter and the probe.")
    match command.action:
        case "start":
            return [] if interview.clock.running else [ev.ClockStarted()]
        case "pause":
            return [ev.ClockPaused()] if interview.clock.running else []
        case "extend":
            minutes = command.minutes or 5
            if interview.clock.minutes + minutes > 480:
                raise NotAllowed("A stage can last eight hours at most.")
            return [ev.ClockExtended(minutes=minutes)]
