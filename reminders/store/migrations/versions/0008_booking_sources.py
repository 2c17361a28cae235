"""Systems that post bookings, what they sent, and how new each word was."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    _sources()
    _deliveries()
    _marks()


def _sources() -> None:
    op.create_table(
        "booking_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("api_key", sa.Text(), nullable=True),
        sa.Column("paths", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("consents", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("booking_source_clinic_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("booking_source_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("booking_source_token_hash_once")),
    )
    op.create_index("booking_source_of_clinic", "booking_source", ["clinic_id"], unique=False)


def _deliveries() -> None:
    op.create_table(
        "booking_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("event_key", sa.String(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(24), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("booking", sa.String(), nullable=True),
        sa.Column("client_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("booking_delivery_clinic_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["booking_source.id"], name=op.f("booking_delivery_source_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("booking_delivery_pkey")),
        sa.UniqueConstraint(
            "source_id", "event_key", name=op.f("booking_delivery_source_id_event_key_once")
        ),
    )
    op.create_index("booking_delivery_age", "booking_delivery", ["received_at"], unique=False)
    op.create_index(
        "booking_delivery_of_source", "booking_delivery", ["source_id", "id"], unique=False
    )
    _partial("booking_delivery_due", ["next_at"], "outcome = 'waiting'")
    _partial(
        "booking_delivery_unread", ["clinic_id", "source_id"], "outcome IN ('failed', 'unread')"
    )
    _partial("booking_delivery_readable", ["clinic_id", "received_at"], "body <> ''")


def _partial(name: str, columns: list[str], condition: str) -> None:
    clause = sa.text(condition)
    op.create_index(
        name,
        "booking_delivery",
        columns,
        unique=False,
        sqlite_where=clause,
        postgresql_where=clause,
    )


def _marks() -> None:
    op.create_table(
        "booking_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("booking_hash", sa.String(), nullable=False),
        sa.Column("scale", sa.String(24), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("booking_mark_clinic_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("booking_mark_pkey")),
        sa.UniqueConstraint(
            "clinic_id", "booking_hash", name=op.f("booking_mark_clinic_id_booking_hash_once")
        ),
    )
    op.create_index("booking_mark_age", "booking_mark", ["said_at"], unique=False)
