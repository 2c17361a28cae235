"""Keep clinics' own senders and accounts, and as whom each text left."""

import sqlalchemy as sa
from alembic import op

from reminders.store.column_types import Instant

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WORDS = (
    ("clinic", "text_senders", sa.Text()),
    ("clinic", "mail_from", sa.String()),
    ("clinic", "mail_name", sa.String()),
    ("attempt", "sender", sa.String()),
    ("lane", "sender_key", sa.String()),
    ("reply", "sender", sa.String()),
)


def upgrade() -> None:
    """Add the tables and columns; so far everything left as the installation's sender."""
    op.create_table(
        "sender_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("account_sid", sa.String(), nullable=False),
        sa.Column("auth_token", sa.Text(), nullable=False),
        sa.Column("auth_token_old", sa.Text(), nullable=True),
        sa.Column("api_key", sa.Text(), nullable=True),
        sa.Column("api_secret", sa.Text(), nullable=True),
        sa.Column("added_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("sender_account_clinic_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("sender_account_pkey")),
        sa.UniqueConstraint(
            "clinic_id", "account_sid", name=op.f("sender_account_clinic_id_account_sid_once")
        ),
    )
    op.create_table(
        "sender_pace",
        sa.Column("sender_key", sa.String(), nullable=False),
        sa.Column("opens_at", Instant(), nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=True),
        sa.Column("counted", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("sender_key", name=op.f("sender_pace_pkey")),
    )
    for table, column, kind in WORDS:
        op.add_column(table, sa.Column(column, kind, nullable=False, server_default=""))
    for table in ("clinic", "attempt", "redaction", "reply"):
        op.add_column(table, sa.Column("account_id", sa.Integer(), nullable=True))
