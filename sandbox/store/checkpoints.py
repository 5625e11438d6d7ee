"""Copies SQLite's write-ahead log into the database beside the commits, so that none of them waits for it.

By itself SQLite does this inside whichever commit makes the log long, and waits for the disk there.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

EVERY_S = 1.0
LONG_BYTES = 4 * 1024 * 1024
_log = logging.getLogger(__name__)


class Checkpoints:
    """Does nothing for another database than SQLite in a file."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ended = threading.Event()
        database = engine.url.database
        self._wal = Path(f"{database}-wal") if engine.dialect.name == "sqlite" and database else None
        self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while self._wal is not None and not self._ended.wait(EVERY_S):
            try:
                if self._wal.exists() and self._wal.stat().st_size > LONG_BYTES:
                    self.copy()
            except (OSError, SQLAlchemyError) as error:
                _log.error("the write-ahead log could not be copied into the database: %s", error)

    def copy(self) -> None:
        """As much as no reader needs; never waits for one, and holds nobody up. Raises SQLAlchemyError."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
