"""Run Alembic on the connection it was handed, inside the transaction already open."""

from typing import Any, Literal

from alembic import context
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from reminders.store import column_types
from reminders.store.tables import Reminder  # noqa: F401 (with it all tables are known)


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as the plain ones they are stored as."""
    plain = {
        column_types.Instant: 'sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")',
        AutoString: "sa.String()",
        column_types.Word: "sa.String(length=24)",
    }
    return plain.get(type(item), False) if kind == "type" else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_item=render_item,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=False,  # the caller's transaction holds every step
)
context.run_migrations()
