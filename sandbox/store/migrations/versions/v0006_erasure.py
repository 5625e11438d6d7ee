"""An interview can be deleted for good: only whole, and only behind an entry of the audit log.

The entry of the audit log cannot be changed or deleted; the log still refuses every other deletion.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_PACKED = "SELECT 1 FROM chunks WHERE interview = OLD.interview AND OLD.seq BETWEEN first_seq AND last_seq"
_ERASED = "SELECT 1 FROM erasing WHERE interview = OLD.interview"


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("author", sa.String(80), nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    )
    op.create_table(
        "erasing",
        sa.Column("interview", sa.String(32), sa.ForeignKey("interviews.id"), primary_key=True),
        sa.Column("audit", sa.Integer, sa.ForeignKey("audit.seq"), nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        _guard()


def _guard() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END"
    op.execute("DROP TRIGGER events_no_delete")
    op.execute(
        f"CREATE TRIGGER events_no_delete BEFORE DELETE ON events "
        f"WHEN NOT EXISTS ({_PACKED}) AND NOT EXISTS ({_ERASED}) {refuse}"
    )
    op.execute("DROP TRIGGER chunks_no_delete")
    op.execute(
        f"CREATE TRIGGER chunks_no_delete BEFORE DELETE ON chunks WHEN NOT EXISTS ({_ERASED}) {refuse}"
    )
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
            "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        )
    # The interview's rows go in the transaction that says so, or not at all.
    op.execute(
        "CREATE TRIGGER erasing_is_whole BEFORE DELETE ON erasing "
        "WHEN EXISTS (SELECT 1 FROM events WHERE interview = OLD.interview) "
        "OR EXISTS (SELECT 1 FROM chunks WHERE interview = OLD.interview) "
        "BEGIN SELECT RAISE(ABORT, 'an interview is deleted whole'); END"
    )
    op.execute(
        "CREATE TRIGGER erasing_is_audited BEFORE INSERT ON erasing "
        "WHEN NEW.audit IS NOT (SELECT MAX(seq) FROM audit) "
        "BEGIN SELECT RAISE(ABORT, 'a deletion needs its own entry in the audit log'); END"
    )
