"""Keep for a report what clients told about each day's messages, for as long as none of it changes."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

LEFT = "status IN ('accepted', 'delivered', 'handoff', 'undelivered', 'unknown')"
INDEXED = (
    "status IN ('planned', 'claimed', 'handoff', 'accepted', 'delivered', 'undelivered', 'unknown')"
)
"""The condition of the index by which the messages of a milestone are found."""

COUNTED = ("client_id", "due_on", "milestone", "treatment_id")
"""What is counted of a message that left."""

TODAY = "CAST(now() AT TIME ZONE 'UTC' AS date)"
ROWS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
NAMES = {"INSERT": "added", "UPDATE": "changed", "DELETE": "removed"}


def upgrade() -> None:
    """Add the table, let the database itself end a count that holds no more, and let indexes alone
    answer what else the report asks.
    """
    op.create_table(
        "counted_skin_day",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "day_on", name=op.f("counted_skin_day_pkey")),
    )
    for table, name, columns in (
        ("treatment", "day", "clinic_id treated_on protocol cancelled_at complication_at"),
        ("skin_answer", "told", "clinic_id changed_at moment worried_at"),
    ):
        op.drop_index(f"{table}_{name}", table_name=table)
        op.create_index(f"{table}_{name}", table, columns.split())
    for event in ROWS:
        _end_counts("skin_answer", event, ["said", "treatment_id", "moment"], "moment")
    for event in ("INSERT", "DELETE"):
        _end_counts("page_opening", event, [], "moment")
    for event in ROWS:
        _end_counts("reminder", event, ["status", *COUNTED], "milestone")


def _end_counts(table: str, event: str, columns: list[str], milestone: str) -> None:
    """End the counts of the days to which the messages of a row's treatment and milestone belong."""
    name, rows = f"{table}_skin_{NAMES[event]}", ROWS[event]
    when = f"UPDATE OF {', '.join(columns)}" if event == "UPDATE" else event
    only = f" WHEN ({_condition(event)})" if table == "reminder" else ""
    act = "; ".join(_end(table, row, milestone) for row in rows)
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {name} AFTER {when} ON {table}{only} BEGIN {act}; END")
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {'; '.join(_lock(table, row) for row in rows)}; {act}; RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} AFTER {when} ON {table} FOR EACH ROW{only} EXECUTE FUNCTION {name}()"
    )


def _end(table: str, row: str, milestone: str) -> str:
    clinic = "(SELECT clinic_id FROM treatment WHERE id = {0}.treatment_id)"
    own, clinic = "", clinic.format(row)
    if table == "reminder":
        own, clinic = f" UNION ALL SELECT {row}.due_on", f"{row}.clinic_id"
    return (
        f"DELETE FROM counted_skin_day WHERE clinic_id = {clinic} AND day_on IN (SELECT due_on"  # noqa: S608 (our own names)
        f" FROM reminder WHERE treatment_id = {row}.treatment_id AND milestone = {row}.{milestone}"
        f" AND {INDEXED}{own})"
    )


def _lock(table: str, row: str) -> str:
    """Wait for whoever counts, who holds this lock alone: nothing changes unseen meanwhile."""
    lock = "PERFORM pg_advisory_xact_lock_shared(7305214, {}.clinic_id)"
    if table == "reminder":
        return lock.format(row)
    return f"{lock.format('t')} FROM treatment t WHERE t.id = {row}.treatment_id"


def _condition(event: str) -> str:
    """Return which changes of a message matter: whether it left, and what is counted of those."""
    rows, sqlite = ROWS[event], op.get_bind().dialect.name == "sqlite"
    condition = f"{rows[0]}.{LEFT}"
    if event == "UPDATE":
        old, new = (", ".join(f"{row}.{column}" for column in COUNTED) for row in rows)
        differs = "IS NOT" if sqlite else "IS DISTINCT FROM"
        left = [f"({row}.{LEFT})" for row in rows]
        condition = f"{left[0]} <> {left[1]} OR {left[1]} AND ({old}) {differs} ({new})"
    yesterday = "date('now', '-1 day')" if sqlite else f"{TODAY} - 1"
    past = " OR ".join(f"{row}.due_on < {yesterday}" for row in rows)
    return f"({past}) AND ({condition})"  # what belongs to today or yesterday is never counted
