"""Consents"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")

SETTLED = ("id", "client_id", "channel", "purpose", "given", "given_at", "act", "wording",
           "wording_version", "recorded_by", "recorded_at")  # fmt: skip
"""What not even an erasure may touch."""

REFUSAL = "the consent ledger is only added to"


def upgrade() -> None:
    """Apply this step."""
    op.add_column(
        "client", sa.Column("discretion", sa.String(24), server_default="plain", nullable=False)
    )
    op.add_column("client", sa.Column("erased_at", INSTANT, nullable=True))
    for column in (
        sa.Column("purpose", sa.String(24), server_default="care", nullable=False),
        sa.Column("act", sa.String(24), nullable=True),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("wording", sa.Text(), nullable=True),
        sa.Column("wording_version", sa.String(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("erased_at", INSTANT, nullable=True),
    ):
        op.add_column("consent", column)
    op.create_table(
        "purged",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purged_at", INSTANT, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("purged_pkey")),
    )
    op.create_table(
        "redaction",
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("redaction_pkey")),
    )
    if op.get_bind().dialect.name == "postgresql":
        _keep_on_postgresql()
    else:
        _keep_on_sqlite()


def _row(which: str) -> str:
    return ", ".join(f"{which}.{column}" for column in SETTLED)


def _keep_on_sqlite() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    op.execute(
        "CREATE TRIGGER consent_kept BEFORE UPDATE ON consent WHEN NEW.erased_at IS NULL "
        f"OR ({_row('NEW')}) IS NOT ({_row('OLD')}) {refuse}"
    )
    op.execute(
        "CREATE TRIGGER consent_kept_whole BEFORE DELETE ON consent "
        f"WHEN OLD.erased_at IS NULL {refuse}"
    )


def _keep_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION consent_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'DELETE' THEN IF OLD.erased_at IS NOT NULL THEN RETURN OLD; END IF; "
        f"ELSIF NEW.erased_at IS NOT NULL AND ({_row('NEW')}) IS NOT DISTINCT FROM ({_row('OLD')}) "
        f"THEN RETURN NEW; END IF; RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER consent_kept BEFORE UPDATE OR DELETE ON consent "
        "FOR EACH ROW EXECUTE FUNCTION consent_kept()"
    )
