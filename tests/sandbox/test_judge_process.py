"""The judge as a process: what its exit codes mean, and that nothing of it is left behind."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sandbox.adapters.judge import ProcessJudge
from sandbox.adapters.memory import MemoryJudge
from sandbox.ports import JudgeFault, Unreadable
from sandbox.store.records import Records
from wire.scorecard import Progress, Scorecard

FAKE = """
import json, os, pathlib, subprocess, sys, time
arguments = sys.argv[1:]
assert arguments[0] == "judge"
out = arguments[arguments.index("--json") + 1]
code = pathlib.Path(arguments[1], "specdec.py").read_text()
record = pathlib.Path(arguments.pop())
assert arguments.pop() == "--record"
print(json.dumps({"check": "law", "done": 1, "of": 2, "note": " ".join(arguments[4:])}), flush=True)
print("no progress at all", flush=True)
print("x" * 200_000, flush=True)
if code == "hang":
    child = subprocess.Popen(["sleep", "1000"])
    pathlib.Path(os.environ["CHILD"]).write_text(str(child.pid))
    time.sleep(1000)
if code.startswith("exit"):
    print("first line\\nspecdec.py cannot be read", file=sys.stderr)
    sys.exit(int(code.split()[1]))
pathlib.Path(out).write_text(code)
if "no record" not in code:
    record.write_bytes(b"as the judge wrote it")
"""


def make(tmp_path: Path, timeout_s: float = 30) -> ProcessJudge:
    fake = tmp_path / "fake.py"
    fake.write_text(FAKE)
    return ProcessJudge(
        challenges=tmp_path / "challenges",
        runtime="none",
        home=tmp_path,
        records=Records(tmp_path),
        command=(sys.executable, str(fake)),
        timeout_s={"quick": timeout_s, "full": timeout_s},
    )


async def judge(judge: ProcessJudge, code: str, progress: list[Progress] | None = None) -> Any:
    return await judge.judge(
        {"specdec.py": code},
        challenge="speculative-decoding",
        seed=7,
        budget="quick",
        on_progress=(progress if progress is not None else []).append,
    )


async def test_a_scorecard_comes_back_with_progress_on_the_way(tmp_path: Path) -> None:
    made = await MemoryJudge().judge(
        {"a.py": ""}, challenge="a", seed=1, budget="quick", on_progress=lambda _: None
    )
    assert isinstance(made, Scorecard)
    progress: list[Progress] = []
    assert await judge(make(tmp_path), made.model_dump_json(), progress) == made
    assert len(progress) == 1
    assert progress[0].note == (
        "--budget quick --seed 7 --runtime none --progress "
        f"--challenge {tmp_path / 'challenges' / 'speculative-decoding'}"
    )


async def test_the_record_is_kept_and_a_verdict_stands_without_it(tmp_path: Path) -> None:
    made = await MemoryJudge().judge(
        {"a.py": ""}, challenge="a", seed=1, budget="quick", on_progress=lambda _: None
    )
    assert isinstance(made, Scorecard)
    named = made.model_copy(update={"record_sha256": "5" * 64})
    assert await judge(make(tmp_path), named.model_dump_json()) == named
    kept = Records(tmp_path).find("5" * 64)
    assert kept is not None
    assert kept.read_bytes() == b"as the judge wrote it"
    without = named.model_copy(update={"record_sha256": "6" * 64, "challenge": "no record"})
    assert await judge(make(tmp_path), without.model_dump_json()) == without
    assert Records(tmp_path).find("6" * 64) is None


async def test_an_unreadable_submission_is_the_candidates_and_a_value(tmp_path: Path) -> None:
    assert await judge(make(tmp_path), "exit 65") == Unreadable(reason="first line specdec.py cannot be read")


@pytest.mark.parametrize("code", ["exit 64", "exit 70", "exit 1", "{}", ""])
async def test_everything_else_is_ours_and_a_fault_with_words(tmp_path: Path, code: str) -> None:
    with pytest.raises(JudgeFault, match="judge"):
        await judge(make(tmp_path), code)


async def test_past_its_time_it_is_killed_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child"
    monkeypatch.setenv("CHILD", str(child))
    with pytest.raises(JudgeFault, match="stopped"):
        await judge(make(tmp_path, timeout_s=2), "hang")
    await asyncio.to_thread(wait_until_gone, int(child.read_text()))


def wait_until_gone(pid: int) -> None:
    """Wait until a process has ended; one that is dead and that nobody reaps has, too."""
    status = Path(f"/proc/{pid}/status")
    deadline = time.monotonic() + 10
    while status.exists() and "zombie" not in status.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)


async def test_a_judge_that_cannot_be_started_is_a_fault(tmp_path: Path) -> None:
    broken = ProcessJudge(
        challenges=tmp_path,
        runtime="none",
        home=tmp_path,
        records=Records(tmp_path),
        command=(str(tmp_path / "none"),),
    )
    with pytest.raises(JudgeFault, match="could not be started"):
        await judge(broken, "")
