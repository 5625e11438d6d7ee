"""What a forward pass costs a submission beyond the model: the judge's wire against what it could have been.

    python bench/judge_wire.py [--rounds N] [--json OUT]

The same rows are asked for over and over, so that whoever answers has them at hand. Peers take turns within a
round; a ratio is the median, over rounds, of ours by the peer's in the same round, so other load on the
machine mostly cancels.

    ours        the judge's wire, checked, written to the ledger; judge and submission on one processor
    in process  the same submission over `LocalBackend`: no wire at all
    pipe        `multiprocessing.Pipe`: a pickled request, a pickled array; nothing is checked
    sockets     as many bytes to and fro, and nothing else; both on one processor
    apart       the same, on two processors

Microseconds of wall time by the asking side's clock. CPU is of both ends together.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.core.trial import Ended, Trial
from harness.oracle.session import TrialLimits
from harness.runner.contestant import Contestant, Deadlines
from isolation.bare import BareRuntime, candidate_python
from pairs.analytic import Pair

ROOT = Path(__file__).resolve().parent.parent
FORWARDS = {64: 2000, 512: 2000, 49_152: 100}
"""In a round, by vocabulary."""
POSITIONS = (1, 5)
PROMPT = (1, 2, 3, 4, 5, 6, 7, 8)
PEERS = ("in process", "pipe", "sockets", "apart")
REQUEST_BYTES = 14
"""Header and fixed part of a forward's frame; four more for each token."""
REPLY_BYTES = 9

# The readings come back as new tokens, base 64: nothing else leaves a contestant.
SUBMISSION = """
import time
import torch

FORWARDS = {forwards}

def generate(target, draft, input_ids, *, num_speculative_tokens, **settings):
    cache = target(input_ids).past_key_values
    block, length = input_ids[:, :num_speculative_tokens], cache.get_seq_length()
    began, spent = time.perf_counter_ns(), time.process_time_ns()
    for _ in range(FORWARDS):
        target(block, past_key_values=cache)
        cache.crop(length)
    readings = time.perf_counter_ns() - began, time.process_time_ns() - spent
    digits = [reading >> 6 * n & 63 for reading in readings for n in range(8)]
    return torch.cat([input_ids, torch.tensor([digits])], dim=1)
"""

# Any rows will do, as long as they need no tuning: that takes seconds at the largest vocabulary.
MAKER = """
from pairs.analytic import PairSpec, make_pair
from pairs.flavours import Flavour

ROWS = Flavour(name="uniform", streams=2, peak=1.0, smallest=2, both=lambda u, peak: peak * u)

def make(vocab_size):
    return make_pair(PairSpec(name="bench", seed=1, vocab_size=vocab_size, flavour=ROWS))
"""

