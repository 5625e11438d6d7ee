"""Who comes to the synthetic interviews: what each writes in the review, submits and says. Pure.

Everything is drawn from a generator that is seeded with the person's number, so a cohort is the same each
time it is made. Nobody here is anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from wire.challenge import Rubric

SUBMITTED = (
    *("draft_only", "correct_from_target", "accept_above_half", "correct_from_target", "eos_untested"),
    *("target_only", "draft_only", "no_cache", "textbook", "accept_above_half", "correct_from_target"),
    *("stale_draft_cache", "draft_only", "eos_untested", "no_bonus", "accept_above_half", "target_only"),
    *("correct_from_target", "lenient_by_a_hair", "draft_only", "no_cache", "accept_above_half"),
    *("adaptive_gamma", "eos_untested"),
)
"""Specimens of the zoo; the person with number n submits the n-th. Ten files, most of them not right."""

RESEARCH_LEVEL = {
    "draft_only": 1,
    "accept_above_half": 2,
    "correct_from_target": 2,
    "lenient_by_a_hair": 3,
    "eos_untested": 3,
    "target_only": 3,
    "no_cache": 3,
    "stale_draft_cache": 4,
    "no_bonus": 4,
    "adaptive_gamma": 4,
    "textbook": 5,
}
"""How deep whoever wrote such a file is made to talk. Their score is the judge's and the raters'."""

FAILS = {
    "draft_only": {"test_greedy_is_the_targets_own_text", "test_first_token_frequencies"},
    "accept_above_half": {"test_first_token_frequencies"},
    "eos_untested": {"test_stops_at_eos"},
    "target_only": {"test_fewer_target_calls_than_tokens"},
}
"""Visible tests that are shown as failed. By rule: no code runs in a synthetic interview."""

REMARKS: tuple[tuple[str, str, str], ...] = (
    ("undefined-names", "app = Flask", "`name` is undefined here, this fails with a NameError on import."),
    ("methods-argument", "@app.route", "methods must be a list of strings."),
    ("shapes-undocumented", "body = request", "No schema for the body, nothing is validated."),
    ("prompt-not-tokens", "output = llm", "generate gets the raw text; the token ids are only counted."),
    ("tokenizer-misuse", "reply = tokenizer", "No chat template, and the reply includes the prompt."),
    ("unbounded-length", "turns.append", "History grows without limit until the context window is full."),
    ("cpu", "llm = AutoModel", "Nothing moves to a GPU: this runs on the CPU at seconds a token."),
    ("flask", "app = Flask", "Flask is no model server. I would put vLLM or TGI here."),
    ("debug-mode", "app.run", "debug=True on 0.0.0.0 is a remote shell."),
    (
        "does-not-fit",
        "CHECKPOINT",
        "70B in bf16 is 140 GB: does not fit one GPU. Shard it or quantise to int8.",
    ),
    ("no-streaming", "return jsonify", "No streaming; time to first token is the time of the whole reply."),
    ("no-operations", "def answer", "No timeout, no health check, no metrics. How would I know it is alive?"),
    ("state-in-process", "history = {}", "Global state: lost on restart, wrong with a second replica."),
    (
        "no-batching",
        "output = llm",
        "One request at a time. Continuous batching would use the idle arithmetic.",
    ),
    ("no-backpressure", "def answer", "No queue and no backpressure; under overload it should answer 429."),
    ("weights-format", "llm = AutoModel", "Pickled weights run code when loaded. Use safetensors."),
    (
        "orchestration",
        "app.run",
        "An inference server alone is half of it: autoscaling and routing around it.",
    ),
    ("cold-starts", "llm = AutoModel", "Cold start: minutes to load 140 GB before a replica is ready."),
    ("build-or-buy", "CHECKPOINT", "At low utilisation a hosted provider is cheaper than running this."),
)
"""Finding, a piece of the exhibit's line that it is about, and the words."""

SUMMARIES = (
    "I would fix the names and the arguments first, then look at the rest.",
    "It works for one user with short prompts. With more it gets slow.",
    "It runs on the CPU and the model does not fit. Use a real inference server.",
    "The design is the problem, not the lines: no batching, no queue, no limits.",
    "I would ask who waits for this and at which latency, then choose between a provider and vLLM with "
    "autoscaling, admission by tokens and streaming.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    number: int
    engineering: int
    """0 to 5, what their review is drawn for."""
    specimen: str
    remarks: tuple[tuple[str, str, str], ...]
    summary: str
    heard: tuple[str, ...]
    """Findings of both rubrics that the interviewer ticks."""

    @property
    def name(self) -> str:
        return f"Synthetic {self.number}"

    @property
    def research(self) -> int:
        return RESEARCH_LEVEL[self.specimen]

    def random(self, purpose: str) -> Random:
        """Chances of one kind in this person's interview."""
        return Random(f"{purpose} {self.number}")


def person(number: int, filter_rubric: Rubric, probe_rubric: Rubric) -> Person:
    """The person with this number, from 1."""
    chance = Random(f"person {number}")
    specimen = SUBMITTED[(number - 1) % len(SUBMITTED)]
    research = RESEARCH_LEVEL[specimen]
    engineering = min(5, max(1, research + chance.choice((-2, -1, -1, 0, 0, 1))))
    levels = {one.id: one.level for one in filter_rubric.findings}
    remarks = tuple(one for one in REMARKS if _comes_up(levels.get(one[0]), engineering, chance))
    written = tuple(one[0] for one in remarks)
    return Person(
        number=number,
        engineering=engineering,
        specimen=specimen,
        remarks=remarks,
        summary=SUMMARIES[engineering - 1],
        heard=(*written, *_spoken(probe_rubric, research, chance)),
    )


def _comes_up(level: int | None, reached: int, chance: Random) -> bool:
    """Lines at one's own level are likely, easier ones less so, harder ones never."""
    return (
        level is not None and level <= reached and chance.random() < (0.75 if level >= reached - 1 else 0.4)
    )


def _spoken(rubric: Rubric, reached: int, chance: Random) -> Sequence[str]:
    said = [one.id for one in rubric.findings if not one.red_flag and _comes_up(one.level, reached, chance)]
    flags = [one.id for one in rubric.findings if one.red_flag and one.level == reached]
    return [*said, *(flags[:1] if reached <= 2 and chance.random() < 0.4 else [])]
