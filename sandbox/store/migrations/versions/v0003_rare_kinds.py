"""The index by kind leaves out keystrokes and outputs: nobody asks for them by their kind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_RARE = sa.text("kind NOT IN ('document', 'outputs')")


def upgrade() -> None:
    op.drop_index("events_by_kind", table_name="events")
    op.create_index(
        "events_by_kind", "events", ["kind", "interview"], sqlite_where=_RARE, postgresql_where=_RARE
    )
