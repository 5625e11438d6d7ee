"""The example on the judge's page does what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from isolation.bare import BareRuntime
from tests.harness.conftest import REFERENCE

ROOT = Path(__file__).resolve().parents[2]


def test_the_example_judges_a_file_and_verifies_the_verdict(
    tmp_path: Path, runtime: BareRuntime, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [example] = re.findall(r"```python\n(.*?)```", (ROOT / "docs/judge.md").read_text(), flags=re.DOTALL)
    (tmp_path / "specdec.py").write_text(REFERENCE.read_text())
    (tmp_path / "challenges").symlink_to(ROOT / "challenges")
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "docs/judge.md", "exec"), {})
    score, verified = capsys.readouterr().out.splitlines()
    assert re.match(r"[0-5] \{'contract': 'pass', .*'law': 'pass'", score)
    assert verified == "True"
