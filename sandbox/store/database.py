"""Opens the database, SQLite in a file or PostgreSQL by its URL: settings, migrations. Knows no query."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError

BUSY_TIMEOUT_MS = 5_000
Durability = Literal["power-loss", "crash"]
"""What a commit survives: loss of power too, or only the death of this process.

SQLite's ``synchronous=FULL`` waits for the disk at every commit; ``NORMAL`` leaves the write to the kernel,
which outlives the process but not its machine. PostgreSQL's ``synchronous_commit`` is the same choice, made
by its server: without it the last third of a second may be lost when that server dies.
"""
_SYNCHRONOUS: dict[Durability, str] = {"power-loss": "FULL", "crash": "NORMAL"}
_SYNCHRONOUS_COMMIT: dict[Durability, str] = {"power-loss": "on", "crash": "off"}


class StorageFault(Exception):
    """Nothing could be written or read. Safe to show; says what to do."""


def sqlite_url(data: Path) -> str:
    return f"sqlite:///{data / 'interviews.db'}"


def open_database(url: str, durability: Durability = "power-loss") -> Engine:
    """An engine whose schema is the newest. Raises StorageFault."""
    engine = _engine(url, durability)
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


def _engine(url: str, durability: Durability) -> Engine:
    try:
        # Without the parameters: what a candidate typed belongs into no server's log. Asked before use: a
        # database server may have been restarted since.
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=not url.startswith("sqlite"))
    except ModuleNotFoundError as error:
        raise StorageFault(
            f"The driver {error.name} of this database is missing. "
            "For PostgreSQL: pip install 'probe[postgresql]'."
        ) from error
    except ArgumentError as error:
        raise StorageFault(
            "The database's URL cannot be read. "
            "Want postgresql://USER:PASSWORD@HOST/NAME, or none for SQLite."
        ) from error
    match engine.dialect.name:
        case "sqlite":
            event.listen(engine, "connect", _pragmas(_SYNCHRONOUS[durability]))
        case "postgresql":
            event.listen(engine, "connect", _commits(_SYNCHRONOUS_COMMIT[durability]))
        case other:
            raise StorageFault(
                f"{other} is not supported. Give the URL of a PostgreSQL database, or none for SQLite."
            )
    return engine


def _commits(synchronous: str) -> Callable[[Any, object], None]:
    def set_commits(connection: Any, _record: object) -> None:
        connection.execute(f"SET synchronous_commit TO {synchronous}")
        connection.commit()

    return set_commits


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
    if isinstance(error, DBAPIError) and (
        error.connection_invalidated or isinstance(error, OperationalError)
    ):
        return StorageFault(
            f"The database cannot be reached ({reason.strip()}). Is it running? "
            "Work goes on by itself when it is."
        )
    return StorageFault(f"The database refused: {reason}")
