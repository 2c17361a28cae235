"""Keep the counts of days for reports, for as long as no message of such a day changes."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TO_COME, GONE = (sa.text(f"status {how} 'planned'") for how in ("=", "<>"))
TODAY = "CAST(now() AT TIME ZONE 'UTC' AS date)"
YESTERDAY = "date('now', '-1 day')"
"""For SQLite; what belongs to today or yesterday is never counted, and passes without a look."""

COUNTED = "status, reason, channel, due_on, clinic_id, claim"
"""What a day's counts depend on; the segments are those of the attempt that the claim names."""


def upgrade() -> None:
    """Add the table, and let the database itself end a count that holds no more."""
    op.create_table(
        "counted_day",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "day_on", name=op.f("counted_day_pkey")),
    )
    op.drop_index("reminder_month", table_name="reminder")
    _index("reminder_month", ["clinic_id", "due_on"], GONE)
    _index("reminder_to_come", ["clinic_id", "due_on", "channel", "reason", "client_id"], TO_COME)
    op.create_index("reply_received", "reply", ["clinic_id", "received_at"])
    if op.get_bind().dialect.name == "sqlite":
        _end_counts_on_sqlite()
    else:
        _end_counts_on_postgresql()


def _index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "reminder", columns, sqlite_where=where, postgresql_where=where)


def _end_counts_on_sqlite() -> None:
    for name, when, rows in (
        ("added", "INSERT", ("new",)),
        ("changed", f"UPDATE OF {COUNTED}", ("old", "new")),
        ("removed", "DELETE", ("old",)),
    ):
        ends = "; ".join(
            f"DELETE FROM counted_day WHERE clinic_id = {row}.clinic_id AND day_on = {row}.due_on"  # noqa: S608 (our own names)
            for row in rows
        )
        past = " OR ".join(f"{row}.due_on < {YESTERDAY}" for row in rows)
        op.execute(
            f"CREATE TRIGGER reminder_{name} AFTER {when} ON reminder WHEN {past} BEGIN {ends}; END"
        )


def _end_counts_on_postgresql() -> None:
    """Whoever counts holds the lock alone, so that nothing changes unseen while it is counted. What
    belongs to today or yesterday is never counted, and passes without a call.
    """
    ends = (
        "PERFORM pg_advisory_xact_lock_shared(7305214, {row}.clinic_id);"
        " DELETE FROM counted_day WHERE clinic_id = {row}.clinic_id AND day_on = {row}.due_on;"
    )
    op.execute(
        "CREATE FUNCTION reminder_uncounted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP <> 'INSERT' THEN {ends.format(row='OLD')} END IF;"
        f" IF TG_OP <> 'DELETE' THEN {ends.format(row='NEW')} END IF; RETURN NULL; END $$"
    )
    for name, when, rows in (
        ("added", "INSERT", ("NEW",)),
        ("changed", f"UPDATE OF {COUNTED}", ("OLD", "NEW")),
        ("removed", "DELETE", ("OLD",)),
    ):
        past = " OR ".join(f"{row}.due_on < {TODAY} - 1" for row in rows)
        op.execute(
            f"CREATE TRIGGER reminder_{name} AFTER {when} ON reminder FOR EACH ROW"
            f" WHEN ({past}) EXECUTE FUNCTION reminder_uncounted()"
        )
