"""Keep when something came to a booking source that was not signed with its secret."""

import sqlalchemy as sa
from alembic import op

from reminders.store.column_types import Instant

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the moment; of what came before nobody knows."""
    op.add_column("booking_source", sa.Column("refused_at", Instant(), nullable=True))
