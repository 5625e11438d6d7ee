"""CPU of a tree of processes, where no control group counts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from isolation.processes import usage

TREE = """
import os, time
def burn():
    end = time.process_time() + 0.2
    while time.process_time() < end: pass
if os.fork() == 0:
    burn(); os._exit(0)      # waited for: the parent's own account has it
os.wait()
if os.fork() == 0:
    burn()
    if os.fork() == 0: burn()  # alive, two levels down
    print("ready", flush=True)
time.sleep(60)
"""


def test_children_and_those_that_have_ended_are_counted() -> None:
    command = [sys.executable, "-c", TREE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        for _ in range(2):
            assert process.stdout.readline() == b"ready\n"
        measured = usage(process.pid)
        os.killpg(process.pid, signal.SIGKILL)
    assert measured.cpu_s is not None
    assert 0.55 < measured.cpu_s < 5
    assert measured.peak_memory_bytes is None


def test_a_process_that_is_gone_has_no_account() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    time.sleep(0.01)
    assert usage(process.pid).cpu_s is None
