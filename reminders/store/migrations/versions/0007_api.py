"""Keys of the API, answers kept for repeats, and the feed of events with what writes it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
CLINIC = "(SELECT clinic_id FROM client WHERE id = fresh.client_id)"


def upgrade() -> None:
    """Add the tables, and the triggers that note events whichever way a row comes about."""
    _keys()
    _kept_answers()
    _events()
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, table, when, condition, values in TRIGGERS:
        (_on_sqlite if sqlite else _on_postgresql)(name, table, when, condition, values)


def _keys() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("begins", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("api_key_clinic_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("api_key_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("api_key_token_hash_once")),
    )
    op.create_index("api_key_of_clinic", "api_key", ["clinic_id"], unique=False)


def _kept_answers() -> None:
    op.create_table(
        "kept_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("api_key_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("kept_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_key.id"], name=op.f("kept_answer_api_key_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("kept_answer_pkey")),
        sa.UniqueConstraint("api_key_id", "name", name=op.f("kept_answer_api_key_id_name_once")),
    )
    op.create_index("kept_answer_age", "kept_answer", ["kept_at"], unique=False)


def _events() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=True),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("happened_at", INSTANT, nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("event_pkey")),
        sa.UniqueConstraint("clinic_id", "place", name=op.f("event_clinic_id_place_once")),
    )
    op.create_index("event_age", "event", ["happened_at"], unique=False)
    op.create_index(
        "event_unplaced",
        "event",
        ["clinic_id", "id"],
        unique=False,
        sqlite_where=sa.text("place IS NULL"),
        postgresql_where=sa.text("place IS NULL"),
    )


def _differs(*names: str) -> str:
    """Say that one of these columns is another than before; each database spells it its own way."""
    return " OR ".join(f"fresh.{name} DIFFERS stale.{name}" for name in names)


SESSION = ("treated_on", "starts", "ends", "protocol", "cancelled_at", "treated_marked_at")
TROUBLE = "fresh.status IN ('undelivered', 'failed', 'unknown')"

MARKED = (
    "CASE WHEN fresh.cancelled_at DIFFERS stale.cancelled_at THEN fresh.cancelled_at "
    "WHEN fresh.treated_marked_at DIFFERS stale.treated_marked_at THEN fresh.treated_marked_at END"
)
SAID = "COALESCE(fresh.act, '') <> 'unmerge'"
OURS = "fresh.clinic_id IS NOT NULL"

TRIGGERS = (
    ("treatment_added", "treatment", "INSERT", "", ("fresh.clinic_id", "treatment.changed", "fresh.client_id", "fresh.created_at")),
    ("treatment_changed", "treatment", f"UPDATE OF {', '.join(SESSION)}", _differs(*SESSION), ("fresh.clinic_id", "treatment.changed", "fresh.client_id", MARKED)),
    ("consent_given", "consent", "INSERT", f"fresh.given AND {SAID}", (CLINIC, "consent.given", "fresh.client_id", "fresh.recorded_at")),
    ("consent_refused", "consent", "INSERT", f"NOT fresh.given AND {SAID}", (CLINIC, "client.stopped", "fresh.client_id", "fresh.recorded_at")),
    ("client_erased", "client", "UPDATE OF erased_at", "fresh.erased_at IS NOT NULL AND stale.erased_at IS NULL", ("fresh.clinic_id", "client.erased", "fresh.id", "fresh.erased_at")),
    ("client_merged", "client_merge", "INSERT", "", ("fresh.clinic_id", "client.merged", "fresh.kept_id", "fresh.merged_at")),
    ("reply_received", "reply", "INSERT", OURS, ("fresh.clinic_id", "reply.received", "fresh.client_id", "fresh.received_at")),
    ("reply_alarm", "reply", "INSERT", f"{OURS} AND fresh.alarm IS NOT NULL", ("fresh.clinic_id", "reply.alarm", "fresh.client_id", "fresh.received_at")),
    ("message_undelivered", "reminder", "UPDATE OF status", f"{TROUBLE} AND stale.status <> fresh.status", ("fresh.clinic_id", "message.undelivered", "fresh.client_id", "fresh.settled_at")),
    ("question_opened", "question", "INSERT", "", ("fresh.clinic_id", "question.opened", "NULL", "fresh.asked_at")),
)  # fmt: skip
"""Name, table, when, on which condition, and what is noted: clinic, kind, client, moment."""

Values = tuple[str, str, str, str]


def _insert(values: Values) -> str:
    clinic, kind, client, moment = values
    return (
        "INSERT INTO event (clinic_id, kind, client_id, row_id, happened_at) "
        f"SELECT {clinic}, '{kind}', {client}, fresh.id, {moment}"
    )


def _of_row(words: str, differs: str) -> str:
    named = words.replace("fresh.", "NEW.").replace("stale.", "OLD.")
    return named.replace("DIFFERS", differs)


def _on_sqlite(name: str, table: str, when: str, condition: str, values: Values) -> None:
    only = f"WHEN {_of_row(condition, 'IS NOT')} " if condition else ""
    op.execute(
        f"CREATE TRIGGER event_{name} AFTER {when} ON {table} {only}"
        f"BEGIN {_of_row(_insert(values), 'IS NOT')}; END"
    )


def _on_postgresql(name: str, table: str, when: str, condition: str, values: Values) -> None:
    """A list's thousand rows are one statement, and so is what they are noted with; what changes
    row by row, at full rate, is looked at without a call unless it matters.
    """
    if when == "INSERT":
        noted = f"{_insert(values)} FROM fresh{f' WHERE {condition}' if condition else ''}"
        each = "REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT"
    else:
        noted = _of_row(_insert(values), "IS DISTINCT FROM")
        each = f"FOR EACH ROW WHEN ({_of_row(condition, 'IS DISTINCT FROM')})"
    op.execute(
        f"CREATE FUNCTION event_{name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {noted}; RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER event_{name} AFTER {when} ON {table} {each} EXECUTE FUNCTION event_{name}()"
    )
