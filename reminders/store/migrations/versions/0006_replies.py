"""Replies and alerts"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    instant = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
    op.create_table(
        "reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=True),
        sa.Column("client_id", sa.Integer(), nullable=True),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("media", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("alarm", sa.String(), nullable=True),
        sa.Column("answer", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("received_at", instant, nullable=False),
        sa.Column("opened_at", instant, nullable=True),
        sa.Column("assigned_to", sa.Integer(), nullable=True),
        sa.Column("answered_at", instant, nullable=True),
        sa.Column("done_at", instant, nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("reply_clinic_id_fkey")),
        sa.ForeignKeyConstraint(
            ["client_id", "clinic_id"],
            ["client.id", "client.clinic_id"],
            name=op.f("reply_client_id_clinic_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("reply_pkey")),
        sa.UniqueConstraint("provider_id", name=op.f("reply_provider_id_once")),
    )
    still_open = sa.text("done_at IS NULL")
    op.create_index(
        "reply_open",
        "reply",
        ["clinic_id", "received_at"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_index("reply_contact", "reply", ["contact", "received_at"])
    op.create_index("reply_client", "reply", ["client_id"])
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("raised_at", instant, nullable=False),
        sa.Column("due_at", instant, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", instant, nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("alert_clinic_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("alert_pkey")),
        sa.UniqueConstraint("key", name=op.f("alert_key_once")),
    )
    unsent = sa.text("sent_at IS NULL")
    op.create_index("alert_due", "alert", ["due_at"], sqlite_where=unsent, postgresql_where=unsent)
