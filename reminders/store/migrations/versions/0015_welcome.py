"""The welcome: whoever was texted before has had it, as it were"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    instant = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
    op.add_column("client", sa.Column("welcomed_at", instant, nullable=True))
    op.execute(
        "UPDATE client SET welcomed_at = created_at WHERE EXISTS (SELECT 1 FROM reminder "
        "WHERE reminder.client_id = client.id AND reminder.channel = 'sms' "
        "AND reminder.handoff_at IS NOT NULL)"
    )
