"""Keep a clinic's name in texts, how clients are named there, and when a text said how to stop."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the settings; what left before does not say whether it told how to stop, so it is told anew."""
    op.add_column("clinic", sa.Column("text_name", sa.String(), nullable=True))
    named = sa.Column("client_names", sa.String(24), nullable=False, server_default="cheapest")
    op.add_column("clinic", named)
    for table, column in (
        ("clinic", "stop_on_every_text"),
        ("clinic", "both_channels"),
        ("attempt", "tells_stop"),
    ):
        op.add_column(
            table, sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.add_column("client", sa.Column("both_channels", sa.Boolean(), nullable=True))
