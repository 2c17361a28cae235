"""Let a long list go in by short transactions, and appear at once."""

import sqlalchemy as sa
from alembic import op

from reminders.store.column_types import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ARRIVING = sa.text("arriving_at IS NOT NULL")


def upgrade() -> None:
    """Add by which list something came, which lists are arriving, and what waits for their end."""
    op.add_column("import", sa.Column("arriving_at", Instant(), nullable=True))
    op.create_index(
        "import_arriving",
        "import",
        ["id"],
        unique=False,
        sqlite_where=ARRIVING,
        postgresql_where=ARRIVING,
    )
    for table in ("client", "treatment", "reminder"):
        op.add_column(table, sa.Column("import_id", sa.Integer(), nullable=True))
    op.create_table(
        "postponed_enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("enrolment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import.id"],
            name=op.f("postponed_enrolment_import_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("postponed_enrolment_client_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("postponed_enrolment_pkey")),
    )
    op.create_index("postponed_enrolment_of", "postponed_enrolment", ["import_id", "id"])
