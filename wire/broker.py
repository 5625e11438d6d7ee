"""What may be asked of the broker, and what it answers: a closed set, one answer to each request.

Errors are values: `Refused` is the allow-list's word, `Failed` that of the machinery below it. Nothing here
names an image, a user, a mount's source or a privilege: the broker has its own, and no request reaches them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from wire.base import Wire

JailName = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
FolderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}$")]
"""One step of a path. It cannot be `.` or `..`, and holds no slash."""
Variable = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]
Value = Annotated[str, Field(max_length=1_024, pattern=r"^[\x20-\x7e]*$")]
Word = Annotated[str, Field(max_length=32_768, pattern=r"^[^\x00]*$")]


class Describe(Wire):
    """Ask for `Described`."""

    do: Literal["describe"] = "describe"


DeviceId = Annotated[str, Field(pattern=r"^(GPU|MIG)-[A-Za-z0-9/-]{1,80}$")]
"""What a GPU, or a slice of one, is called by its driver."""


class LimitsAsked(Wire):
    memory_bytes: int = Field(gt=0, lt=1 << 48)
    cpus: float = Field(gt=0)
    pids: int = Field(gt=0, lt=1 << 32)
    disk_bytes: int = Field(gt=0, lt=1 << 48)


class Shown(Wire):
    """A place inside, and what the broker has to know to find what belongs there."""

    target: Annotated[str, Field(max_length=200)]
    names: Annotated[tuple[FolderName, ...], Field(max_length=2)] = ()
    """A challenge's slug, or the steps from the meeting root to a folder; empty for a fixed file of ours."""


class Start(Wire):
    """Start a jail. Answered by `Done`. The connection that asked stays open: it is the jail's lifeline."""

    do: Literal["start"] = "start"
    name: JailName
    kind: Literal["session", "contestant"]
    argv: Annotated[tuple[Word, ...], Field(min_length=1, max_length=32)]
    env: Annotated[dict[Variable, Value], Field(max_length=32)]
    limits: LimitsAsked
    shown: Annotated[tuple[Shown, ...], Field(max_length=40)] = ()
    meeting: Annotated[tuple[FolderName, ...], Field(max_length=2)] = ()
    """The socket folder, in steps from the meeting root; empty for none."""
    device: DeviceId | None = None


class Devices(Wire):
    """Answered by `Inventory`."""

    do: Literal["devices"] = "devices"


class Poll(Wire):
    """Answered by `Ended`."""

    do: Literal["poll"] = "poll"
    name: JailName


class Wait(Wire):
    """Answered by `Ended`, after `timeout_s` at the latest; the jail is killed then."""

    do: Literal["wait"] = "wait"
    name: JailName
    timeout_s: float = Field(ge=0, le=7_200)


class Output(Wire):
    """Answered by `Said`."""

    do: Literal["output"] = "output"
    name: JailName


class Use(Wire):
    """Answered by `Used`."""

    do: Literal["use"] = "use"
    name: JailName


class Seal(Wire):
    """Answered by `Done`."""

    do: Literal["seal"] = "seal"
    name: JailName


class Stop(Wire):
    """Answered by `Done`."""

    do: Literal["stop"] = "stop"
    name: JailName


class Reap(Wire):
    """Answered by `Done`, also for a jail that is not there."""

    do: Literal["reap"] = "reap"
    name: JailName


class Owned(Wire):
    """Answered by `Names`: the jails of this client, and of no other."""

    do: Literal["owned"] = "owned"


Request = Describe | Devices | Start | Poll | Wait | Output | Use | Seal | Stop | Reap | Owned


class Described(Wire):
    answer: Literal["described"] = "described"
    runtime: Literal["docker", "embedded", "none"]
    identity: str
    caveats: tuple[str, ...]
    unpromised: tuple[str, ...]
    root: str
    """The meeting root: where a client makes the folders that jails are to be shown."""


class DeviceRead(Wire):
    """The fields of `isolation.contract.Device`."""

    id: DeviceId
    name: Annotated[str, Field(max_length=200)]
    memory_bytes: int = Field(ge=0)
    used_bytes: int = Field(ge=0)


class Inventory(Wire):
    answer: Literal["inventory"] = "inventory"
    devices: Annotated[tuple[DeviceRead, ...], Field(max_length=256)]


class Done(Wire):
    answer: Literal["done"] = "done"


class ExitSeen(Wire):
    ending: Literal["exited", "signalled", "timed_out", "out_of_memory"]
    code: int | None


class Ended(Wire):
    answer: Literal["ended"] = "ended"
    exit: ExitSeen | None
    """None while it runs."""


class Said(Wire):
    answer: Literal["said"] = "said"
    base64: Annotated[str, Field(max_length=128 * 1024, pattern=r"^[A-Za-z0-9+/]*={0,2}$")]


class Used(Wire):
    answer: Literal["used"] = "used"
    figures: dict[str, int | float | None]
    """The fields of `isolation.contract.Usage`."""


class Names(Wire):
    answer: Literal["names"] = "names"
    names: tuple[JailName, ...]


class Refused(Wire):
    """The request is outside what the broker allows."""

    answer: Literal["refused"] = "refused"
    reason: str


class Failed(Wire):
    """The request is allowed, and could not be done."""

    answer: Literal["failed"] = "failed"
    reason: str


Answer = Described | Inventory | Done | Ended | Said | Used | Names | Refused | Failed

REQUEST: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="do")])
ANSWER: TypeAdapter[Answer] = TypeAdapter(Annotated[Answer, Field(discriminator="answer")])
