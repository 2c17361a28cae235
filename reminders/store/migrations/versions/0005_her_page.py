"""Her own page, her choices, and where clients join"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    instant = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
    op.add_column("client", sa.Column("page_key", sa.String(), nullable=True))
    op.add_column(
        "client",
        sa.Column("page_edition", sa.Integer(), server_default=sa.text("1"), nullable=False),
    )
    op.add_column("client", sa.Column("preferred_hour", sa.Integer(), nullable=True))
    op.add_column("client", sa.Column("paused_until", instant, nullable=True))
    op.create_index("client_page", "client", ["page_key"], unique=True)
    keyless = sa.text("page_key IS NULL")
    op.create_index(
        "client_keyless", "client", ["id"], sqlite_where=keyless, postgresql_where=keyless
    )
    op.add_column("clinic", sa.Column("slug", sa.String(), nullable=True))
    op.create_index("clinic_slug", "clinic", ["slug"], unique=True)
    _name_addresses()


def _name_addresses() -> None:
    clinics = sa.table("clinic", sa.column("id"), sa.column("name_key"), sa.column("slug"))
    taken: set[str] = set()
    for row in op.get_bind().execute(sa.select(clinics).order_by(clinics.c.id)).all():
        bare = slug = re.sub(r"[^a-z0-9]+", "-", row.name_key).strip("-") or "clinic"
        number = 1
        while slug in taken:
            slug = f"{bare}-{(number := number + 1)}"
        taken.add(slug)
        op.execute(clinics.update().where(clinics.c.id == row.id).values(slug=slug))
