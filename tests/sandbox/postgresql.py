"""A PostgreSQL server of our own, as long as tests need one: its own folder and socket, and no port."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, text


def binaries() -> Path | None:
    """Where initdb and postgres are; Debian keeps them off the PATH."""
    found = shutil.which("initdb")
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in candidates if (folder / "initdb").exists()), None)


@dataclass
class Server:
    socket: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        return f"postgresql://probe@/{database}?host={self.socket}"

    def new_database(self) -> str:
        """The URL of one that is empty."""
        name = f"test{next(self._numbers)}"
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self.url(name)

    def hang_up(self) -> None:
        """End every connection, as a restart of the server does."""
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test%'"
            connection.execute(text(others)).all()
        engine.dispose()


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Server]:
    """``folder`` holds ``initdb`` and ``postgres``. The cluster is gone afterwards."""
    # A socket's path has about a hundred bytes, and pytest's folders are long.
    with tempfile.TemporaryDirectory(prefix="pg") as home:
        cluster = Path(home) / "data"
        as_user = _ordinary_user(Path(home))
        initdb = (
            folder / "initdb",
            "-D",
            cluster,
            "-U",
            "probe",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
            "-N",
        )
        subprocess.run([*as_user, *initdb], check=True, capture_output=True, cwd=home)
        quick = ("-c", "fsync=off", "-c", "listen_addresses=", "-c", f"unix_socket_directories={home}")
        postgres = subprocess.Popen(
            [*as_user, folder / "postgres", "-D", cluster, *quick],
            cwd=home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            ready = [folder / "pg_isready", "-q", "-h", home, "-t", "20"]
            while subprocess.run(ready).returncode != 0:
                assert postgres.poll() is None, "postgres ended early"
            yield Server(Path(home))
        finally:
            postgres.send_signal(signal.SIGINT)  # does not wait for those who are connected
            postgres.wait(30)


def _ordinary_user(home: Path) -> list[str]:
    """PostgreSQL refuses to be run by root."""
    if os.getuid() != 0:
        return []
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    return ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
