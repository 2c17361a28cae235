"""Months."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_index("reminder_month", "reminder", ["clinic_id", "due_on"])
