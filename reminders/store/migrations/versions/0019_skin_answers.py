"""Keep what clients tell of their skin, which pages were opened, and whom a clinic tells of a worry."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
WAITS = sa.text("worried_at IS NOT NULL AND closed_at IS NULL")


def upgrade() -> None:
    """Add the tables and columns, and let the database note a worry as an event."""
    _answers()
    op.create_table(
        "page_opening",
        sa.Column("treatment_id", sa.Integer(), nullable=False),
        sa.Column("moment", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["treatment_id"], ["treatment.id"], name=op.f("page_opening_treatment_id_fkey")
        ),
        sa.PrimaryKeyConstraint("treatment_id", "moment", name=op.f("page_opening_pkey")),
    )
    hours = sa.Column(
        "opening_hours", sa.String(), server_default="Mon-Fri 09:00-17:00", nullable=False
    )
    op.add_column("clinic", hours)
    limit = sa.Column("worried_minutes", sa.Integer(), server_default=sa.text("30"), nullable=False)
    op.add_column("clinic", limit)
    for table, column, kind in (
        ("clinic", "second_contact", sa.String()),
        ("clinic", "after_hours_phone", sa.String()),
        ("alert", "address", sa.String()),
        ("treatment", "complication_at", INSTANT),
        ("reply", "skin_answer_id", sa.Integer()),
    ):
        op.add_column(table, sa.Column(column, kind, nullable=True))
    _events()


def _answers() -> None:
    op.create_table(
        "skin_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("treatment_id", sa.Integer(), nullable=False),
        sa.Column("moment", sa.String(), nullable=False),
        sa.Column("said", sa.String(24), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("worried_at", INSTANT, nullable=True),
        sa.Column("taken_by", sa.Integer(), nullable=True),
        sa.Column("taken_at", INSTANT, nullable=True),
        sa.Column("called_at", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(24), nullable=True),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("skin_answer_clinic_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["treatment_id"], ["treatment.id"], name=op.f("skin_answer_treatment_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["client_id", "clinic_id"],
            ["client.id", "client.clinic_id"],
            name=op.f("skin_answer_client_id_clinic_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("skin_answer_pkey")),
        sa.UniqueConstraint(
            "client_id",
            "treatment_id",
            "moment",
            name=op.f("skin_answer_client_id_treatment_id_moment_once"),
        ),
    )
    op.create_index("skin_answer_treatment", "skin_answer", ["treatment_id"], unique=False)
    op.create_index("skin_answer_told", "skin_answer", ["clinic_id", "changed_at"], unique=False)
    op.create_index(
        "skin_answer_worried",
        "skin_answer",
        ["clinic_id", "worried_at"],
        unique=False,
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )


NOTED = (
    "INSERT INTO event (clinic_id, kind, client_id, row_id, happened_at) VALUES"
    " (NEW.clinic_id, 'client.worried', NEW.client_id, NEW.id, NEW.worried_at)"
)


def _events() -> None:
    """Note each time a client becomes worried, by the first tap or by a later one."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    differs = "IS NOT" if sqlite else "IS DISTINCT FROM"
    became = f"NEW.worried_at IS NOT NULL AND NEW.worried_at {differs} OLD.worried_at"
    if not sqlite:
        op.execute(
            "CREATE FUNCTION event_client_worried() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {NOTED}; RETURN NULL; END $$"
        )
    for name, when, condition in (
        ("told_worried", "INSERT", "NEW.worried_at IS NOT NULL"),
        ("became_worried", "UPDATE OF worried_at", became),
    ):
        begins = f"CREATE TRIGGER event_{name} AFTER {when} ON skin_answer FOR EACH ROW"
        act = f"BEGIN {NOTED}; END" if sqlite else "EXECUTE FUNCTION event_client_worried()"
        op.execute(f"{begins} WHEN ({condition}) {act}")
