"""Emails have hours of their own, and the first night's advice helps until the next evening."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

EMAILS_USUAL = "Mon-Sun 07:00-22:00"


def upgrade() -> None:
    """Add the column, and let same-evening messages that a clinic moved help as long as the others do."""
    column = sa.Column("email_hours", sa.String(), server_default=EMAILS_USUAL, nullable=False)
    op.add_column("clinic", column)
    op.execute(
        "UPDATE milestone_placement SET good_for = 'P1D'"
        " WHERE milestone = 'same-evening' AND good_for = 'PT4H'"
    )
