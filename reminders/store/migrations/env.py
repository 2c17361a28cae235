"""Run Alembic on the connection it was handed, inside the transaction already open."""

from alembic import context
from sqlmodel import SQLModel

from reminders.store import tables  # noqa: F401  (the import fills the metadata)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=False,  # the caller's transaction holds every step
)
context.run_migrations()
