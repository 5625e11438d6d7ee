"""Seats of a panel: several interviewers and watchers in one interview."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("seats", sa.Column("member", sa.Integer, nullable=False, server_default="0"))
