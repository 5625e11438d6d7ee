"""From nothing to the first token of the text pair: a fresh Python, and a fork of one that has it loaded.

Both run the same few lines with the candidate's Python, in turns; what is counted is processor time of the
new process, which a busy machine does not change much, and the memory that it does not share. No jail.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from isolation.bare import candidate_python
from warm.forked import start
from warm.orders import VARIABLE

PROJECT = Path(__file__).resolve().parents[1]
VISIBLE = PROJECT / "challenges" / "speculative-decoding" / "visible"
FIRST_TOKEN = """
import re, time
from practice import encode, load_pair
target, _ = load_pair("text")
target(encode("def main():")).logits[0, -1].argmax().item()
private = re.findall(r"Private_\\w+: +(\\d+)", open("/proc/self/smaps_rollup").read())
print(time.process_time(), sum(map(int, private)) / 1024)
"""
STEM = """
import socket, sys
from warm import stem
modules = ["torch", "practice", "matplotlib.pyplot", "probe_tools.warm"]
stem.run(socket.socket(fileno=int(sys.argv[1])), 0, modules)
"""


def measured(folder: Path) -> tuple[float, float]:
    """Seconds of processor time, and MiB that are the new process's own."""
    reading, writing = os.pipe()
    with Path(os.devnull).open() as nothing, os.fdopen(reading) as printed:
        process = start("first_token", (), folder=str(folder), streams=(nothing.fileno(), writing, 2))
        os.close(writing)
        seconds, mebibytes = map(float, printed.read().split())
        process.wait()
    return seconds, mebibytes


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args(argv).rounds
    sys.executable = str(candidate_python())
    os.environ |= {
        "PYTHONPATH": f"{PROJECT}:{VISIBLE}",
        "OMP_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with (
        tempfile.TemporaryDirectory() as name,
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener,
    ):
        folder, path = Path(name), f"{name}/s"
        (folder / "first_token.py").write_text(FIRST_TOKEN)
        listener.bind(path)
        listener.listen()
        stem = subprocess.Popen(
            [sys.executable, "-c", STEM, str(listener.fileno())],
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
        )
        found: dict[str, list[tuple[float, float]]] = {"fresh": [], "forked": []}
        for _ in range(rounds + 1):
            for way, stem_path in (("fresh", ""), ("forked", path)):
                os.environ[VARIABLE] = stem_path
                found[way].append(measured(folder))
        stem.kill()
        stem.wait()
    print(f"to the first token of the text pair, medians of {rounds} rounds\n\n           CPU s   own MiB")
    for way, taken in found.items():
        seconds, mebibytes = np.median(taken[1:], axis=0)
        print(f"  {way:<7} {seconds:7.3f}   {mebibytes:7.1f}")


if __name__ == "__main__":
    main()
