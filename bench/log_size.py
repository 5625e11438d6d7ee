"""What an hour of typing costs the event log on disk, without a pause at eight keys a second.

    python bench/log_size.py [--minutes 60] [--rooms 1]

The keys are those of `bench/room_load.py`, chained and written as the server does; several rooms take turns,
as they do on a server. Bytes are of SQLite's pages, by table and index.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import insert

from bench.rooms.typing_trace import make_trace
from sandbox.core import events as ev
from sandbox.core.chain import Link
from sandbox.store.checkpoints import Checkpoints
from sandbox.store.database import open_database, sqlite_url
from sandbox.store.log import EventLog, link
from sandbox.store.schema import events

KEYS_PER_S = 8
START_US = 1_700_000_000_000_000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--rooms", type=int, default=1)
    arguments = parser.parse_args()
    keys = arguments.minutes * 60 * KEYS_PER_S
    trace = make_trace(keys)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(sqlite_url(Path(folder)), "crash")
        log, heads = EventLog(engine), dict[str, bytes]()
        for room in range(arguments.rooms):
            name = f"{room:012x}"
            first = ev.Entry(seq=1, at_us=START_US, author="candidate", event=ev.Consented())
            log.create(name, [first])
            heads[name] = log.links(name)[0].hash
        began = time.process_time()
        with engine.begin() as connection:
            for seq, update in enumerate(trace.updates, start=2):
                at_us = START_US + seq * 1_000_000 // KEYS_PER_S
                rows = list[Link]()
                for name, head in heads.items():
                    event = ev.DocumentUpdated(update=update)
                    one = ev.Entry(seq=seq, at_us=at_us, author="candidate", event=event)
                    rows.append(link(head, name, one))
                    heads[name] = rows[-1].hash
                names = [column.name for column in events.c]
                connection.execute(insert(events), [{n: getattr(row, n) for n in names} for row in rows])
        cpu = time.process_time() - began
        Checkpoints(engine).copy()
        with engine.connect() as connection:
            sizes = connection.exec_driver_sql(
                "SELECT name, SUM(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 4"
            ).all()
        total = (Path(folder) / "interviews.db").stat().st_size
    written = keys * arguments.rooms
    print(f"{written} keys, {sum(map(len, trace.updates)) / keys:.1f} bytes of update each")
    for name, size in sizes:
        print(f"{name:<32}{size / 1e6 / arguments.rooms:8.2f} MB a room {size / written:8.1f} bytes a key")
    print(
        f"{'the file':<32}{total / 1e6 / arguments.rooms:8.2f} MB a room;"
        f" {1e6 * cpu / written:.0f} us of CPU a key"
    )


if __name__ == "__main__":
    main()
