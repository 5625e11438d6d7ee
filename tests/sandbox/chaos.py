"""The server killed again and again under typists at work, and what is counted afterwards.

A room has two open pages of its candidate and a watcher. Each page types in a file of its own, with
backspaces, and puts numbered words at random places of a file that both share. While the server is down they
type on. Now and then a page dies with the server, and comes back with nothing.

After every kill, before any typist is back, a fresh observer reads what the server kept. It must be a text
that the typist had at some moment: neither before the last keystroke that was acknowledged nor before the
last one that the watcher had seen. At the end no character may be lost or doubled in either file.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import string
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from pycrdt import Doc, Map, Text

from sandbox.app import Store, open_store
from sandbox.core.chain import verify
from sandbox.settings import Settings
from sandbox.store.database import Durability
from tests.sandbox.page import Page, join
from tests.sandbox.processes import free_port, server

SHARED = "shared.py"
KEY_EVERY_S = 0.02
BACKSPACE, WORD, DIES_TOO = 0.1, 0.1, 0.25
"""Shares: of keys, of keys, of pages at a kill."""


@dataclass
class Tally:
    kills: int = 0
    keys: int = 0
    acknowledged: int = 0
    seen: int = 0
    typed_offline: int = 0
    pages_died: int = 0
    lost: int = 0
    doubled: int = 0
    complaints: list[str] = field(default_factory=list)


class Typist:
    """One page of the candidate; its document outlives its connections."""

    def __init__(
        self, base: str, interview: str, cookies: httpx.Cookies, name: str, rng: random.Random
    ) -> None:
        self._base, self._interview, self._cookies, self._rng = base, interview, cookies, rng
        self.name, self.file = name, f"{name}.py"
        self.doc: Doc[Any] = Doc()
        self.page: Page | None = None
        self.words: set[str] = set()
        """Put into the shared file and still in this page's document."""
        self.texts: list[str] = [""]
        """Of the own file after each update of this connection, from the text it began with."""

    @property
    def files(self) -> Map[Any]:
        files: Map[Any] = self.doc.get("files", type=Map)
        return files

    @property
    def text(self) -> str:
        return str(self.files[self.file])

    async def connect(self) -> None:
        self.page = Page(self._base, self._interview, "candidate", self._cookies, self.doc)
        await self.page.__aenter__()
        for name in (self.file, *((SHARED,) if self.name.endswith("0") else ())):
            if name not in self.files:
                self.files[name] = Text("")
        await self.page.until(lambda: SHARED in self.files)
        self.texts = [self.text] * (self.page.sent + 1)

    async def leave(self) -> None:
        if self.page is not None:
            await self.page.__aexit__()
            self.page = None

    def key(self, tally: Tally) -> None:
        """One change, sent if there is a connection."""
        tally.keys += 1
        tally.typed_offline += self.page is None
        own: Text = self.files[self.file]
        if self._rng.random() < WORD:
            shared: Text = self.files[SHARED]
            word = f"<{self.name}-{tally.keys}>"
            shared.insert(self._between_words(str(shared)), word)
            self.words.add(word)
        elif len(own) and self._rng.random() < BACKSPACE:
            del own[len(own) - 1]
        else:
            own += self._rng.choice(string.ascii_letters)
        if self.page is not None:
            self.texts += [self.text] * (self.page.sent + 1 - len(self.texts))

    def _between_words(self, shared: str) -> int:
        return self._rng.choice([0, *(at + 1 for at, character in enumerate(shared) if character == ">")])

    def die(self) -> None:
        """The page's memory is gone."""
        self.doc = Doc()
        self.words.clear()


