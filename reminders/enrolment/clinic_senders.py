"""Change as whom a clinic's messages leave: its own account, its senders by country, its email address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.delivery.clinic_accounts import sealing_of
from reminders.enrolment import texted_countries
from reminders.enrolment.countries import countries
from reminders.enrolment.sender_names import check_names
from reminders.rules.clinic_senders import ELSEWHERE, ClinicSenders, pack, unpack
from reminders.rules.contacts import clean, read_email
from reminders.rules.countries import read_countries
from reminders.rules.terms import Channel, InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.rules.typed_senders import read_sender
from reminders.sealing import Sealing
from reminders.store.queries import audit, lanes, sender_accounts
from reminders.store.queries.common import installation_sender
from reminders.store.tables import Clinic, SenderAccount

LONGEST_NAME = 64
_SID = re.compile(r"AC[0-9a-f]{32}")
_KEY = re.compile(r"SK[0-9a-f]{32}")
_SECRET = re.compile(r"[!-~]{20,128}")


@dataclass(frozen=True, slots=True)
class TypedAccount:
    """A clinic's account as somebody typed it; what is empty stays as it is."""

    account_sid: str
    auth_token: str = ""
    api_key: str = ""
    api_secret: str = ""

    def __repr__(self) -> str:
        """Name the account, and none of its secrets."""
        return f"TypedAccount({self.account_sid})"


def senders_of(session: Session, clinic: Clinic) -> ClinicSenders:
    """Return as whom a clinic's messages leave."""
    return ClinicSenders(
        installation_sender(session),
        clinic.account_id,
        unpack(clinic.text_senders),
        clinic.mail_from,
        clinic.mail_name,
    )


def use_account(
    session: Session,
    sealing: Sealing,
    clinic: Clinic,
    typed: TypedAccount,
    installation: str,
    who: str,
    now: datetime,
) -> None:
    """Let a clinic's texts leave by its own account from now on; raises ``InputError``. A token that
    another takes the place of may sign for a while.
    """
    account_sid = typed.account_sid.strip()
    known = sender_accounts.of_clinic(session, clinic.id)
    row = next((one for one in known if one.account_sid == account_sid), None)
    _check_account(typed, account_sid, installation, new=row is None)
    its = sealing_of(sealing, clinic.id)
    if row is None:
        sealed = its.seal(typed.auth_token)
        row = SenderAccount(
            clinic_id=clinic.id, account_sid=account_sid, auth_token=sealed, added_at=now
        )
        session.add(row)
    elif typed.auth_token and its.opened(row.auth_token) != typed.auth_token:
        row.auth_token_old, row.auth_token = row.auth_token, its.seal(typed.auth_token)
    if typed.api_key:
        row.api_key, row.api_secret = its.seal(typed.api_key), its.seal(typed.api_secret)
    session.flush()
    clinic.account_id = row.id
    _moved(session, clinic, who, gettext_noop("set the Twilio account for texts"), now)


def _check_account(typed: TypedAccount, account_sid: str, installation: str, *, new: bool) -> None:
    if not _SID.fullmatch(account_sid):
        raise InputError(
            gettext("This is not an Account SID."),
            gettext("Copy it from the Twilio console; it starts with AC."),
        )
    if account_sid == installation:
        raise InputError(
            gettext("This is the account of the installation itself."),
            gettext("Leave the account empty to use it."),
        )
    if new and not typed.auth_token:
        raise InputError(
            gettext("The auth token is missing."), gettext("Copy it from the Twilio console.")
        )
    _check_secrets(typed)


def _check_secrets(typed: TypedAccount) -> None:
    if typed.auth_token and not _SECRET.fullmatch(typed.auth_token):
        raise InputError(
            gettext("This is not an auth token."), gettext("Copy it from the Twilio console.")
        )
    if bool(typed.api_key) != bool(typed.api_secret):
        raise InputError(
            gettext("An API key and its secret belong together."),
            gettext("Enter both, or neither."),
        )
    if typed.api_key and not (
        _KEY.fullmatch(typed.api_key) and _SECRET.fullmatch(typed.api_secret)
    ):
        raise InputError(gettext("This is not an API key with its secret."), gettext("Copy both from the Twilio console; the key starts with SK."))  # fmt: skip


def leave_account(session: Session, clinic: Clinic, who: str, now: datetime) -> None:
    """Let a clinic's texts leave by the installation's account again; those that left by its own are
    still asked for there.
    """
    clinic.account_id = None
    _moved(
        session, clinic, who, gettext_noop("went back to the installation's Twilio account"), now
    )


def use_senders(
    session: Session, clinic: Clinic, by_country: Mapping[str, str], who: str, now: datetime
) -> None:
    """Let a clinic's texts leave as these senders, by the recipient's country; ``ELSEWHERE`` is for
    all others. Raises ``InputError``.
    """
    read: dict[str, str] = {}
    for country, typed in by_country.items():
        if country != ELSEWHERE and country not in countries():
            raise InputError(gettext("“%(country)s” is not a country we know.", country=country), gettext("Write its two letters, such as DE."))  # fmt: skip
        if typed.strip():
            read[country] = read_sender(typed, country or clinic.country)
    others = read_countries(clinic.other_countries) | (read.keys() - {ELSEWHERE})
    texted_countries.choose(session, clinic, others, who, now)  # whoever names one texts there
    check_names(clinic, read)
    clinic.text_senders = pack(read)
    _moved(session, clinic, who, gettext_noop("set the senders of texts"), now)


def require_usual(clinic: Clinic) -> None:
    """Raise ``InputError`` where texts would leave by an account that has no sender for them."""
    if clinic.account_id is not None and ELSEWHERE not in dict(unpack(clinic.text_senders)):
        raise InputError(
            gettext("A clinic with an account of its own needs a sender in it."),
            gettext("Enter a number, Messaging Service or name of that account."),
        )


def use_mail(
    session: Session, clinic: Clinic, address: str, name: str, who: str, now: datetime
) -> None:
    """Let a clinic's emails come from this address and name; empty for the installation's address and
    the clinic's name. Raises ``InputError``.
    """
    clinic.mail_from = read_email(address) if address.strip() else ""
    named = clean(name)
    if len(named) > LONGEST_NAME:
        raise InputError(
            gettext("This name is too long."),
            gettext("Use at most %(n)s characters.", n=LONGEST_NAME),
        )
    clinic.mail_name = named
    lanes.reopen(session, clinic.id, Channel.EMAIL, now)
    audit.record(
        session, clinic.id, who, gettext_noop("set the sender of emails"), Clinic, clinic.id, now
    )


def _moved(session: Session, clinic: Clinic, who: str, what: str, now: datetime) -> None:
    """Let texts wait in the queue of their sender, and try at once where a stop held the old one."""
    session.flush()
    senders = senders_of(session, clinic)
    usual = senders.usual
    lanes.set_sender_key(session, clinic.id, senders.rate_key(usual.sender, usual.account_id))
    lanes.reopen(session, clinic.id, Channel.SMS, now)
    audit.record(session, clinic.id, who, what, Clinic, clinic.id, now)
