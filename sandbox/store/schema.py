"""The tables. Migrations create them; this says what queries may rely on."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table

metadata = MetaData()

interviews = Table(
    "interviews",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("created_at_us", BigInteger, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("interview", String(32), ForeignKey("interviews.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at_us", BigInteger, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("author", String(16), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,  # the table is its own index
)
_rare = events.c.kind.not_in(("document", "outputs"))
Index("events_by_kind", events.c.kind, events.c.interview, sqlite_where=_rare, postgresql_where=_rare)
"""Without what there is most of, and nobody asks for by its kind."""

chunks = Table(
    "chunks",
    metadata,
    Column("interview", String(32), ForeignKey("interviews.id"), primary_key=True),
    Column("first_seq", Integer, primary_key=True, autoincrement=False),
    Column("last_seq", Integer, nullable=False),
    Column("packed", LargeBinary, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at_us", BigInteger, nullable=False),
    Column("author", String(80), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)
"""What stays of deleted interviews; see `sandbox.core.audit`."""

erasing = Table(
    "erasing",
    metadata,
    Column("interview", String(32), ForeignKey("interviews.id"), primary_key=True),
    Column("audit", Integer, ForeignKey("audit.seq"), nullable=False),
)
"""Whose log may be deleted now, and which entry of the audit says so. Empty but inside of a transaction."""

seats = Table(
    "seats",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("interview", String(32), ForeignKey("interviews.id"), nullable=True),
    Column("member", Integer, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("interview", String(32), nullable=False, index=True),
    Column("endpoint", String(40), nullable=False),
    Column("decided_at_ms", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("failed", Integer, nullable=False),
    Column("due_at_ms", BigInteger, nullable=False, index=True),
)
"""Who is to be told. What is told is made from the log; nothing of a person is here."""

attempts = Table(
    "attempts",
    metadata,
    Column("delivery", String(40), ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("status", Integer, nullable=True),
    Column("reason", String(200), nullable=False),
)

endpoints = Table(
    "endpoints",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("since_ms", BigInteger, nullable=False),
)
"""Since when each is known: a new one is not told of what was decided before."""
