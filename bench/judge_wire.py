"""What a forward pass costs a submission beyond the model: judge's wire against bare sockets.

    python bench/judge_wire.py [--json OUT]

One process stands for the submission and asks for the same rows over and over, so that the judge has them at
hand. The peer is two processes that send as many bytes to and fro over a socket pair and do nothing else.
Times are microseconds of wall time, median over trials; other load on the machine shows in them.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.core.trial import Ended, Trial
from harness.runner.contestant import Contestant, Deadlines
from isolation.bare import BareRuntime
from pairs.analytic import PairSpec, make_pair

FORWARDS = 1000
TRIALS = 7
CASES = ((64, 1), (64, 5), (512, 1), (512, 5))
REQUEST_BYTES = 14
"""Header and fixed part of a forward's frame; four more for each token."""
REPLY_BYTES = 9

SUBMISSION = f"""
def generate(target, draft, input_ids, *, max_new_tokens, num_speculative_tokens, temperature, top_p,
             eos_token_id, generator):
    cache = target(input_ids).past_key_values
    block = input_ids[:, :num_speculative_tokens]
    length = cache.get_seq_length()
    for _ in range({FORWARDS}):
        target(block, past_key_values=cache)
        cache.crop(length)
    return input_ids
"""


def measure(vocab_size: int, positions: int) -> float:
    """Microseconds a forward pass over the judge's wire."""
    pair = make_pair(PairSpec(name="bench", seed=1, vocab_size=vocab_size))
    deadlines = Deadlines(trial_s=60.0)
    times = []
    with Contestant({"specdec.py": SUBMISSION}, {"bench": pair}, BareRuntime(), deadlines=deadlines) as one:
        for seed in range(TRIALS):
            run = one.play(
                Trial(
                    purpose="speed",
                    pair="bench",
                    prompt=(1, 2, 3, 4, 5, 6, 7, 8),
                    max_new_tokens=1,
                    num_speculative_tokens=positions,
                    temperature=1.0,
                    seed=seed,
                )
            )
            if run.ended is not Ended.RETURNED:
                raise SystemExit(f"the bench's own submission failed: {run.note}")
            times.append(run.wall_s / len(run.calls) * 1e6)
    return statistics.median(times)


def bound(vocab_size: int, positions: int) -> float:
    """Microseconds that the same bytes take between two processes that do nothing else."""
    request = b"x" * (REQUEST_BYTES + 4 * positions)
    reply = b"y" * (REPLY_BYTES + 4 * positions * vocab_size)
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        for _ in range(TRIALS * FORWARDS):
            theirs.sendall(request)
            _receive(theirs, len(reply))
        os._exit(0)
    times = []
    for _ in range(TRIALS):
        began = time.perf_counter()
        for _ in range(FORWARDS):
            _receive(ours, len(request))
            ours.sendall(reply)
        times.append((time.perf_counter() - began) / FORWARDS * 1e6)
    os.waitpid(child, 0)
    return statistics.median(times)


def _receive(connection: socket.socket, size: int) -> None:
    while size > 0:
        size -= len(connection.recv(min(size, 1 << 16)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", type=Path, default=None)
    out = parser.parse_args().json
    rows = []
    print(f"{'V':>5} {'positions':>9} {'us a forward':>13} {'bare sockets':>13} {'ratio':>6}")
    for vocab_size, positions in CASES:
        ours, peer = measure(vocab_size, positions), bound(vocab_size, positions)
        rows.append({"vocab_size": vocab_size, "positions": positions, "forward_us": ours, "socket_us": peer})
        print(f"{vocab_size:>5} {positions:>9} {ours:>13.1f} {peer:>13.1f} {ours / peer:>6.1f}")
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps({"bench": "judge_wire", "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
