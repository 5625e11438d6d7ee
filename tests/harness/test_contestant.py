"""Submissions in real processes: whatever they do is a value, in time, and the next trial goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.core.trial import Ended
from harness.oracle.session import Outcome
from harness.runner.contestant import Contestant, Deadlines, within_budget
from isolation.bare import BareRuntime
from pairs.analytic import Pair
from tests.harness.conftest import REFERENCE, SUBMISSIONS, trial
from tests.harness.submissions_order import DEEDS

DEADLINES = Deadlines(import_s=3.0, trial_s=2.0, frame_s=0.5, farewell_s=1.0)
LONGEST_S = DEADLINES.trial_s + 2 * DEADLINES.farewell_s + 0.5


@pytest.fixture(scope="module")
def misbehaving(runtime: BareRuntime, pair: Pair) -> Iterator[Contestant]:
    files = {"specdec.py": (SUBMISSIONS / "misbehaves.py").read_text()}
    with Contestant(files, {"small": pair}, runtime, deadlines=DEADLINES) as contestant:
        yield contestant


@pytest.mark.parametrize(
    ("deed", "ended", "note"),
    [
        ("raises", Ended.RAISED, "lines and a bell ? (line"),
        ("uses_a_wrong_shape", Ended.RAISED, "ValueError: input_ids has shape (2,); want (1, n)"),
        ("returns_nothing", Ended.BAD_RESULT, "generate returned a NoneType; want a torch.Tensor"),
        ("returns_a_vector", Ended.BAD_RESULT, "generate returned shape (2,); want (1, n)"),
        ("returns_floats", Ended.BAD_RESULT, "dtype torch.float32; want torch.int64"),
        ("returns_a_large_id", Ended.BAD_RESULT, "an id outside 0 to 63"),
        ("returns_a_flood", Ended.BAD_RESULT, "1000000 new tokens came back where max_new_tokens was 12"),
        ("returns_no_ids", Ended.BAD_RESULT, "a tensor without readable ids (NotImplementedError"),
        ("returns_later", Ended.BAD_RESULT, "generate returned a coroutine; want a torch.Tensor"),
        ("raises_what_cannot_be_told", Ended.RAISED, "raises another one when it is asked for its text"),
        ("exits_with_what_cannot_be_told", Ended.RAISED, "raises another one when it is asked for its text"),
        ("raises_a_deep_group", Ended.RAISED, "ExceptionGroup:  (1 sub-exception) (line"),
        ("closes_every_descriptor", Ended.DIED, "exit code 1"),
        ("returns_another_prompt", Ended.BAD_RESULT, "do not begin with the prompt"),
        ("exits", Ended.RAISED, "the submission called sys.exit(0)"),
        ("exits_hard", Ended.DIED, "exit code 0"),
        ("kills_itself", Ended.DIED, "killed by SIGKILL"),
        ("loops", Ended.TIMED_OUT, "no result after 2 s"),
        ("floods_its_output", Ended.RETURNED, ""),
        ("kills_its_parent", Ended.DIED, "the process that holds the submission is gone"),
        ("writes_garbage_everywhere", Ended.PROTOCOL, "a frame of 4294967295 bytes"),
        ("begins_a_frame", Ended.PROTOCOL, "was begun and not finished"),
        ("asks_twice_at_once", Ended.PROTOCOL, "a second request before the first was answered"),
        ("asks_with_the_drafts_cache", Ended.PROTOCOL, "a handle of the other model"),
        ("says_it_is_done_twice", Ended.RETURNED, ""),
        ("leaves_a_process", Ended.RETURNED, ""),
        ("hangs_after_the_result", Ended.RETURNED, ""),
    ],
)
def test_a_deed_becomes_a_value_and_the_next_trial_goes_on(
    misbehaving: Contestant, deed: str, ended: Ended, note: str
) -> None:
    assert misbehaving.play(trial(DEEDS.index("right"), 3)).ended is Ended.RETURNED
    began = time.monotonic()
    run = misbehaving.play(trial(DEEDS.index(deed), 3))
    assert time.monotonic() - began < LONGEST_S
    assert run.ended is ended
    assert note in run.note
    assert run.note.isprintable()
    assert misbehaving.play(trial(DEEDS.index("right"), 3)).ended is Ended.RETURNED


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (
            "import torch\n\nx = foo\n",
            "specdec.py could not be imported: NameError: name 'foo' is not defined (line 3)",
        ),
        ("def generate(:\n", "specdec.py could not be imported: SyntaxError: invalid syntax (line 1)"),
        ("x = 1\n", "specdec.py defines no function `generate`"),
        ("generate = 3\n", "`generate` in specdec.py is a int, not a function"),
        ("def generate(target, draft): pass\n", "generate has the wrong signature"),
        (
            "import sys\nsys.exit(0)\n",
            "specdec.py could not be imported: the submission called sys.exit(0) (line 2)",
        ),
        ("import os\nos._exit(0)\n", "the process ended before the import did"),
        ("while True: pass\n", "no end after 3 s"),
    ],
)
def test_an_import_that_fails_is_every_trials_result(
    runtime: BareRuntime, pair: Pair, text: str, note: str
) -> None:
    with Contestant({"specdec.py": text}, {"small": pair}, runtime, deadlines=DEADLINES) as contestant:
        first, second = contestant.play(trial()), contestant.play(trial())
    assert first.ended is Ended.NOT_IMPORTED
    assert note in first.note
    assert (second.ended, second.note) == (first.ended, first.note)


def test_a_right_submission_returns_its_tokens_and_leaves_a_ledger(runtime: BareRuntime, pair: Pair) -> None:
    files = {"specdec.py": REFERENCE.read_text()}
    with Contestant(files, {"small": pair}, runtime) as contestant:
        run = contestant.play(trial(1, 2, 3))
    assert run.ended is Ended.RETURNED
    assert len(run.tokens) == 12
    first, *_ = [call for call in run.calls if call.model == "target"]
    assert first.path[:3] == (1, 2, 3)
    assert first.fed == 3 + 4


def test_nothing_is_left_behind(runtime: BareRuntime, pair: Pair) -> None:
    files = {"specdec.py": (SUBMISSIONS / "misbehaves.py").read_text()}
    others = runtime.owned()
    with Contestant(files, {"small": pair}, runtime, deadlines=DEADLINES) as contestant:
        contestant.play(trial(DEEDS.index("leaves_a_process"), 3))
        folder = contestant.folder
    assert not folder.exists()
    assert runtime.owned() == others
    marker = str(folder).encode()
    assert not [
        entry for entry in Path("/proc").iterdir() if entry.name.isdecimal() and marker in _arguments(entry)
    ]


def _arguments(entry: Path) -> bytes:
    try:
        return (entry / "cmdline").read_bytes()
    except OSError:
        return b""


def test_code_that_ignores_its_generator_has_fresh_randomness_in_every_trial(
    runtime: BareRuntime, pair: Pair
) -> None:
    text = """
