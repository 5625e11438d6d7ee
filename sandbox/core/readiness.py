"""Whether the sandbox or the judge may be put to work now. Pure."""

from __future__ import annotations

from sandbox.core.interview import Interview
from sandbox.core.refusal import NotAllowed

MAX_RUNS = 2_000


def ready_to_run(interview: Interview) -> None:
    """Raises NotAllowed unless code may run now."""
    if interview.stage != "probe":
        raise NotAllowed("Code can be run during the probe. Wait until the interviewer starts it.")
    if interview.submission is not None:
        raise NotAllowed("You have submitted; the files are frozen and no more code is run.")
    if len(interview.work.runs) >= MAX_RUNS:
        raise NotAllowed(
            f"This interview has used up its {MAX_RUNS} runs. Go on without running, then submit."
        )


def ready_to_submit(interview: Interview) -> None:
    """Raises NotAllowed unless the files may be submitted now."""
    if interview.stage != "probe":
        raise NotAllowed("Submitting is part of the probe. Wait until the interviewer starts it.")
    if interview.submission is not None:
        raise NotAllowed("You have submitted already.")


def ready_to_judge(interview: Interview) -> None:
    """Raises NotAllowed unless an interviewer may ask for a verdict now: it says what is in the files."""
    if interview.focus.until is not None:
        raise NotAllowed("Nobody looks at the files during a focus block. Ask again when it is over.")
