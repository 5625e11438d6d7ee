"""The log is kept in its own order, and the index by kind leaves out what there is most of.

A table without SQLite's hidden row number is its own index by interview and number: a keystroke is written
in one place instead of three. Nobody asks for keystrokes and outputs by their kind.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_RARE = sa.text("kind NOT IN ('document', 'outputs')")


def upgrade() -> None:
    op.drop_index("events_by_kind", table_name="events")
    if op.get_bind().dialect.name == "sqlite":
        _pack()
    op.create_index(
        "events_by_kind", "events", ["kind", "interview"], sqlite_where=_RARE, postgresql_where=_RARE
    )


def _pack() -> None:
    op.rename_table("events", "events_before")
    op.create_table(
        "events",
        sa.Column("interview", sa.String(32), sa.ForeignKey("interviews.id"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("author", sa.String(16), nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO events SELECT * FROM events_before ORDER BY interview, seq")
    op.drop_table("events_before")
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER events_no_{verb.lower()} BEFORE {verb} ON events "
            "BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END"
        )
