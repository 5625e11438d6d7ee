# id: K05, K06
# prio: P0
# what: prints tens of megabytes at once, a hundred thousand lines, and a message larger than any may be
# expect: limit
# defence: a number on a message's bytes, an execution's bytes, a piece's cost; then it is cut and interrupted
import asyncio

from sandbox.adapters.kernel import MAX_OUTPUT_BYTES
from sandbox.ports import Finished, Output
from tests.attacks.run import Held

FLOODS = (
    "print('x' * 6_000_000)",
    "for n in range(100_000): print(n, flush=True)",
    "from IPython.display import display, HTML\nfor n in range(100): display(HTML('x' * 100_000))",
    "print('x' * 20_000_000)",
)


async def attack(world):
    bench = await world.workbench()
    for code in FLOODS:
        if not await world.alive():
            await bench.restart()
        shown, outcome = 0, ""
        async with asyncio.timeout(60):
            async for item in bench.execute(code):
                if isinstance(item, Output):
                    shown += len(item.text) + len(item.image) + len(item.html)
                if isinstance(item, Finished):
                    outcome = item.outcome
        if shown > MAX_OUTPUT_BYTES or outcome not in {"flooded", "died"}:
            return f"{shown} bytes were passed on, and it ended {outcome}"
    if not await world.alive():
        await bench.restart()
    raise Held.limit(f"{len(FLOODS)} floods, each cut at {MAX_OUTPUT_BYTES >> 20} MiB")