IN_PROCESS = """
import json, sys, torch
from pairs.torch_api import CausalLM, Config, LocalBackend

vocab_size, prompt, positions, submission, maker = json.loads(sys.argv[1])
torch.set_num_threads(1)
names = {}
exec(maker, names)
exec(submission, names)
pair = names["make"](vocab_size)
for _ in sys.stdin:
    target = CausalLM(LocalBackend(pair.target, "target", []), Config(vocab_size=pair.vocab_size))
    with torch.no_grad():
        text = names["generate"](target, None, torch.tensor([prompt]), num_speculative_tokens=positions)
    print(json.dumps(text[0, len(prompt):].tolist()), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Case:
    vocab_size: int
    positions: int

    @property
    def forwards(self) -> int:
        return FORWARDS[self.vocab_size]

    @property
    def submission(self) -> str:
        return SUBMISSION.format(forwards=self.forwards)

    def pair(self) -> Pair:
        names: dict[str, Callable[[int], Pair]] = {}
        exec(MAKER, names)
        return names["make"](self.vocab_size)


@dataclass(slots=True)
class Samples:
    """Microseconds a forward, one for each round."""

    wall: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    cpu: list[float] = field(default_factory=list[float])

    def row(self, case: Case) -> dict[str, object]:
        ours = self.wall["ours"]
        return {
            "vocab_size": case.vocab_size,
            "positions": case.positions,
            "rounds": len(ours),
            "wall_us": {name: _spread(values) for name, values in self.wall.items()},
            "ours_cpu_us": _spread(self.cpu),
            "ours_by": {
                name: statistics.median(a / b for a, b in zip(ours, self.wall[name], strict=True))
                for name in PEERS
            },
        }


def _spread(values: list[float]) -> dict[str, float]:
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75)).tolist()
    return {"low": low, "median": middle, "high": high}


def _readings(digits: list[int]) -> tuple[float, float]:
    """Nanoseconds of wall and of CPU time."""
    wall, cpu = (sum(digit << 6 * n for n, digit in enumerate(part)) for part in (digits[:8], digits[8:]))
    return float(wall), float(cpu)


Round = Callable[[], tuple[float, float]]
"""One round: wall and CPU nanoseconds."""


@contextmanager
def ours(case: Case) -> Iterator[Round]:
    limits = TrialLimits(calls=case.forwards + 1, ledger_tokens=20 * case.forwards)
    trial = Trial(
        purpose="speed",
        pair="bench",
        prompt=PROMPT,
        max_new_tokens=16,
        num_speculative_tokens=case.positions,
        temperature=1.0,
        seed=1,
    )
    files, pairs = {"specdec.py": case.submission}, {"bench": case.pair()}
    with Contestant(files, pairs, BareRuntime(), deadlines=Deadlines(trial_s=60.0), limits=limits) as one:

        def play() -> tuple[float, float]:
            spent = time.process_time_ns()
            run = one.play(trial)
            spent = time.process_time_ns() - spent
            if run.ended is not Ended.RETURNED:
                raise SystemExit(f"the bench's own submission failed: {run.note}")
            wall, cpu = _readings(list(run.tokens))
            return wall, cpu + spent

        yield play


@contextmanager
def in_process(case: Case) -> Iterator[Round]:
    given = json.dumps([case.vocab_size, PROMPT, case.positions, case.submission, MAKER])
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [str(candidate_python()), "-c", IN_PROCESS, given]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, text=True, **pipes) as process:  # type: ignore[call-overload]

        def play() -> tuple[float, float]:
            process.stdin.write("\n")
            process.stdin.flush()
            return _readings(json.loads(process.stdout.readline()))

        yield play
        process.stdin.close()


@contextmanager
def pipe(case: Case) -> Iterator[Round]:
    near, far = multiprocessing.Pipe()
    rows = np.zeros((case.positions, case.vocab_size), dtype=np.float32)
    request = ("target", 0, len(PROMPT), list(PROMPT[: case.positions]))

    def answer() -> None:
        while far.recv() is not None:
            far.send(rows)

    def ask() -> None:
        near.send(request)
        near.recv()

    with _other_process(answer, near, far, lambda: near.send(None)):
        yield lambda: _timed(ask, case.forwards)


@contextmanager
def sockets(case: Case, processors: tuple[int, ...]) -> Iterator[Round]:
    near, far = socket.socketpair()
    request = b"x" * (REQUEST_BYTES + 4 * case.positions)
    reply = b"y" * (REPLY_BYTES + 4 * case.positions * case.vocab_size)
    buffer = memoryview(bytearray(len(reply)))

    def answer() -> None:
        os.sched_setaffinity(0, {processors[0]})
        while far.recv_into(buffer):
            far.sendall(reply)

    def ask() -> None:
        near.sendall(request)
        size = len(reply)
        while size > 0:
            size -= near.recv_into(buffer[:size])

    def play() -> tuple[float, float]:
        allowed = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {processors[-1]})
        try:
            return _timed(ask, case.forwards)
        finally:
            os.sched_setaffinity(0, allowed)

    with _other_process(answer, near, far, lambda: None):
        yield play


@contextmanager
def _other_process(
    answer: Callable[[], None],
    near: Connection | socket.socket,
    far: Connection | socket.socket,
    farewell: Callable[[], None],
) -> Iterator[None]:
    child = os.fork()
    if child == 0:
        near.close()
        answer()
        os._exit(0)
    far.close()
    yield
    farewell()
    near.close()
    os.waitpid(child, 0)


def _timed(ask: Callable[[], None], forwards: int) -> tuple[float, float]:
    began = time.perf_counter_ns()
    for _ in range(forwards):
        ask()
    return float(time.perf_counter_ns() - began), 0.0


def measure(case: Case, rounds: int) -> Samples:
    processors = sorted(os.sched_getaffinity(0))
    samples = Samples()
    with ExitStack() as stack:
        peers = {
            "ours": stack.enter_context(ours(case)),
            "in process": stack.enter_context(in_process(case)),
            "pipe": stack.enter_context(pipe(case)),
            "sockets": stack.enter_context(sockets(case, (processors[0],))),
            "apart": stack.enter_context(sockets(case, (processors[0], processors[-1]))),
        }
        for play in peers.values():
            play()  # the first time is another one
        for _ in range(rounds):
            for name, play in peers.items():
                wall, cpu = play()
                samples.wall.setdefault(name, []).append(wall / case.forwards / 1e3)
                if name == "ours":
                    samples.cpu.append(cpu / case.forwards / 1e3)
    return samples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", type=Path, default=None)
    arguments = parser.parse_args()
    rows = []
    peers = "".join(f"{name:>18}" for name in PEERS)
    print(f"{'V':>6} {'positions':>9} {'ours us (IQR)':>20} {'CPU':>6}{peers}   (us, and ours by it)")
    for vocab_size in FORWARDS:
        for positions in POSITIONS:
            case = Case(vocab_size, positions)
            row = measure(case, arguments.rounds).row(case)
            rows.append(row)
            print(_line(row), flush=True)
    if arguments.json is not None:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps({"bench": "judge_wire", "rows": rows}, indent=2) + "\n")


def _line(row: dict[str, object]) -> str:
    wall, by, cpu = row["wall_us"], row["ours_by"], row["ours_cpu_us"]
    assert isinstance(wall, dict)
    assert isinstance(by, dict)
    assert isinstance(cpu, dict)
    mine = wall["ours"]
    spread = f"{mine['median']:.1f} ({mine['low']:.1f}-{mine['high']:.1f})"
    peers = "".join(f"{wall[name]['median']:>9.1f} ({by[name]:>4.1f} x)" for name in PEERS)
    return f"{row['vocab_size']:>6} {row['positions']:>9} {spread:>20} {cpu['median']:>6.1f}{peers}"


if __name__ == "__main__":
    main()
