"""Load the facts of a clinic that rules and messages need, and whether it may send."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import Session

from reminders.rules.clinic_senders import ClinicSenders, unpack
from reminders.rules.sending_hours import parse as parse_hours
from reminders.rules.sending_hours import parse_emails
from reminders.rules.terms import ClinicFacts, Reason
from reminders.rules.text_names import ClientNames
from reminders.rules.wording import Customisation
from reminders.store.column_types import among
from reminders.store.queries import segment_budgets
from reminders.store.queries.common import asked, installation_sender, table_of
from reminders.store.queries.customisation import customisation_of
from reminders.store.queries.pauses import HELD, PAUSED
from reminders.store.tables import Clinic, Setting

_SETTINGS = table_of(Setting).alias("stored")
_CLINICS = select(
    table_of(Clinic),
    *(exists().where(_SETTINGS.c.key == halt).label(halt) for halt in (HELD, PAUSED)),
).where(among(table_of(Clinic).c.id, "ids"))
"""The clinics, and whether everything is held or paused: read together, so that no byte leaves
after somebody pressed the switch."""


def clinics_of(session: Session, ids: Collection[int], now: datetime) -> dict[int, ClinicFacts]:
    """Return what rules and messages may know of these clinics at ``now``."""
    rows = asked(session, _CLINICS, ids=list(ids))
    found = {row.id: clinic_facts(session, row) for row in rows}
    return found | segment_budgets.with_budgets(session, found.values(), now)


def _halt(row: Row[Any]) -> Reason | None:
    if row.held:
        return Reason.HELD
    return Reason.HALTED if row.paused or row.paused_at is not None else None


_KNOWN = (
    "id", "name", "phone", "email", "address", "country", "live", "sending_hours",
    "email_hours", "texts_per_day", "texts_per_week", "time_zone", "segment_budget", "attendance_required",
    "text_name", "client_names", "stop_on_every_text",
)  # fmt: skip


def clinic_facts(session: Session, clinic: Clinic | Row[Any]) -> ClinicFacts:
    """Return what rules and messages may know of a clinic."""
    halted = _halt(clinic) if isinstance(clinic, Row) else None
    its_own = customisation_of(session, clinic)
    known = (getattr(clinic, name) for name in _KNOWN)
    own = (clinic.account_id, clinic.text_senders, clinic.mail_from, clinic.mail_name)
    senders = _senders(installation_sender(session), *own)
    return _clinic_facts(*known, senders, its_own, halted)


@lru_cache(maxsize=4096)
def _senders(
    installation: str, account_id: int | None, text_senders: str, mail_from: str, mail_name: str
) -> ClinicSenders:
    return ClinicSenders(installation, account_id, unpack(text_senders), mail_from, mail_name)


@lru_cache(maxsize=4096)
def _clinic_facts(
    clinic_id: int,
    name: str,
    phone: str,
    email: str,
    address: str,
    country: str,
    live: bool,  # noqa: FBT001 (a column)
    sending_hours: str,
    email_hours: str,
    texts_per_day: int,
    texts_per_week: int,
    time_zone: str,
    segment_budget: int | None,
    attendance_required: bool,  # noqa: FBT001
    text_name: str | None,
    client_names: ClientNames,
    stop_on_every_text: bool,  # noqa: FBT001
    senders: ClinicSenders,
    its_own: Customisation,
    halted: Reason | None = None,
) -> ClinicFacts:
    return ClinicFacts(
        clinic_id=clinic_id,
        name=name,
        phone=phone,
        email=email,
        address=address,
        country=country,
        live=live,
        hours=parse_hours(sending_hours),
        email_hours=parse_emails(email_hours),
        texts_per_day=texts_per_day,
        texts_per_week=texts_per_week,
        zone=ZoneInfo(time_zone),
        customisation=its_own,
        segment_budget=segment_budget,
        halted=halted,
        attendance_required=attendance_required,
        text_name=text_name,
        client_names=client_names,
        stop_on_every_text=stop_on_every_text,
        senders=senders,
    )
