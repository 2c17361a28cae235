"""The checklist a clinic has to complete before its messages are really sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.monitoring.status import SILENCE
from reminders.rules.roles import Role
from reminders.rules.terms import Channel
from reminders.rules.translation import gettext, gettext_noop
from reminders.rules.wording import needs_review
from reminders.store.queries import audit, delivery, staff
from reminders.store.tables import Clinic

TESTED = {
    Channel.SMS: gettext_noop("sent a test text"),
    Channel.EMAIL: gettext_noop("sent a test email"),
}
"""How the record says that a test left, by channel."""

NAMES = {
    Channel.SMS: gettext_noop("Test text sent"),
    Channel.EMAIL: gettext_noop("Test email sent"),
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that must be true: whether it is, and what to do where it is not."""

    name: str
    done: bool
    mend: str
    link: str


def lines(session: Session, clinic: Clinic, now: datetime, *, delivers: bool) -> list[Requirement]:
    """Return everything that must be true before a clinic goes live. ``delivers`` says whether
    this installation's messages leave the machine at all.
    """
    return [*_people(session, clinic, now), *_ways(session, clinic, now, delivers=delivers)]


def _people(session: Session, clinic: Clinic, now: datetime) -> Iterator[Requirement]:
    whole = all((clinic.name, clinic.phone, clinic.email, clinic.address))
    yield Requirement(
        gettext("Clinic name, phone number, email address and postal address"),
        whole,
        gettext("Fill them in; messages show them."),
        "#details",
    )
    yield Requirement(
        gettext("Default wording read and approved by somebody responsible"),
        not needs_review(clinic.wording_accepted_at, now.date()),
        gettext("Read every message under Messages, then approve the wording below."),
        "#accept",
    )
    owners = [one for one, role in staff.of_clinic(session, clinic.id) if role is Role.OWNER]
    yield Requirement(
        gettext("Two-step sign-in for an owner"),
        any(owner.totp_secret for owner in owners),
        gettext("An owner sets it up under My account."),
        "/account",
    )


def _ways(
    session: Session, clinic: Clinic, now: datetime, *, delivers: bool
) -> Iterator[Requirement]:
    yield Requirement(
        gettext("Sending set up on this installation"),
        delivers,
        gettext(
            "Your system administrator sets DELIVERY=live and adds a text account and a mail server."
        ),
        "#senders",
    )
    beat = delivery.last_beat(session)
    yield Requirement(
        gettext("Sending service running"),
        beat is not None and now - beat < SILENCE,
        gettext("Your system administrator starts it with “reminders serve”."),
        "#senders",
    )
    for channel, what in TESTED.items():
        yield Requirement(
            gettext(NAMES[channel]),
            audit.happened(session, clinic.id, what),
            gettext("Send yourself one from any message under Messages."),
            "/words",
        )
