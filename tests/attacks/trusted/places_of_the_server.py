# id: T03, K04
# prio: P0
# what: asks the application for what the session's server has: files, terminals, converted notebooks, its API
# expect: refused
# defence: nothing is proxied: each route is one of ours, and none leads there
import httpx

from sandbox.adapters.memory import MemoryJudge, MemorySandboxes
from sandbox.app import create_app, open_store
from sandbox.settings import Settings
from tests.attacks.run import Held
from tests.sandbox.challenges import write_challenges

PATHS = (
    *(
        "/files/x.html",
        "/nbconvert/html/x.ipynb",
        "/api/terminals",
        "/api/contents/",
        "/api/kernels",
        "/api/shutdown",
    ),
    *(
        "/api/sessions",
        "/lab",
        "/tree",
        "/terminals/1",
        "/static/../files/x.html",
        "/%2e%2e/files/x.html",
        "//files/x",
    ),
    *("/assets/%2e%2e/%2e%2e/secret", "/assets/..%2f..%2fsecret", "/;/files/x.html", "/api/..;/files/x.html"),
)


async def attack(world):
    data = world.folder / "data"
    settings = Settings(
        data=data,
        challenges=write_challenges(world.folder / "challenges"),
        base_url="http://room.test",
        runtime="memory",
        static=data / "static",
    )
    store = open_store(settings)
    app = create_app(settings, store, MemorySandboxes(), MemoryJudge())
    try:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://room.test"
        ) as client:
            for path in PATHS:
                for method in ("GET", "POST", "PUT", "DELETE", "CONNECT", "TRACE"):
                    answer = await client.request(method, path)
                    if answer.status_code < 400:
                        return f"{method} {path} is answered with {answer.status_code}"
    finally:
        store.engine.dispose()
    raise Held.refused(f"{len(PATHS)} paths by six verbs")
