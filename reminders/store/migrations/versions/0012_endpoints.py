"""Endpoints that are told of events, and how each event fared there."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
WAITS = sa.text("ended_at IS NULL")
ACTIVE = sa.text("paused_at IS NULL")


def upgrade() -> None:
    """Add the tables."""
    _endpoints()
    _deliveries()


def _endpoints() -> None:
    op.create_table(
        "endpoint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("tells_words", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("after", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("paused_at", INSTANT, nullable=True),
        sa.Column("paused_for", sa.String(24), nullable=True),
        sa.Column("failing_since", INSTANT, nullable=True),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("claim", sa.String(), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("endpoint_clinic_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("endpoint_pkey")),
    )
    op.create_index("endpoint_of_clinic", "endpoint", ["clinic_id"], unique=False)
    op.create_index(
        "endpoint_due",
        "endpoint",
        ["due_at"],
        unique=False,
        sqlite_where=ACTIVE,
        postgresql_where=ACTIVE,
    )


def _deliveries() -> None:
    op.create_table(
        "event_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("endpoint_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("client_id", sa.Integer(), nullable=True),
        sa.Column("row_id", sa.Integer(), nullable=True),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("tried_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(24), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("event_delivery_clinic_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["endpoint.id"],
            name=op.f("event_delivery_endpoint_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("event_delivery_pkey")),
        sa.UniqueConstraint(
            "endpoint_id", "message_id", name=op.f("event_delivery_endpoint_id_message_id_once")
        ),
    )
    op.create_index("event_delivery_age", "event_delivery", ["created_at"], unique=False)
    for name, columns in (
        ("event_delivery_due", ["endpoint_id", "due_at"]),
        ("event_delivery_order", ["endpoint_id", "client_id", "id"]),
    ):
        op.create_index(
            name,
            "event_delivery",
            columns,
            unique=False,
            sqlite_where=WAITS,
            postgresql_where=WAITS,
        )
