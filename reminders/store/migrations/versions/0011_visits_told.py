"""Find the visits that staff spoke of last, however many a clinic has."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index in which Today looks every time it is opened."""
    told = ["clinic_id", "missed_at", "treated_marked_at"]
    by_staff = sa.text("told_by = 'staff'")
    op.create_index(
        "treatment_told", "treatment", told, sqlite_where=by_staff, postgresql_where=by_staff
    )
