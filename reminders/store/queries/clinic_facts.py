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
from reminders.rules.countries import texted
from reminders.rules.segment_prices import prices_of
from reminders.rules.sending_hours import parse as parse_hours
from reminders.rules.sending_hours import parse_emails
from reminders.rules.terms import ClinicFacts, Reason
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


_AS_THEY_ARE = (
    "name", "phone", "email", "address", "country", "live", "texts_per_day", "texts_per_week",
    "segment_budget", "attendance_required", "text_name", "client_names", "stop_on_every_text",
)  # fmt: skip
_KNOWN = (
    "id", *_AS_THEY_ARE, "sending_hours", "email_hours", "time_zone", "other_countries", "segment_price",
    "country_prices", "account_id", "text_senders", "mail_from", "mail_name",
)  # fmt: skip


def clinic_facts(session: Session, clinic: Clinic | Row[Any]) -> ClinicFacts:
    """Return what rules and messages may know of a clinic."""
    halted = _halt(clinic) if isinstance(clinic, Row) else None
    its_own = customisation_of(session, clinic)
    known = tuple(getattr(clinic, name) for name in _KNOWN)
    return _clinic_facts(known, installation_sender(session), its_own, halted)


@lru_cache(maxsize=4096)
def _clinic_facts(
    known: tuple[Any, ...], installation: str, its_own: Customisation, halted: Reason | None
) -> ClinicFacts:
    of = dict(zip(_KNOWN, known, strict=True))
    senders = unpack(of["text_senders"])
    return ClinicFacts(
        clinic_id=of["id"],
        **{name: of[name] for name in _AS_THEY_ARE},
        hours=parse_hours(of["sending_hours"]),
        email_hours=parse_emails(of["email_hours"]),
        zone=ZoneInfo(of["time_zone"]),
        customisation=its_own,
        halted=halted,
        countries=texted(of["country"], of["phone"], of["other_countries"]),
        prices=prices_of(of["segment_price"], of["country_prices"]),
        senders=ClinicSenders(
            installation, of["account_id"], senders, of["mail_from"], of["mail_name"]
        ),
    )
