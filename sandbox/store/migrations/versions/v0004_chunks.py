"""Rows of an interview that is over are packed into chunks; on SQLite only those can be deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "chunks",
        sa.Column("interview", sa.String(32), sa.ForeignKey("interviews.id"), primary_key=True),
        sa.Column("first_seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last_seq", sa.Integer, nullable=False),
        sa.Column("packed", sa.LargeBinary, nullable=False),
    )
    if op.get_bind().dialect.name != "sqlite":
        return
    refuse = "BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END"
    op.execute("DROP TRIGGER events_no_delete")
    op.execute(
        "CREATE TRIGGER events_no_delete BEFORE DELETE ON events WHEN NOT EXISTS (SELECT 1 FROM chunks "
        "WHERE interview = OLD.interview AND OLD.seq BETWEEN first_seq AND last_seq) " + refuse
    )
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER chunks_no_{verb.lower()} BEFORE {verb} ON chunks {refuse}")
