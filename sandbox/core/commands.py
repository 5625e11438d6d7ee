"""What a browser can ask for: one closed model a command, parsed from a text frame with bounds. Pure."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import Field, TypeAdapter, ValidationError

from sandbox.core.events import Budget, Stage
from wire.base import Wire
from wire.challenge import Axis

MAX_NOTE = 10_000
"""Characters of a note or a reason."""
MAX_MESSAGE = 1_000
"""Characters of a message in the chat."""
MAX_FOCUS_MINUTES = 30


Rows = Annotated[int, Field(ge=2, le=200)]
Columns = Annotated[int, Field(ge=10, le=400)]


class Consent(Wire):
    name: Literal["consent"] = "consent"


class Run(Wire):
    name: Literal["run"] = "run"
    path: str = Field(max_length=64)
    line: int | None = Field(ge=1, le=1_000_000)
    """None: the whole file."""
    end: int | None = Field(default=None, ge=1, le=1_000_000)
    """None: the cell that holds ``line``; otherwise the lines from ``line`` to ``end``."""


class Interrupt(Wire):
    name: Literal["interrupt"] = "interrupt"


class Restart(Wire):
    name: Literal["restart"] = "restart"


class RunTests(Wire):
    name: Literal["tests"] = "tests"


class RunBench(Wire):
    name: Literal["bench"] = "bench"


class Complete(Wire):
    name: Literal["complete"] = "complete"
    code: str = Field(max_length=60_000)
    cursor: int = Field(ge=0, le=60_000)


class Inspect(Wire):
    name: Literal["inspect"] = "inspect"
    code: str = Field(max_length=60_000)
    cursor: int = Field(ge=0, le=60_000)


class TerminalOpen(Wire):
    name: Literal["terminal_open"] = "terminal_open"
    rows: Rows
    columns: Columns


class TerminalType(Wire):
    name: Literal["terminal_type"] = "terminal_type"
    text: str = Field(min_length=1, max_length=16_000)


class TerminalResize(Wire):
    name: Literal["terminal_resize"] = "terminal_resize"
    rows: Rows
    columns: Columns


class TerminalClose(Wire):
    name: Literal["terminal_close"] = "terminal_close"


class Submit(Wire):
    name: Literal["submit"] = "submit"


class Paste(Wire):
    """Something was pasted or dropped."""

    name: Literal["paste"] = "paste"
    where: str = Field(max_length=64)
    characters: int = Field(ge=0, le=10_000_000)
    text: str = Field(default="", max_length=8_000)
    """Its beginning."""


class InputMethod(Wire):
    """An input method or dictation put in text in bulk."""

    name: Literal["input_method"] = "input_method"
    where: str = Field(max_length=64)
    characters: int = Field(ge=0, le=10_000_000)


class Focus(Wire):
    name: Literal["focus"] = "focus"
    visible: bool


class MoveStage(Wire):
    name: Literal["move_stage"] = "move_stage"
    stage: Stage


class Clock(Wire):
    name: Literal["clock"] = "clock"
    action: Literal["start", "pause", "extend"]
    minutes: int | None = Field(default=None, ge=1, le=120)


class AddNote(Wire):
    name: Literal["add_note"] = "add_note"
    text: str = Field(min_length=1, max_length=MAX_NOTE)


class EditNote(Wire):
    name: Literal["edit_note"] = "edit_note"
    note: int
    text: str = Field(max_length=MAX_NOTE)


class Tick(Wire):
    name: Literal["tick"] = "tick"
    finding: str = Field(max_length=100)
    on: bool


class Mark(Wire):
    name: Literal["mark"] = "mark"
    axis: Axis
    score: int = Field(ge=0, le=5)
    reason: str = Field(max_length=MAX_NOTE)


class CoEdit(Wire):
    name: Literal["co_edit"] = "co_edit"
    on: bool


class AskFocusBlock(Wire):
    name: Literal["ask_focus_block"] = "ask_focus_block"
    minutes: int = Field(ge=1, le=MAX_FOCUS_MINUTES)


class FocusBlock(Wire):
    name: Literal["focus_block"] = "focus_block"
    minutes: int = Field(ge=1, le=MAX_FOCUS_MINUTES)


class EndFocusBlock(Wire):
    """Before its time; or take a wish for one back."""

    name: Literal["end_focus_block"] = "end_focus_block"


class Say(Wire):
    name: Literal["say"] = "say"
    text: str = Field(min_length=1, max_length=MAX_MESSAGE)


class JudgeNow(Wire):
    name: Literal["judge_now"] = "judge_now"
    budget: Budget = "quick"


Command = (
    Consent
    | Run
    | Interrupt
    | Restart
    | RunTests
    | RunBench
    | Complete
    | Inspect
    | TerminalOpen
    | TerminalType
    | TerminalResize
    | TerminalClose
    | Submit
    | Paste
    | InputMethod
    | Focus
    | CoEdit
    | AskFocusBlock
    | FocusBlock
    | EndFocusBlock
    | Say
    | MoveStage
    | Clock
    | AddNote
    | EditNote
    | Tick
    | Mark
    | JudgeNow
)

NAMES: frozenset[str] = frozenset(model.model_fields["name"].default for model in get_args(Command))
_COMMAND: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="name")])


class CommandFrame(Wire):
    """A text frame from the browser."""

    type: Literal["command"]
    id: int = Field(ge=0, le=2**53)
    name: str = Field(max_length=40)
    args: dict[str, Any] = Field(default_factory=dict)


class BadCommand(Exception):
    """The arguments do not fit. Safe to show."""


def parse_frame(text: str | bytes) -> CommandFrame:
    """Raises pydantic.ValidationError: the frame is not ours at all."""
    return CommandFrame.model_validate_json(text)


def parse_command(frame: CommandFrame) -> Command:
    """The command in a frame. Raises BadCommand."""
    if frame.name not in NAMES:
        raise BadCommand(f"There is no command {frame.name[:40]!r}.")
    if "name" in frame.args:
        raise BadCommand("name is not an argument.")
    try:
        return _COMMAND.validate_python({"name": frame.name, **frame.args})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or "arguments"
        raise BadCommand(f"{frame.name}: {where}: {first['msg']}.") from None
