"""Pausing, budgets, and finding attempts by their time"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Apply this step."""
    op.add_column("clinic", sa.Column("paused_at", INSTANT, nullable=True))
    op.add_column("clinic", sa.Column("paused_by", sa.String(), nullable=True))
    op.add_column("clinic", sa.Column("segment_budget", sa.Integer(), nullable=True))
    op.create_table(
        "spend",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("spend_clinic_id_fkey")),
        sa.PrimaryKeyConstraint("clinic_id", "month_on", name=op.f("spend_pkey")),
    )
    op.create_index("attempt_handoff_at", "attempt", ["handoff_at"])