import random
import numpy as np
import torch

def generate(target, draft, input_ids, *, generator, **settings):
    drawn = [
        torch.randint(64, (8,)),
        torch.randint(64, (8,), generator=generator),
        torch.tensor([random.randrange(64) for _ in range(8)]),
        torch.from_numpy(np.random.randint(64, size=8)),
    ]
    return torch.cat([input_ids, torch.cat(drawn)[None]], dim=1)
"""
    with Contestant({"specdec.py": text}, {"small": pair}, runtime) as contestant:
        runs = [contestant.play(trial(seed=seed)) for seed in (1, 2, 1)]
    assert runs[0].tokens == runs[2].tokens
    draws = {run.tokens[start : start + 8] for run in runs[:2] for start in range(0, 32, 8)}
    assert len(draws) == 8


BURNS = """
import os
import time

def burn():
    while time.process_time() < 0.8:
        pass

{at_import}

def generate(target, draft, input_ids, **settings):
    {at_call}
    return input_ids
"""


@pytest.mark.parametrize(
    ("at_import", "at_call", "ended"),
    [
        ("", "burn()", Ended.LIMIT),
        ("burn()", "", Ended.LIMIT),
        ("", "os.wait() if os.fork() else os._exit(burn() or 0)", Ended.LIMIT),
        ("", "", Ended.RETURNED),
    ],
)
def test_cpu_is_measured_from_outside_and_has_a_budget(
    runtime: BareRuntime,
    pair: Pair,
    monkeypatch: pytest.MonkeyPatch,
    at_import: str,
    at_call: str,
    ended: Ended,
) -> None:
    monkeypatch.setattr("harness.runner.contestant.CPU_S", 0.4)
    monkeypatch.setattr("harness.runner.contestant.CPU_S_A_TOKEN", 0.0)
    files = {"specdec.py": BURNS.format(at_import=at_import, at_call=at_call)}
    with Contestant(files, {"small": pair}, runtime, deadlines=Deadlines(trial_s=60.0)) as contestant:
        runs = [contestant.play(trial()), contestant.play(trial())]
    for run in runs:
        assert run.ended is ended
        assert run.cpu_s is not None
        assert (run.cpu_s > 0.7) == (ended is Ended.LIMIT)
        assert ("s of CPU for 12 tokens; 0.4 s are allowed" in run.note) == (ended is Ended.LIMIT)


def test_cpu_that_cannot_be_measured_is_within_the_budget() -> None:
    returned = Outcome(Ended.RETURNED, (1,))
    assert within_budget(returned, None, trial()) is returned
    assert within_budget(returned, 2.5, trial()) is returned
    assert within_budget(returned, 2.7, trial()).ended is Ended.LIMIT
    raised = Outcome(Ended.RAISED)
    assert within_budget(raised, 9.0, trial()) is raised
