"""Noes."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    noes = sa.text("given = false")
    op.create_index(
        "consent_no", "consent", ["recorded_at"], sqlite_where=noes, postgresql_where=noes
    )
