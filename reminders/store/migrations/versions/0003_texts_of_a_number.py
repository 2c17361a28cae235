"""Find what a number or address was sent lately, whichever client it was for."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index by which the caps of a number are counted."""
    op.create_index("attempt_contact", "attempt", ["contact", "handoff_at"], unique=False)
