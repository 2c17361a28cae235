"""Keep the phone number of whom a clinic tells second of a worried client."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nobody is texted until an owner enters a number."""
    op.add_column("clinic", sa.Column("second_phone", sa.String(), nullable=True))
