"""Keep whether a client came, and whether a clinic's aftercare waits for that word."""

import sqlalchemy as sa
from alembic import op

from reminders.store.column_types import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is said of a visit; of those there are, nobody has said anything."""
    op.add_column("treatment", sa.Column("missed_at", Instant(), nullable=True))
    op.add_column("treatment", sa.Column("told_by", sa.String(24), nullable=True))
    op.add_column(
        "clinic",
        sa.Column("attendance_required", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
