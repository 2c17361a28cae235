"""Conditions on reminders that wait for the welcome text of their number, or are one too many."""

from __future__ import annotations

from sqlalchemy import ColumnElement, FromClause, and_, exists, or_

from reminders.rules.terms import LEFT, OPEN, Channel, OneOffKind, Status
from reminders.store.queries.common import table_of
from reminders.store.tables import Client, Reminder

R, C = table_of(Reminder), table_of(Client)


def welcome_first() -> ColumnElement[bool]:
    """Condition: a text has to wait for the welcome text, which is still on its way to this number,
    whoever it is for.
    """
    welcome = R.alias("welcome")
    return exists().where(
        R.c.channel == Channel.SMS,
        R.c.one_off_id.is_(None),
        _welcomes_the_number(welcome),
        welcome.c.status.in_(OPEN | {Status.HANDOFF}),
    )


def welcomed_before() -> ColumnElement[bool]:
    """Condition: this is a welcome to a number that has one, planned at the same moment elsewhere
    for whoever shares it.
    """
    welcome = R.alias("welcome")
    earlier = and_(welcome.c.status.in_(OPEN), welcome.c.id < R.c.id)
    return exists().where(
        R.c.milestone == OneOffKind.OPT_IN.value,
        _welcomes_the_number(welcome),
        welcome.c.id != R.c.id,
        or_(earlier, welcome.c.status.in_(LEFT)),
    )


def _welcomes_the_number(welcome: FromClause) -> ColumnElement[bool]:
    """Condition: this row is a welcome to the reminder's number, of the same clinic."""
    sharing = C.alias("sharing")
    return and_(
        sharing.c.clinic_id == R.c.clinic_id,
        sharing.c.phone == C.c.phone,
        welcome.c.client_id == sharing.c.id,
        welcome.c.channel == Channel.SMS,
        welcome.c.milestone == OneOffKind.OPT_IN.value,
        welcome.c.one_off_id.is_not(None),
    )
