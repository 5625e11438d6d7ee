"""kill -9 on a real server while somebody types: what was acknowledged or seen is there afterwards."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest
from pycrdt import Doc, Text

from sandbox.app import open_store
from sandbox.settings import Settings
from tests.sandbox.page import Page, join
from tests.sandbox.processes import free_port, server


@pytest.mark.timeout(120)
async def test_nothing_acknowledged_or_seen_is_lost_when_the_server_is_killed(
    tmp_path: Path, challenges: Path
) -> None:
    data, port = tmp_path / "data", free_port()
    base = f"http://127.0.0.1:{port}"
    store = open_store(Settings(data=data, challenges=challenges, base_url=base))
    interview = store.interviews.create(candidate_name="Ada", interviewer_name="Grace")[0].id
    links = store.interviews.links(interview)
    doc: Doc[Any] = Doc()
    async with server(data, challenges, port) as process:
        candidate, interviewer = await join(base, links.candidate), await join(base, links.interviewer)
        ada = Page(base, interview, "candidate", candidate, doc)
        grace = Page(base, interview, "interviewer", interviewer)
        async with ada, grace:
            await ada.do("consent")
            await grace.do("add_note", text="before the crash")
            for number in range(60):
                ada.summary += f"word{number} "
                await asyncio.sleep(0.005)
                if ada.saved >= 30:
                    break
            await ada.until(lambda: ada.saved >= 20)
            process.send_signal(signal.SIGKILL)
            await ada.close_code()
            acknowledged = "".join(f"word{number} " for number in range(ada.saved))
            seen = str(grace.summary)
            typed = str(ada.summary)
    assert typed.startswith(seen)

    async with server(data, challenges, port):
        async with Page(base, interview, "interviewer", interviewer) as grace:
            kept = str(grace.summary)
            assert kept.startswith(acknowledged)
            assert kept.startswith(seen)
            assert grace.view["notes"][0]["text"] == "before the crash"
            # The page still holds everything, also what was never acknowledged, and sends it.
            async with Page(base, interview, "candidate", candidate, doc) as ada:
                await grace.until(lambda: str(grace.summary) == typed)
                await ada.until(lambda: ada.view["sandbox"]["state"] == "ready")
                assert str(ada.doc.get("summary", type=Text)) == typed
        async with httpx.AsyncClient(base_url=base, cookies=interviewer) as client:
            report = (await client.get(f"/api/rooms/{interview}/report")).json()
        assert report["chain"]["intact"]
        assert report["review"]["summary"] == typed
    store.engine.dispose()
