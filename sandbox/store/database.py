"""Opens the database: pragmas for SQLite, migrations for all. Knows no query."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

BUSY_TIMEOUT_MS = 5_000


class StorageFault(Exception):
    """Nothing could be written or read. Safe to show; says what to do."""


def sqlite_url(data: Path) -> str:
    return f"sqlite:///{data / 'interviews.db'}"


def open_database(url: str) -> Engine:
    """An engine whose schema is the newest. Raises StorageFault."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
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


def _set_pragmas(connection: Any, _record: object) -> None:
    """WAL lets readers read while the one writer writes; FULL makes a commit survive loss of power."""
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


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
