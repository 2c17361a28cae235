"""What the desk looks for, holds, and marks"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Apply this step."""
    empty: dict[str, Any] = {"server_default": sa.text("('')"), "nullable": False}
    zero: dict[str, Any] = {"server_default": sa.text("0"), "nullable": False}
    op.add_column("client", sa.Column("name_key", sa.String(), **empty))
    op.add_column("client", sa.Column("family_key", sa.String(), **empty))
    op.add_column("client", sa.Column("version", sa.Integer(), **zero))
    op.add_column("reminder", sa.Column("held_at", INSTANT, nullable=True))
    op.add_column("reminder", sa.Column("attended_at", INSTANT, nullable=True))
    op.add_column("treatment", sa.Column("treated_marked_at", INSTANT, nullable=True))
    for index, key in (("client_name", "name_key"), ("client_family", "family_key")):
        like = {key: "text_pattern_ops"}
        op.create_index(index, "client", ["clinic_id", key, "id"], postgresql_ops=like)
    _partly("reminder_left", "handoff_at", "handoff_at IS NOT NULL")
    trouble = "status IN ('failed', 'undelivered', 'unknown') AND attended_at IS NULL"
    _partly("reminder_trouble", "settled_at", trouble)
    op.create_index("treatment_day", "treatment", ["clinic_id", "treated_on"])


def _partly(index: str, column: str, condition: str) -> None:
    only = sa.text(condition)
    op.create_index(
        index, "reminder", ["clinic_id", column], sqlite_where=only, postgresql_where=only
    )
