"""The outbox: results that are to be told to other systems, and each try to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("interview", sa.String(32), nullable=False, index=True),
        sa.Column("endpoint", sa.String(40), nullable=False),
        sa.Column("decided_at_ms", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("due_at_ms", sa.BigInteger, nullable=False, index=True),
    )
    op.create_table(
        "attempts",
        sa.Column(
            "delivery", sa.String(40), sa.ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Integer, nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
    )
    op.create_table(
        "endpoints",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
    )
