"""The product's own two callers, a session and a judgement, through the product's own policy."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

from harness.cli import main as judge
from isolation.broker.client import BrokerRuntime
from isolation.broker.policy import POLICY
from sandbox.adapters.sandboxes import LocalSandboxes
from sandbox.ports import Finished, Output, SandboxFault

from .conftest import HOLDING, PROJECT, brokered, runtime_by_name

CHALLENGE = PROJECT / "challenges" / "speculative-decoding"


@pytest.mark.parametrize("name", HOLDING)
async def test_a_session_is_opened_used_and_closed(name: str, tmp_path: Path) -> None:
    with brokered(runtime_by_name(name, tmp_path / "jails"), tmp_path / "m", POLICY) as path:
        runtime = BrokerRuntime(path)
        sandboxes = LocalSandboxes(
            runtime=runtime, challenges=PROJECT / "challenges", pairs=PROJECT / "pairs", state=runtime.root
        )
        workbench = await sandboxes.open("i", on_kernel=lambda _: None, visible=CHALLENGE.name)
        try:
            await workbench.write_files({"specdec.py": "x = 41\n"})
            items = [item async for item in workbench.execute("from specdec import x; print(x + 1)")]
        finally:
            await workbench.close()
        assert [item.text for item in items if isinstance(item, Output)] == ["42\n"]
        assert items[-1] == Finished(outcome="ok")
        assert await sandboxes.reap() == 0
        assert list(runtime.root.glob("session-*")) == []


@pytest.mark.embedded
async def test_a_broker_that_went_away_costs_a_restart(tmp_path: Path) -> None:
    inner = runtime_by_name("embedded", tmp_path / "jails")
    with brokered(inner, tmp_path / "m", POLICY) as path:
        runtime = BrokerRuntime(path)
        sandboxes = LocalSandboxes(
            runtime=runtime, challenges=PROJECT / "challenges", pairs=PROJECT / "pairs", state=runtime.root
        )
        workbench = await sandboxes.open("i", on_kernel=lambda _: None, visible=CHALLENGE.name)
    with pytest.raises(SandboxFault, match="No broker answers"):
        await workbench.restart()
    with brokered(inner, tmp_path / "m", POLICY):
        await workbench.restart()
        items = [item async for item in workbench.execute("print('back')")]
        await workbench.close()
        assert [item.text for item in items if isinstance(item, Output)] == ["back\n"]
        assert list(runtime.root.glob("session-*")) == []


@pytest.mark.parametrize("name", HOLDING)
def test_a_submission_is_judged(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that cannot be imported: the judge asks for jails, meets them, and is told why."""
    monkeypatch.setattr(tempfile, "tempdir", tempfile.tempdir)  # the command sets it
    submission = tmp_path / "specdec.py"
    submission.write_text("raise RuntimeError('from inside')\n")
    # The judge adds to it, and the path of a socket has room for 107 bytes.
    meeting = tempfile.TemporaryDirectory(prefix="m-", dir="/tmp")
    with (
        meeting as root,
        brokered(runtime_by_name(name, tmp_path / "jails"), Path(root) / "m", POLICY) as path,
    ):
        arguments = [
            "judge",
            str(submission),
            "--budget",
            "quick",
            "--seed",
            "1",
            "--json",
            str(tmp_path / "out"),
        ]
        assert judge([*arguments, "--runtime", "broker", "--broker", str(path)]) == 0
        runtime = BrokerRuntime(path)
        assert runtime.owned() == ()
        assert list(runtime.root.glob("probe-judge-*")) == []
    scorecard = json.loads((tmp_path / "out").read_text())
    assert scorecard["runtime"] == name
    (contract,) = [verdict for verdict in scorecard["verdicts"] if verdict["check"] == "contract"]
    assert "from inside" in json.dumps(contract)


def test_a_judge_that_is_not_told_where_the_broker_is_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "specdec.py").write_text("")
    assert judge(["judge", str(tmp_path / "specdec.py"), "--runtime", "broker"]) == 70
    assert "--broker" in capsys.readouterr().err
