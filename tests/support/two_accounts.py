"""A second clinic with an account of its own, beside one that uses the installation's."""

from __future__ import annotations

from datetime import datetime

from reminders.app import App
from reminders.enrolment import clinic_senders, clinics
from reminders.enrolment.clinic_senders import TypedAccount
from reminders.store.database import writing
from reminders.store.queries import people
from reminders.store.tables import Clinic
from tests.support.doubles.twilio import SECOND, SECOND_NUMBER, SECOND_TOKEN
from tests.support.samples import CLINIC

BAY: dict[str, str | int | None] = CLINIC | {"name": "Bay Skin", "phone": "020 7946 0099"}
ITS_ACCOUNT = TypedAccount(SECOND, SECOND_TOKEN)


def add_bay(
    app: App,
    now: datetime,
    senders: dict[str, str] | None = None,
    account: TypedAccount | None = ITS_ACCOUNT,
) -> Clinic:
    """Add a clinic with these senders by country, of this account or of the installation's."""
    with writing(app.engine) as session:
        clinic = clinics.add(session, BAY, now, live=True)
    bring(app, clinic.id, now, senders or {"": SECOND_NUMBER}, account)
    return clinic


def bring(
    app: App,
    clinic_id: int,
    now: datetime,
    senders: dict[str, str],
    account: TypedAccount | None = None,
) -> None:
    """Let a clinic have these senders, of this account or of the installation's."""
    ours = app.settings.twilio_account_sid
    with writing(app.engine) as session:
        clinic = people.clinic(session, clinic_id)
        if account is None:
            clinic_senders.leave_account(session, clinic, "sam", now)
        else:
            clinic_senders.use_account(session, app.sealing, clinic, account, ours, "sam", now)
        clinic_senders.use_senders(session, clinic, senders, "sam", now)
        clinic_senders.require_usual(clinic)
