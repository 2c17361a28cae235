"""Once more"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    instant = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
    op.add_column("attempt", sa.Column("unreached_at", instant, nullable=True))
