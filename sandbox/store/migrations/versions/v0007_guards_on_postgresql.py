"""On PostgreSQL too the log refuses to be rewritten, and interviews are deleted whole, behind an audit entry.

The rules are those that SQLite has had since 0001, 0004 and 0006.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

_REFUSED = "the event log is append-only"
_AUDIT_REFUSED = "the audit log is append-only"
_PACKED = "SELECT 1 FROM chunks WHERE interview = OLD.interview AND OLD.seq BETWEEN first_seq AND last_seq"
_ERASED = "SELECT 1 FROM erasing WHERE interview = OLD.interview"
_HAS_ROWS = (
    "EXISTS (SELECT 1 FROM events WHERE interview = OLD.interview) "
    "OR EXISTS (SELECT 1 FROM chunks WHERE interview = OLD.interview)"
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, refused in (("events", _REFUSED), ("chunks", _REFUSED), ("audit", _AUDIT_REFUSED)):
        _guard(f"{table}_no_update", "UPDATE", table, "true", refused)
    _guard(
        "events_no_delete", "DELETE", "events", f"NOT EXISTS ({_PACKED}) AND NOT EXISTS ({_ERASED})", _REFUSED
    )
    _guard("chunks_no_delete", "DELETE", "chunks", f"NOT EXISTS ({_ERASED})", _REFUSED)
    _guard("audit_no_delete", "DELETE", "audit", "true", _AUDIT_REFUSED)
    _guard("erasing_is_whole", "DELETE", "erasing", _HAS_ROWS, "an interview is deleted whole")
    _guard(
        "erasing_is_audited",
        "INSERT",
        "erasing",
        "NEW.audit IS DISTINCT FROM (SELECT MAX(seq) FROM audit)",
        "a deletion needs its own entry in the audit log",
    )
    # TRUNCATE fires no trigger of a row.
    for table, refused in (("events", _REFUSED), ("chunks", _REFUSED), ("audit", _AUDIT_REFUSED)):
        _function(f"{table}_no_truncate", "true", refused)
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_no_truncate()"
        )


def _guard(name: str, verb: str, table: str, refused_when: str, message: str) -> None:
    _function(name, refused_when, message)
    op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _function(name: str, refused_when: str, message: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {refused_when} THEN RAISE EXCEPTION '{message}'; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
