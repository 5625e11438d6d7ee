"""The visible tests and the bench, run as the sandbox runs them: another Python, in the workspace."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

REPO = Path(__file__).parents[2]
PROBE = REPO / "challenges" / "speculative-decoding"
SOLUTIONS = Path(__file__).parent / "solutions"
CANDIDATE_PYTHON = Path(os.environ.get("PROBE_CANDIDATE_PYTHON", REPO / ".candidate-env" / "bin" / "python"))

pytestmark = pytest.mark.skipif(
    not CANDIDATE_PYTHON.exists(),
    reason=f"no candidate environment at {CANDIDATE_PYTHON}; set PROBE_CANDIDATE_PYTHON or install it",
)


@dataclass(frozen=True)
class Output:
    """The parsed lines of one tool."""

    lines: tuple[dict[str, Any], ...]

    @property
    def cases(self) -> dict[str, dict[str, Any]]:
        return {line["name"]: line for line in self.lines if line["event"] == "case"}

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == "row"]

    @property
    def strips(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == "strip"]

    @property
    def collected(self) -> int:
        return next(line["total"] for line in self.lines if line["event"] == "collected")

    @property
    def error(self) -> str:
        """Of the last line, which must be the only one to say finished."""
        assert [line["event"] for line in self.lines].count("finished") == 1
        assert self.lines[-1]["event"] == "finished"
        return str(self.lines[-1]["error"])

    def outcome(self, name: str) -> str:
        return str(self.cases[name]["outcome"])

    def message(self, name: str) -> str:
        return str(self.cases[name]["message"])


Tool = Callable[..., Output]


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Tool:
    """Runs a tool over a file of solutions/ in a workspace of its own; the same run is done once."""

    @cache
    def run(name: str, solution: str) -> Output:
        workspace = tmp_path_factory.mktemp("workspace")
        shutil.copy(SOLUTIONS / solution, workspace / "specdec.py")
        return run_tool(name, workspace)

    return run


def run_tool(name: str, workspace: Path) -> Output:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{PROBE / 'visible'}:{REPO}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [CANDIDATE_PYTHON, "-m", "probe_tools", name],
        cwd=workspace,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,  # one pipe for both, as in the sandbox
        text=True,
        timeout=150,
        check=False,
    )
    return Output(tuple(json.loads(line) for line in done.stdout.splitlines()))


def test_a_right_solution_passes_every_visible_test(tool: Tool) -> None:
    output = tool("tests", "right.py")
    assert {name for name, case in output.cases.items() if case["outcome"] != "passed"} == set()
    assert output.collected == len(output.cases) >= 10
    assert output.error == ""


def test_a_failed_case_shows_its_assertion_and_what_the_code_printed(tool: Tool) -> None:
    greedy = tool("tests", "draft_only.py").cases["test_greedy_is_the_targets_own_text"]
    assert greedy["assertion"].startswith("assert not wrong, (")
    assert greedy["assertion"].endswith(")")
    assert (greedy["file"], greedy["line"]) == ("", None)
    raised = tool("tests", "raises.py").cases["test_prompt_comes_first"]
    assert (raised["file"], raised["assertion"]) == ("specdec.py", "")
    assert raised["line"] >= 1
    talkative = tool("tests", "talkative.py").cases["test_prompt_comes_first"]
    assert 0 < len(talkative["output"]) < 2_100


def test_every_case_has_a_title_for_people(tool: Tool) -> None:
    for case in tool("tests", "right.py").cases.values():
        assert " " in case["title"]
        assert not case["title"].startswith("test_")


def test_a_missing_bonus_token_is_no_mistake_here(tool: Tool) -> None:
    output = tool("tests", "no_bonus.py")
    assert {case["outcome"] for case in output.cases.values()} == {"passed"}


def test_the_starter_runs_and_lacks_only_speed(tmp_path: Path) -> None:
    shutil.copy(PROBE / "starter" / "specdec.py", tmp_path)
    output = run_tool("tests", tmp_path)
    failed = {name for name, case in output.cases.items() if case["outcome"] != "passed"}
    assert failed == {"test_fewer_target_calls_than_tokens"}
    assert "64 target calls for 64 new tokens" in output.message(*failed)


def test_the_drafts_own_text_is_noticed(tool: Tool) -> None:
    output = tool("tests", "draft_only.py")
    assert output.outcome("test_first_token_frequencies") == "failed"
    assert "total variation" in output.message("test_first_token_frequencies")
    assert output.outcome("test_greedy_is_the_targets_own_text") == "failed"
    assert output.outcome("test_stops_at_eos") == "failed"


def test_a_wrong_shape_is_named_beside_the_right_one(tool: Tool) -> None:
    output = tool("tests", "wrong_shape.py")
    assert output.message("test_returns_one_row_of_ids") == (
        "got a tensor of shape (8,), torch.int64; want shape (1, prompt + new)"
    )


def test_an_exception_is_told_with_its_line(tool: Tool) -> None:
    output = tool("tests", "raises.py")
    assert {case["outcome"] for case in output.cases.values()} == {"error"}
    assert output.message("test_one_token_prompt").startswith("IndexError: ")
    assert output.message("test_one_token_prompt").endswith("(specdec.py line 6)")


def test_a_loop_that_swallows_exceptions_costs_its_own_case_only(tool: Tool) -> None:
    output = tool("tests", "never_returns.py")
    assert output.outcome("test_more_draft_tokens_than_room") == "error"
    assert "took more than" in output.message("test_more_draft_tokens_than_room")
    assert output.outcome("test_one_token_prompt") == "passed"
    assert len(output.cases) == output.collected
    assert output.error == ""


@pytest.mark.parametrize("name", ["tests", "bench"])
def test_an_import_error_is_the_one_thing_said(tool: Tool, name: str) -> None:
    output = tool(name, "import_error.py")
    assert output.error == (
        "specdec.py can't be imported: NameError: name 'undefined_name' is not defined (specdec.py line 3)"
    )


def test_a_syntax_error_is_told_with_its_line(tool: Tool) -> None:
    assert tool("tests", "syntax_error.txt").error == (
        "specdec.py can't be imported: SyntaxError: expected ':' (specdec.py line 1)"
    )


def test_an_empty_workspace_says_what_to_write(tmp_path: Path) -> None:
    assert "there is no specdec.py here" in run_tool("tests", tmp_path).error


@pytest.mark.parametrize("name", ["tests", "bench"])
def test_leaving_the_process_is_reported(tool: Tool, name: str) -> None:
    output = tool(name, "exits.py")
    said = output.error + "".join(case["message"] for case in output.cases.values())
    assert "SystemExit: enough" in said


@pytest.mark.parametrize("name", ["tests", "bench"])
def test_what_the_code_prints_does_not_reach_the_lines(tool: Tool, name: str) -> None:
    output = tool(name, "talkative.py")
    assert output.error == ""
    assert len(output.lines) > 5


def test_the_bench_measures_a_gain_for_a_right_solution(tool: Tool) -> None:
    output = tool("bench", "right.py")
    assert output.error == ""
    assert [row["num_speculative_tokens"] for row in output.rows] == [1, 2, 4, 6, 8]
    for row in output.rows:
        assert 0.65 < row["acceptance_rate"] < 0.9
        assert row["speedup"] > 1.3
        assert 1 < row["tokens_per_target_call"] <= row["num_speculative_tokens"] + 1
        # The textbook's expectation on the same texts, without having run a textbook sampler.
        assert row["tokens_per_target_call"] == pytest.approx(
            row["textbook_tokens_per_target_call"], rel=0.08
        )
        assert row["speedup"] == pytest.approx(row["textbook_speedup"], rel=0.08)
        assert row["textbook_tokens_per_target_call"] < row["bound_tokens_per_target_call"] + 0.01
        assert row["draft_utilisation"] <= row["acceptance_rate"]
        assert row["speedup_in_a_batch"] < row["speedup"]


def test_the_bench_shows_where_each_token_of_one_text_comes_from(tool: Tool) -> None:
    strips = tool("bench", "right.py").strips
    assert [strip["num_speculative_tokens"] for strip in strips] == [1, 2, 4, 6, 8]
    for strip in strips:
        assert len(strip["tokens"]) == len(strip["origins"]) == 96
        assert set(strip["origins"]) <= {"accepted", "recovered", "bonus", "plain"}
        recovered = [index for index, origin in enumerate(strip["origins"]) if origin == "recovered"]
        assert [one["at"] for one in strip["rejected"]] == recovered
        assert all(1 <= len(one["tokens"]) <= strip["num_speculative_tokens"] for one in strip["rejected"])
    assert "bonus" in strips[0]["origins"]


def test_the_bench_says_that_the_starter_gains_nothing(tmp_path: Path) -> None:
    shutil.copy(PROBE / "starter" / "specdec.py", tmp_path)
    for row in run_tool("bench", tmp_path).rows:
        assert row["acceptance_rate"] is None
        assert row["speedup"] == pytest.approx(1.0)
        assert row["target_calls"] == row["new_tokens"]


def test_a_bonus_thrown_away_shows_in_the_bench(tool: Tool) -> None:
    """Against what a textbook sampler would have on the same texts, so that no luck of the texts is in it."""

    def share(solution: str) -> float:
        rows = tool("bench", solution).rows
        yours = sum(row["tokens_per_target_call"] for row in rows)
        return float(yours / sum(row["textbook_tokens_per_target_call"] for row in rows))

    assert share("right.py") == pytest.approx(1.0, abs=0.03)
    assert share("no_bonus.py") < 0.93


def test_the_bench_ends_soon_when_the_code_does_not(tool: Tool) -> None:
    output = tool("bench", "never_returns.py")
    assert [row["num_speculative_tokens"] for row in output.rows] == [1, 2, 4, 6]
    assert output.error.startswith("num_speculative_tokens=8: took more than")


def test_the_bench_says_what_it_cannot_count(tool: Tool) -> None:
    assert "want a tensor (1, prompt + new)" in tool("bench", "wrong_shape.py").error


def test_the_scratch_file_runs_from_top_to_bottom(tmp_path: Path) -> None:
    for path in (PROBE / "starter").glob("*.py"):
        shutil.copy(path, tmp_path)
    done = subprocess.run(
        [CANDIDATE_PYTHON, "scratch.py"],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{PROBE / 'visible'}:{REPO}",
            "MPLBACKEND": "Agg",
            "MPLCONFIGDIR": str(tmp_path),
            "OMP_NUM_THREADS": "1",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "after crop: 6" in done.stdout
