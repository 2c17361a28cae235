"""Joining"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "joining",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("discretion", sa.String(length=24), nullable=False),
        sa.Column("sms_client_id", sa.Integer(), nullable=True),
        sa.Column("email_client_id", sa.Integer(), nullable=True),
        sa.Column("sms_wording", sa.Text(), nullable=True),
        sa.Column("email_wording", sa.Text(), nullable=True),
        sa.Column("sms_proven_at", INSTANT, nullable=True),
        sa.Column("email_proven_at", INSTANT, nullable=True),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("joining_clinic_id_fkey")),
        sa.ForeignKeyConstraint(
            ["sms_client_id"], ["client.id"], name=op.f("joining_sms_client_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["email_client_id"], ["client.id"], name=op.f("joining_email_client_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("joining_pkey")),
    )
    op.create_index("joining_asked", "joining", ["clinic_id", "asked_at"])
    op.create_table(
        "code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("good_until", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("code_clinic_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("code_pkey")),
    )
    op.create_index("code_about", "code", ["about"])
    op.create_index("code_contact", "code", ["contact", "asked_at"])
    op.create_index("code_browser", "code", ["browser", "asked_at"])
