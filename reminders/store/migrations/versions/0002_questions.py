"""Questions that wait for a person, bookings by source, merged clients."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Add the tables of questions and merges, and whose a booking's number is."""
    _questions()
    _waiting_rows()
    _merges()
    _booking_sources()


def _questions() -> None:
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("question_clinic_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("question_pkey")),
    )
    op.create_index(
        "question_open",
        "question",
        ["clinic_id", "kind", "subject"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "remembered_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("remembered_answer_clinic_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("remembered_answer_pkey")),
        sa.UniqueConstraint(
            "clinic_id",
            "kind",
            "subject",
            name=op.f("remembered_answer_clinic_id_kind_subject_once"),
        ),
    )


def _waiting_rows() -> None:
    op.create_table(
        "waiting_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.Column("came_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("waiting_row_clinic_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import.id"], name=op.f("waiting_row_import_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("waiting_row_question_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("waiting_row_pkey")),
        sa.UniqueConstraint(
            "clinic_id", "row_key", name=op.f("waiting_row_clinic_id_row_key_once")
        ),
    )
    op.create_index("waiting_row_for", "waiting_row", ["question_id"], unique=False)


def _merges() -> None:
    op.create_table(
        "client_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Text(), nullable=False),
        sa.Column("merged_at", INSTANT, nullable=False),
        sa.Column("merged_by", sa.String(), nullable=False),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("client_merge_clinic_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["gone_id"], ["client.id"], name=op.f("client_merge_gone_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["kept_id"], ["client.id"], name=op.f("client_merge_kept_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("client_merge_pkey")),
    )
    op.create_index("client_merge_gone", "client_merge", ["gone_id"], unique=False)
    op.create_index("client_merge_kept", "client_merge", ["kept_id"], unique=False)
    op.add_column("client", sa.Column("merged_into", sa.Integer(), nullable=True))
    op.create_index(
        "client_merged",
        "client",
        ["merged_into"],
        unique=False,
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )


def _booking_sources() -> None:
    op.add_column(
        "treatment", sa.Column("source", sa.String(), server_default=sa.text("''"), nullable=False)
    )
    op.drop_index("treatment_external_id", table_name="treatment")
    op.create_index(
        "treatment_booking",
        "treatment",
        ["clinic_id", "source", "external_id"],
        unique=True,
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
