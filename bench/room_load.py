"""Rooms under load: keystroke to watcher, beside other Yjs servers on the same processor in the same run.

    python bench/room_load.py [--rooms 10,50,200] [--rounds N] [--capacity] [--only NAME ...] [--json OUT]

A room is one typist at 8 keys a second (each an update and a cursor message) and three watchers. The server
has one processor and the generator another; where the kernel allows it both run with SCHED_RR, so that other
work on the machine does not show. Contenders take turns within a round; the table shows medians over rounds.
--capacity searches for the most rooms with p99 under 100 ms and nothing missing.

Other servers are installed on first use, at pinned versions, into --peers (default: a folder in the system's
temporary folder); it needs npm, pip and their registries.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import socket
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.rooms.contenders import CannotInstall, install

P99_LIMIT_MS = 100
FIRST_ROOMS, MOST_ROOMS = 100, 1200
CLOSE_ENOUGH = 1.12
"""The search ends when the next smaller size that holds is within this factor."""


def main() -> int:
    arguments = _arguments()
    try:
        install(arguments.peers)
    except CannotInstall as error:
        print(f"room_load: {error}", file=sys.stderr)
        return 1
    sys.path.insert(1, str(arguments.peers / "generator"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (20_000, 20_000))
    realtime = _take_processor(1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    from bench.rooms.arena import Arena  # picows can be imported only now
    from bench.rooms.load import Load

    arena = Arena(arguments.peers, port, realtime)
    names = arguments.only or list(arena.contenders)
    results, searched = list[Any](), list[Any]()
    for _ in range(arguments.rounds):
        for rooms in arguments.rooms:
            for name in names:
                results.append(arena.measure(name, Load(rooms=rooms, seconds=arguments.seconds)))
                print(_line(results[-1]), flush=True)

    def holds(name: str, rooms: int) -> bool:
        try:
            result = arena.measure(name, Load(rooms=rooms, seconds=arguments.seconds))
        except RuntimeError as error:
            print(f"{name}, {rooms} rooms: {error}", flush=True)
            return False
        print(_line(result), flush=True)
        searched.append(result)
        return result.p99 < P99_LIMIT_MS and result.missing == result.dropped == 0

    capacity = dict[str, int]()
    if arguments.capacity:
        capacity = {name: _most(lambda rooms, name=name: holds(name, rooms)) for name in names}
    print(_table(results, capacity, realtime))
    if arguments.json:
        report = {
            "realtime": realtime,
            "results": [asdict(one) for one in results],
            "searched": [asdict(one) for one in searched],
            "capacity": capacity,
        }
        arguments.json.write_text(json.dumps(report, indent=1) + "\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sizes = lambda text: [int(size) for size in text.split(",") if size]  # noqa: E731
    parser.add_argument("--rooms", type=sizes, default=[10, 50, 200])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--capacity", action="store_true")
    parser.add_argument("--only", nargs="+", metavar="NAME")
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir()) / "room-load-peers")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def _take_processor(number: int) -> bool:
    """Pin this process; whether it also runs ahead of everything that is not realtime."""
    os.sched_setaffinity(0, {number})
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(5))
    except PermissionError:
        return False
    return True


def _most(holds: Callable[[int], bool]) -> int:
    """The largest number of rooms found to hold: doubled until it breaks, then halved in between."""
    good, bad, rooms = 0, 0, FIRST_ROOMS
    while True:
        if holds(rooms):
            good = rooms
        else:
            bad = rooms
        if bad == 0 and rooms < MOST_ROOMS:
            rooms = min(MOST_ROOMS, rooms * 2)
        elif bad and bad > max(good, 10) * CLOSE_ENOUGH:
            rooms = (good + bad) // 2
        else:
            return good


def _line(one: Any) -> str:
    return (
        f"{one.contender:<28}{one.rooms:>5} rooms"
        f"   p50 {one.p50:8.2f}  p95 {one.p95:8.2f}  p99 {one.p99:8.2f} ms"
        f"   {one.cpu_us_per_key:6.0f} us/key {one.cpu_percent:5.0f} %  {one.rss_mb:6.0f} MB"
        f"   missing {one.missing} dropped {one.dropped}   own lag {one.generator_lag_p99:.1f} ms"
    )


def _table(results: Sequence[Any], capacity: dict[str, int], realtime: bool) -> str:
    """Markdown, medians over rounds."""
    lines = [
        f"Realtime scheduling: {'yes' if realtime else 'no'}. Latencies in ms.",
        "",
        "| server | rooms | p50 | p95 | p99 | CPU us/key | RSS MB | most rooms |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, rooms in dict.fromkeys((one.contender, one.rooms) for one in results):
        of = [one for one in results if (one.contender, one.rooms) == (name, rooms)]

        def middle(field: str, of: Sequence[Any] = of) -> float:
            return statistics.median(getattr(one, field) for one in of)

        lines.append(
            f"| {name} | {rooms} | {middle('p50'):.2f} | {middle('p95'):.1f} | {middle('p99'):.1f} "
            f"| {middle('cpu_us_per_key'):.0f} | {middle('rss_mb'):.0f} | {capacity.get(name, '')} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
