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

from sandbox.core.tool_lines import parse_tool_line
from tests.pairs.folders import write_llama, write_tokenizer

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


@pytest.fixture(scope="module")
def text_pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pair that writes text of a kind: random weights, a tokenizer of Python code."""
    folder = tmp_path_factory.mktemp("pair")
    for seed, name in enumerate(("target", "draft")):
        write_tokenizer(write_llama(folder / name, seed=seed))
    return folder


def run_tool(name: str, workspace: Path, text_pair: Path | None = None) -> Output:
    done = in_the_workspace(["-m", "probe_tools", name], workspace, text_pair)
    return Output(tuple(json.loads(line) for line in done.splitlines()))


def in_the_workspace(words: list[str], workspace: Path, text_pair: Path | None) -> str:
    """What a program of the candidate's Python prints, as in the sandbox."""
    done = subprocess.run(
        [CANDIDATE_PYTHON, *words],
        cwd=workspace,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{PROBE / 'visible'}:{REPO}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "OMP_NUM_THREADS": "1",
            "MPLBACKEND": "Agg",
            "MPLCONFIGDIR": str(workspace),
            "PROBE_TEXT_PAIR": str(text_pair or workspace / "none"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,  # one pipe for both, as in the sandbox
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


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


def test_the_scratch_file_runs_from_top_to_bottom(tmp_path: Path, text_pair: Path) -> None:
    for path in (PROBE / "starter").glob("*.py"):
        shutil.copy(path, tmp_path)
    said = in_the_workspace(["scratch.py"], tmp_path, text_pair)
    assert "after crop: 6" in said
    assert "\ndef read_lines(path):\n" in said


def test_the_bench_shows_what_is_written_on_the_text_pair(tmp_path: Path, text_pair: Path) -> None:
    shutil.copy(SOLUTIONS / "right.py", tmp_path / "specdec.py")
    output = run_tool("bench", tmp_path, text_pair)
    assert output.error == ""
    assert len(output.rows) == 5
    (text,) = (line for line in output.lines if line["event"] == "text")
    assert "".join(text["prompt"]) == "def read_lines(path):\n"
    assert len(text["pieces"]) == len(text["origins"]) == 96
    assert text["new_tokens"] in (96, 192, 288, 384)  # as many prompts as there is time for
    assert 0 < text["acceptance_rate"] < 1 < text["tokens_per_target_call"]
    assert text["seconds"] > 0 < text["plain_seconds"]
    recovered = [index for index, origin in enumerate(text["origins"]) if origin == "recovered"]
    assert [one["at"] for one in text["rejected"]] == recovered
    assert parse_tool_line(1, text) is not None


def test_without_a_text_pair_the_bench_has_figures_only(tool: Tool) -> None:
    assert [line for line in tool("bench", "right.py").lines if line["event"] == "text"] == []


def test_what_fails_on_the_text_pair_only_is_told_as_that(tmp_path: Path, text_pair: Path) -> None:
    source = (SOLUTIONS / "right.py").read_text()
    limited = "    assert target.config.vocab_size == 64\n"
    before, signature, body = source.partition("    eos_token_id=None,\n    generator=None,\n):\n")
    (tmp_path / "specdec.py").write_text(before + signature + limited + body)
    assert body, "right.py has another signature now"
    output = run_tool("bench", tmp_path, text_pair)
    assert len(output.rows) == 5
    assert output.error.startswith("text pair: AssertionError")


def test_a_line_of_python_prompts_the_text_pair_and_reads_what_it_writes(
    tmp_path: Path, text_pair: Path
) -> None:
    """Greedy speculative text is the target's own, on this pair as on any."""
    shutil.copy(SOLUTIONS / "right.py", tmp_path / "specdec.py")
    (tmp_path / "try.py").write_text(
        """
import specdec, torch
from practice import decode, encode, load_pair
target, draft = load_pair("text")
prompt = encode("def größer(x):")
text = specdec.generate(target, draft, prompt, max_new_tokens=40, temperature=0.0)
plain = prompt
for _ in range(40):
    plain = torch.cat([plain, target(plain).logits[:, -1:].argmax(-1)], dim=1)
print(torch.equal(text, plain), decode(prompt), decode(text).startswith("def größer(x):"))
"""
    )
    assert in_the_workspace(["try.py"], tmp_path, text_pair) == "True def größer(x): True\n"


def test_where_there_is_no_text_pair_python_says_which_one_there_is(tmp_path: Path) -> None:
    code = "from practice import load_pair\ntry: load_pair('text')\nexcept Exception as error: print(error)"
    assert "load_pair() gives the exact one" in in_the_workspace(["-c", code], tmp_path, None)
