"""Hide from readers what belongs to a list that is still arriving."""

from __future__ import annotations

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlmodel import col

from reminders.store.queries import arrivals


class ReadingSession(Session):
    """A session that shows a long list only once all of it is there."""


_HIDDEN = tuple(
    with_loader_criteria(
        model, col(model.import_id).is_(None) | col(model.import_id).not_in(arrivals.ARRIVING)
    )
    for model in arrivals.BROUGHT
)


@event.listens_for(ReadingSession, "do_orm_execute")
def _hide(asked: ORMExecuteState) -> None:
    """Add the condition to what is asked, but only while a list arrives: it costs a look."""
    if not asked.is_select or asked.is_column_load or asked.is_relationship_load:
        return
    known = asked.session.info
    if "arriving" not in known:
        known["arriving"] = None  # the question itself is asked without it
        known["arriving"] = bool(arrivals.arriving(asked.session))
    if known["arriving"]:
        asked.statement = asked.statement.options(*_HIDDEN)
