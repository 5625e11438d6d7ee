"""Runs inside a jail: plays cases, one after the other, and says of each in a JSON line what became of it.

Standard library only. Its text is the command; its first argument is that of `isolation.probe_inside`, which
cases are given as a module. Its other arguments are JSON: the limits of the jail, what the host planted to be
found, a `[name, tries, source]` for each case, and whether the jail is the case's own.

A case has a function ``attack(host)``. What it returns is what it got; None is nothing. It raises `Limit`
where it stopped at a limit; any other OSError is a refusal. Each runs in a child, under a deadline, so that
none spoils the next.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import time
import types

CHILD_WITHIN_S = 20.0


class Limit(Exception):
    """Stopped by a number."""


def module(name: str, source: str) -> types.ModuleType:
    made = types.ModuleType(name)
    sys.modules[name] = made
    exec(compile(source, name, "exec"), made.__dict__)
    return made


def verdict(name: str, tries: list[str], source: str, host: dict[str, object]) -> tuple[str, str]:
    import probe_inside

    words = ""
    for each in tries:
        outcome, why = probe_inside.outcome(each)
        if outcome not in {"refused", "absent"}:
            return "worked", f"{each}: {why}"
        words = f"{len(tries)} of {len(tries)} tries: {why}"
    made = module(f"case_{name}", source)
    if not hasattr(made, "attack"):
        return "refused", words
    try:
        got = made.attack(host)
    except Limit as stop:
        return "limit", str(stop)
    except MemoryError:
        return "limit", "out of memory"
    except OSError as error:
        return "refused", error.strerror or str(error)
    return ("worked", str(got)) if got else ("inert", words)


def in_child(name: str, tries: list[str], source: str, host: dict[str, object]) -> tuple[str, str]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.setpgid(0, 0)
        try:
            said = verdict(name, tries, source, host)
        except BaseException as error:
            said = ("broken", repr(error))
        os.write(writing, json.dumps([said[0], said[1][:300]]).encode())
        os._exit(0)
    os.close(writing)
    said = b""
    deadline = time.monotonic() + CHILD_WITHIN_S
    while select.select([reading], [], [], max(0.0, deadline - time.monotonic()))[0]:
        if not (more := os.read(reading, 4096)):
            break
        said += more
    os.close(reading)
    for kill in (os.kill, os.killpg):
        with contextlib.suppress(ProcessLookupError):
            kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    outcome, words = json.loads(said) if said else ("killed", "its process ended without a word")
    return outcome, words


def main(host: dict[str, object], playing: list[list[object]], alone: bool) -> None:
    sys.modules["driver"] = sys.modules["__main__"]
    for name, tries, source in playing:
        play = verdict if alone else in_child
        try:
            outcome, words = play(str(name), list(tries), str(source), host)  # type: ignore[call-overload]
        except Exception as error:
            outcome, words = "broken", repr(error)
        print(json.dumps({"case": name, "outcome": outcome, "words": words[:300]}), flush=True)


if __name__ == "__main__":
    limits, planted, chosen, alone = (json.loads(word) for word in sys.argv[2:6])
    module("probe_inside", sys.argv[1]).GIVEN.update(limits)  # type: ignore[attr-defined]
    main(planted, chosen, alone)
