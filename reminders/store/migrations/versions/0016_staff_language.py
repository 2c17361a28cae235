"""Keep the language that staff chose for their pages; empty is the browser's."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the language; so far nobody has chosen."""
    op.add_column("staff", sa.Column("language", sa.String(), nullable=False, server_default=""))
