"""Opens the database: pragmas for SQLite, migrations for all. Knows no query."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

BUSY_TIMEOUT_MS = 5_000
Durability = Literal["power-loss", "crash"]
"""What a commit survives: loss of power too, or only the death of this process.

SQLite's ``synchronous=FULL`` waits for the disk at every commit; ``NORMAL`` leaves the write to the kernel,
which outlives the process but not its machine.
"""
_SYNCHRONOUS: dict[Durability, str] = {"power-loss": "FULL", "crash": "NORMAL"}


class StorageFault(Exception):
    """Nothing could be written or read. Safe to show; says what to do."""


def sqlite_url(data: Path) -> str:
    return f"sqlite:///{data / 'interviews.db'}"


def open_database(url: str, durability: Durability = "power-loss") -> Engine:
    """An engine whose schema is the newest. Raises StorageFault."""
    # Without the parameters: what a candidate typed belongs into no server's log.
    engine = create_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _pragmas(_SYNCHRONOUS[durability]))
    try:
        with engine.begin() as connection:
            config = Config()
            config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except SQLAlchemyError as error:
        engine.dispose()
        raise explain(error) from error
    return engine


def _pragmas(synchronous: str) -> Callable[[Any, object], None]:
    """WAL lets readers read while the one writer writes."""

    def set_pragmas(connection: Any, _record: object) -> None:
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "wal_autocheckpoint=0",  # see `checkpoints`
        ):
            connection.execute(f"PRAGMA {pragma}")

    return set_pragmas


def explain(error: SQLAlchemyError) -> StorageFault:
    """The database's complaint, in words that say what to do."""
    reason = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    if "disk is full" in reason or "disk I/O error" in reason:
        return StorageFault(
            f"The disk is full or broken ({reason}). Free some space; work goes on by itself then."
        )
    if "readonly" in reason or "unable to open" in reason:
        return StorageFault(
            f"The database cannot be written ({reason}). Check the data folder's owner and permissions."
        )
    if "locked" in reason:
        return StorageFault(
            "Another process holds the database. Is a second server running on the same data folder?"
        )
    return StorageFault(f"The database refused: {reason}")
