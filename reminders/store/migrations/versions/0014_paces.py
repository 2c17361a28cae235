"""A pace for each sender, which all its lanes share"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "pace",
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("opens_at", INSTANT, nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=True),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pace_pkey")),
    )
