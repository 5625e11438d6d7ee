"""Seats: the secret in a link, and the one in a cookie that it is exchanged for.

Both are made from one key in the data folder, so a link can be shown again without being stored; the
database keeps only hashes. The cookie's secret differs from the link's: a leaked link in a log is not a
session, and a session is not a link.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import SQLAlchemyError

from sandbox.core.access import MAX_MEMBERS, Seat, author_of
from sandbox.store.database import StorageFault, explain
from sandbox.store.schema import seats

TOKEN_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatOf:
    role: Seat
    interview: str = ""
    """Empty for the host."""
    member: int = 0
    """Who of the panel; 0 is the candidate, the host, or the interviewer whom the interview was made for."""

    @property
    def author(self) -> str:
        return author_of(self.role, self.member)

    @property
    def cookie(self) -> str:
        """Name of its cookie: one browser can hold several seats, and of a panel the one opened last."""
        return cookie_name(self.role, self.interview)


def cookie_name(role: Seat, interview: str) -> str:
    return f"seat_{role}_{interview}" if interview else f"seat_{role}"


def read_key(data: Path) -> bytes:
    """The data folder's key, made on first use and readable by its owner alone. Raises StorageFault."""
    path = data / "seats.key"
    try:
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(32))
        return bytes.fromhex(path.read_text())
    except FileExistsError:
        return bytes.fromhex(path.read_text())
    except (OSError, ValueError) as error:
        raise StorageFault(
            f"{path} cannot be used ({error}). Check the data folder's owner and permissions."
        ) from error


class Seats:
    def __init__(self, engine: Engine, key: bytes) -> None:
        self._engine = engine
        self._key = key

    def token(self, seat: SeatOf) -> str:
        """The secret in the seat's link."""
        return self._derive("link", seat)

    def cookie_value(self, seat: SeatOf) -> str:
        """Says who of the panel it is, and proves it."""
        return f"{seat.member}.{self._derive('cookie', seat)}"

    def seated(self, role: Seat, interview: str, cookie: str | None) -> SeatOf | None:
        """The seat that a cookie proves; None when it proves none."""
        number, _, _ = (cookie or "").partition(".")
        if cookie is None or not (number.isascii() and number.isdecimal() and len(number) <= 2):
            return None
        seat = SeatOf(role=role, interview=interview, member=int(number))
        genuine = hmac.compare_digest(cookie.encode(), self.cookie_value(seat).encode())
        return seat if genuine and seat.member <= MAX_MEMBERS else None

    def add(self, seat: SeatOf) -> str:
        """Make the seat's link valid and return its token; again is fine. Raises StorageFault."""
        token = self.token(seat)
        if self.find(token) is None:
            row = {
                "token_hash": _hash(token),
                "role": seat.role,
                "interview": seat.interview or None,
                "member": seat.member,
            }
            try:
                with self._engine.begin() as connection:
                    connection.execute(insert(seats), row)
            except SQLAlchemyError as error:
                raise explain(error) from error
        return token

    def find(self, token: str) -> SeatOf | None:
        """The seat that a link opens. Raises StorageFault."""
        try:
            with self._engine.connect() as connection:
                row = connection.execute(select(seats).where(seats.c.token_hash == _hash(token))).first()
        except SQLAlchemyError as error:
            raise explain(error) from error
        return (
            None if row is None else SeatOf(role=row.role, interview=row.interview or "", member=row.member)
        )

    def _derive(self, purpose: str, seat: SeatOf) -> str:
        # Without its number, the first of a panel keeps the link of before there were panels.
        number = (str(seat.member),) if seat.member else ()
        message = "\0".join((purpose, seat.role, seat.interview, *number)).encode()
        return urlsafe_b64encode(hmac.digest(self._key, message, "sha256")[:TOKEN_BYTES]).decode()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