class Room:
    def __init__(self, base: str, store: Store, interview: str, rng: random.Random) -> None:
        self.base, self._store, self.interview, self._rng = base, store, interview, rng
        self.typists: list[Typist] = []

    async def open(self) -> None:
        links = self._store.interviews.links(self.interview)
        self._watching = await join(self.base, links.interviewer)
        cookies = await join(self.base, links.candidate)
        async with Page(self.base, self.interview, "candidate", cookies) as page:
            await page.do("consent")
        self.typists = [
            Typist(self.base, self.interview, cookies, f"page{number}", self._rng) for number in (0, 1)
        ]

    def watcher(self) -> Page:
        return Page(self.base, self.interview, "interviewer", self._watching)

    async def connect(self) -> None:
        for typist in self.typists:
            await typist.connect()
        self.watching = self.watcher()
        await self.watching.__aenter__()

    async def type(self, seconds: float, tally: Tally) -> None:
        """Until the time is over or the server is gone."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end and all(one.page and one.page.closed is None for one in self.typists):
            for typist in self.typists:
                typist.key(tally)
            await asyncio.sleep(KEY_EVERY_S * self._rng.uniform(0.2, 1.8))

    async def disconnect(self, tally: Tally) -> None:
        """After the kill: what each side knows, before it goes on without a server."""
        for one in (self.watching, *(one.page for one in self.typists)):
            assert one is not None
            await one.until(lambda one=one: one.closed is not None)  # type: ignore[misc]
        self._acknowledged = {one.name: one.page.saved for one in self.typists if one.page}
        self._seen = {one.name: str(self.watching.files.get(one.file, "")) for one in self.typists}
        self._seen_words = _words(str(self.watching.files.get(SHARED, "")))
        tally.acknowledged += sum(self._acknowledged.values())
        tally.seen += sum(map(len, self._seen.values()))
        await self.watching.__aexit__()
        for typist in self.typists:
            await typist.leave()

    async def compare(self, tally: Tally) -> None:
        """What the restarted server kept, with what was promised."""
        async with self.watcher() as observer:
            for typist in self.typists:
                kept = str(observer.files.get(typist.file, ""))
                self._compare(typist, kept, tally)
            missing = self._seen_words - _words(str(observer.files.get(SHARED, "")))
            tally.lost += sum(map(len, missing))
            if missing:
                tally.complaints.append(f"{self.interview}: seen and gone: {sorted(missing)[:5]}")

    def _compare(self, typist: Typist, kept: str, tally: Tally) -> None:
        texts = typist.texts
        moments = [moment for moment, text in enumerate(texts) if text == kept]
        if not moments:
            tally.doubled += 1
            tally.complaints.append(
                f"{self.interview} {typist.name}: kept a text that was never typed: {kept[-40:]!r}"
            )
            return
        seen = [moment for moment, text in enumerate(texts) if text == self._seen[typist.name]]
        promised = max(self._acknowledged[typist.name], seen[0] if seen else 0)
        if moments[-1] < promised:
            tally.lost += promised - moments[-1]
            tally.complaints.append(
                f"{self.interview} {typist.name}: kept update {moments[-1]} of {promised} promised"
            )

    def offline(self, tally: Tally) -> None:
        """Some pages are gone with the server; the others type on."""
        for typist in self.typists:
            if self._rng.random() < DIES_TOO:
                tally.pages_died += 1
                typist.die()
            else:
                for _ in range(self._rng.randrange(15)):
                    typist.key(tally)

    async def settle(self, tally: Tally) -> None:
        """Everything typed has arrived everywhere, once."""
        for typist in self.typists:
            page = typist.page
            assert page is not None
            await page.until(lambda page=page: page.saved == page.sent, 30)  # type: ignore[misc]
        async with self.watcher() as observer:
            kept = str(observer.files[SHARED])
            counts = Counter(part + ">" for part in kept.split(">") if part)
            for word in set().union(*(one.words for one in self.typists)):
                tally.lost += len(word) if counts[word] == 0 else 0
            tally.doubled += sum(len(word) * (count - 1) for word, count in counts.items())
            for typist in self.typists:
                own = str(observer.files[typist.file])
                if own != typist.text:
                    tally.lost += max(0, len(typist.text) - len(own))
                    tally.doubled += max(0, len(own) - len(typist.text))
                    tally.complaints.append(f"{self.interview} {typist.name}: ended with {own[-40:]!r}")

    async def leave(self) -> None:
        await self.watching.__aexit__()
        for typist in self.typists:
            await typist.leave()


def _words(shared: str) -> set[str]:
    return {part + ">" for part in shared.split(">") if part}


async def chaos(
    data: Path,
    challenges: Path,
    *,
    kills: int,
    rooms: int = 2,
    durability: Durability = "crash",
    seed: int = 1,
) -> Tally:
    """Kill the server ``kills`` times under ``rooms`` rooms."""
    rng, tally, port = random.Random(seed), Tally(), free_port()
    base = f"http://127.0.0.1:{port}"
    store = open_store(Settings(data=data, challenges=challenges, base_url=base))
    names = [
        store.interviews.create(candidate_name="Casey", interviewer_name="Robin")[0].id for _ in range(rooms)
    ]
    interviews = [Room(base, store, name, rng) for name in names]
    for round_ in range(kills + 1):
        async with server(data, challenges, port, durability) as process:
            for room in interviews:
                if round_ == 0:
                    await room.open()
                else:
                    await room.compare(tally)
            for room in interviews:
                await room.connect()
            typing = [asyncio.create_task(room.type(rng.uniform(0.05, 1.0), tally)) for room in interviews]
            if round_ == kills:
                await asyncio.gather(*typing)
                for room in interviews:
                    await room.settle(tally)
                    await room.leave()
                break
            await asyncio.sleep(rng.uniform(0.03, 0.9))
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            tally.kills += 1
            await asyncio.gather(*typing)
            for room in interviews:
                await room.disconnect(tally)
        for room in interviews:
            room.offline(tally)
    tally.complaints += [
        f"{name}: chain broken" for name in names if not verify(store.log.links(name)).intact
    ]
    store.engine.dispose()
    return tally
