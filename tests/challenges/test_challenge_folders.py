"""Both challenges load, and say what the product promises they say."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from pairs.prices import MEMORY_BOUND
from wire.challenge import Finding, load_challenge, load_rubric
from wire.scorecard import CheckName

CHALLENGES = Path(__file__).parents[2] / "challenges"
FILTER = CHALLENGES / "filter-llm-serving"
PROBE = CHALLENGES / "speculative-decoding"
BOTH = [pytest.param(FILTER, id="filter"), pytest.param(PROBE, id="probe")]

FILTER_FINDINGS = {
    "cpu": 2,
    "flask": 2,
    "does-not-fit": 3,
    "no-streaming": 3,
    "no-operations": 3,
    "no-batching": 4,
    "no-backpressure": 4,
    "weights-format": 4,
    "product-first": 4,
    "orchestration": 5,
    "cold-starts": 5,
    "build-or-buy": 5,
    "acceleration": 5,
    "prompt-not-tokens": 1,
    "tokenizer-misuse": 2,
    "undefined-names": 1,
    "methods-argument": 1,
    "unbounded-length": 2,
}
PROBE_FINDINGS = {
    "flops-latency",
    "draft-cost",
    "acceptance-rate",
    "cache-reuse",
    "cache-rollback",
    "batch-pressure",
    "law-kept",
}


@pytest.mark.parametrize("folder", BOTH)
def test_it_loads_and_its_slug_is_its_folder(folder: Path) -> None:
    assert load_challenge(folder).slug == folder.name


@pytest.mark.parametrize("folder", BOTH)
def test_its_rubric_is_on_its_own_axis(folder: Path) -> None:
    assert load_rubric(folder).axis == load_challenge(folder).axis


@pytest.mark.parametrize("folder", BOTH)
def test_every_level_can_be_observed(folder: Path) -> None:
    rubric = load_rubric(folder)
    assert all(level.title and level.descriptors for level in rubric.levels)
    assert len(rubric.follow_ups) >= 8


@pytest.mark.parametrize("folder", BOTH)
def test_it_has_red_flags_and_none_of_them_leaves_the_top_open(folder: Path) -> None:
    flags = [finding for finding in load_rubric(folder).findings if finding.red_flag]
    assert flags
    assert all(flag.level < 5 for flag in flags)


@pytest.mark.parametrize("folder", BOTH)
def test_the_entry_file_is_there(folder: Path) -> None:
    challenge = load_challenge(folder)
    place = "exhibit" if challenge.kind == "review" else "starter"
    assert (folder / place / challenge.entry).is_file()


@pytest.mark.parametrize("folder", BOTH)
def test_there_is_a_guide_for_the_interviewer(folder: Path) -> None:
    guide = (folder / "guide.md").read_text()
    for heading in ("Before", "Running the stage", "Weak and strong"):
        assert heading in guide


def test_no_finding_is_in_both_rubrics() -> None:
    ids = [{finding.id for finding in load_rubric(folder).findings} for folder in (FILTER, PROBE)]
    assert ids[0] & ids[1] == set()


def test_each_filter_finding_stands_at_its_level() -> None:
    levels = {finding.id: finding.level for finding in load_rubric(FILTER).findings}
    assert {name: levels.get(name) for name in FILTER_FINDINGS} == FILTER_FINDINGS


def test_what_separates_strong_from_weak_on_the_probe_can_be_ticked() -> None:
    assert {finding.id for finding in load_rubric(PROBE).findings} >= PROBE_FINDINGS


def test_measured_findings_name_a_check_of_the_judge() -> None:
    checks = set(CheckName.__args__)  # type: ignore[attr-defined]
    named = {finding.measured_by for finding in load_rubric(PROBE).findings} - {""}
    assert named <= checks
    assert {"law", "economy", "cache", "greedy", "edges", "speed"} <= named


@pytest.mark.parametrize("folder", BOTH)
def test_each_finding_says_how_it_sounds(folder: Path) -> None:
    def mute(finding: Finding) -> bool:
        return len(finding.listen_for) < 15

    assert [finding.id for finding in load_rubric(folder).findings if mute(finding)] == []


def test_the_exhibit_parses_and_is_short_enough_to_read() -> None:
    text = (FILTER / "exhibit" / "serve.py").read_text()
    ast.parse(text)
    assert 30 <= len(text.splitlines()) <= 45


@pytest.mark.parametrize(
    ("flaw", "pattern"),
    [
        ("undefined name", r"Flask\(name\)"),
        ("wrong methods argument", r'methods="POST"'),
        ("text instead of tokens", r"\.generate\(text"),
        ("no such tokenizer method", r"encode_text"),
        ("output without a sane limit", r"100_000"),
        ("70B", r"70B"),
        ("pickled weights", r"use_safetensors=False"),
        ("development server", r"app\.run\(.*debug=True"),
    ],
)
def test_the_exhibit_has_the_flaw(flaw: str, pattern: str) -> None:
    assert re.search(pattern, (FILTER / "exhibit" / "serve.py").read_text()), flaw


def test_the_exhibit_lacks_what_a_reviewer_should_miss() -> None:
    text = (FILTER / "exhibit" / "serve.py").read_text()
    for missing in ("cuda", "device", "batch", "queue", "stream", "timeout", "health", "metrics", "logging"):
        assert missing not in text


def test_the_guide_points_at_the_right_lines_of_the_exhibit() -> None:
    lines = (FILTER / "exhibit" / "serve.py").read_text().splitlines()
    rows = re.findall(r"^\| (\d+) \| `([^`]+)`", (FILTER / "guide.md").read_text(), re.MULTILINE)
    assert len(rows) >= 8
    assert [(n, code) for n, code in rows if code not in lines[int(n) - 1]] == []


def test_the_brief_prints_the_price_list_that_counts() -> None:
    brief = (PROBE / "brief.md").read_text()
    million = 1_000_000
    for model, call, position, cached in (
        ("target", MEMORY_BOUND.target_call, MEMORY_BOUND.target_position, MEMORY_BOUND.target_cached),
        ("draft", MEMORY_BOUND.draft_call, MEMORY_BOUND.draft_position, MEMORY_BOUND.draft_cached),
    ):
        row = re.search(rf"^\| {model} \| (\S+) \| (\S+) \| (\S+) \|$", brief, re.MULTILINE)
        assert row is not None
        figures = tuple(round(float(cell) * million, 6) for cell in row.groups())
        assert figures == (call, position, cached)


def test_the_brief_and_the_starter_agree_on_the_signature() -> None:
    tree = ast.parse((PROBE / "starter" / "specdec.py").read_text())
    function = next(
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "generate"
    )
    assert [argument.arg for argument in function.args.args] == ["target", "draft", "input_ids"]
    brief = (PROBE / "brief.md").read_text()
    shown = brief[brief.index("def generate(") : brief.index(") -> torch.Tensor")]
    in_brief = ast.parse(shown + "): ...").body[0]
    assert ast.dump(in_brief.args) == ast.dump(function.args)  # type: ignore[attr-defined]


def test_the_residual_is_asked_for_and_not_given() -> None:
    shown = (
        "".join(
            path.read_text() for folder in ("starter", "visible") for path in (PROBE / folder).rglob("*.py")
        )
        + (PROBE / "brief.md").read_text()
    )
    for given_away in ("clamp_min(0)", "clamp(min=0", "relu(", r"\max(0", "max(0, t"):
        assert given_away not in shown


@pytest.mark.parametrize("word", ["judge.toml", "guide.md", "rubric", "commitment", "hidden", "solutions"])
def test_nothing_that_a_candidate_gets_speaks_of(word: str) -> None:
    for folder in ("starter", "visible"):
        for path in (PROBE / folder).rglob("*.py"):
            assert word not in path.read_text(), path.name


@pytest.mark.parametrize("folder", BOTH)
def test_mathematics_is_well_formed(folder: Path) -> None:
    for page in ("brief.md", "guide.md"):
        for formula in formulas((folder / page).read_text()):
            assert formula.strip()
            assert unbalanced(formula) == "", formula


def formulas(markdown: str) -> list[str]:
    """What stands between $ and between $$, code taken out. Fails if a dollar has no partner."""
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", markdown, flags=re.DOTALL)
    found = re.findall(r"\$\$(.+?)\$\$", prose, re.DOTALL)
    prose = re.sub(r"\$\$.+?\$\$", "", prose, flags=re.DOTALL)
    found += re.findall(r"\$([^$\n]+)\$", prose)
    rest = re.sub(r"\$[^$\n]+\$", "", prose)
    assert "$" not in rest, rest[max(rest.find("$") - 40, 0) :][:80]
    return found


def unbalanced(formula: str) -> str:
    """What is open or closed once too often in a formula; empty when all is well."""
    bare = formula.replace(r"\{", "").replace(r"\}", "")
    depth = 0
    for character in bare:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth < 0:
            return "a brace closes too early"
    if depth:
        return "a brace stays open"
    if len(re.findall(r"\\left\b", bare)) != len(re.findall(r"\\right\b", bare)):
        return "left without right"
    return "" if re.findall(r"\\begin\{(\w+)}", bare) == re.findall(r"\\end\{(\w+)}", bare) else "environment"


@pytest.mark.parametrize("formula", [r"\frac{a}{b", r"a}", r"\left( a", r"\begin{x} a"])
def test_the_mathematics_test_can_fail(formula: str) -> None:
    assert unbalanced(formula)
