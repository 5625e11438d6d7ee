"""Which outages begin or end with what a room sees. Pure; `core.outage` says what they give back."""

from __future__ import annotations

from sandbox.core import events as ev
from sandbox.core.interview import Interview
from sandbox.core.live import Live
from sandbox.core.outage import is_open
from sandbox.core.room_events import OutageBegan, OutageCause, OutageEnded

ENDED_BY_COMING: tuple[OutageCause, ...] = ("server", "connection")


def of_server(interview: Interview, since_ms: int) -> list[ev.Event]:
    """The server that held the room ended, while the candidate was at work in it or not."""
    at_work = interview.under_way and "candidate" in interview.here
    return [OutageBegan(cause="server", began=since_ms)] if at_work else []


def of_sandbox(interview: Interview, live: Live, *, kernel_lost: bool, now_ms: int) -> list[ev.Event]:
    """Whether the sandbox can be used; a kernel that the candidate's own code ended is no outage."""
    present = live.tabs.get("candidate", 0) > 0
    needed = interview.under_way and interview.stage == "probe"
    gone = live.sandbox in ("failed", "starting") or (live.sandbox == "ready" and kernel_lost)
    known = is_open(interview.outages, "sandbox")
    if needed and gone and present and not known:
        return [OutageBegan(cause="sandbox", began=now_ms)]
    if known and not (needed and gone):
        return [OutageEnded(cause="sandbox")]
    return []


def over(interview: Interview) -> list[ev.Event]:
    """What ends with the candidate's coming."""
    return [OutageEnded(cause=cause) for cause in ENDED_BY_COMING if is_open(interview.outages, cause)]
