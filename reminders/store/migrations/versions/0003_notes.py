"""Notes"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id", "clinic_id"],
            ["client.id", "client.clinic_id"],
            name=op.f("note_client_id_clinic_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("note_pkey")),
    )
    with op.batch_alter_table("reminder") as reminder:
        reminder.alter_column("treatment_id", existing_type=sa.Integer(), nullable=True)
        reminder.add_column(sa.Column("note_id", sa.Integer(), nullable=True))
        reminder.create_foreign_key(op.f("reminder_note_id_fkey"), "note", ["note_id"], ["id"])
