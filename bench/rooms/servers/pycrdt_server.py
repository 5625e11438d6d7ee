"""pycrdt-websocket with pycrdt-store's SQLite, as its documentation puts them together."""

from __future__ import annotations

import os
from pathlib import Path

from pycrdt.store import SQLiteYStore
from pycrdt.websocket import ASGIServer, WebsocketServer, YRoom


class Store(SQLiteYStore):
    db_path = str(Path(os.environ["DATA"]) / "ystore.db")


class StoredServer(WebsocketServer):
    async def get_room(self, name: str) -> YRoom:
        if name not in self.rooms:
            self.rooms[name] = YRoom(ready=True, ystore=Store(path=name))
        room = self.rooms[name]
        await self.start_room(room)
        return room


rooms = StoredServer(auto_clean_rooms=False)
inner = ASGIServer(rooms)


async def app(scope, receive, send):
    if scope["type"] != "lifespan":
        await inner(scope, receive, send)
        return
    await receive()
    async with rooms:
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})
