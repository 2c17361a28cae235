"""Check every account and sender that messages leave by: the installation's and clinics' own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from reminders.monitoring import doctor, external_checks
from reminders.monitoring.checks import Check, Verdict
from reminders.rules.clinic_senders import Sender
from reminders.rules.translation import gettext, gettext_noop
from reminders.senders import SendError
from reminders.senders.account import TwilioAccount
from reminders.senders.mail_checks import Lookup, txt_records
from reminders.senders.twilio_account import AccountInquiry
from reminders.store.queries import sender_accounts
from reminders.store.queries.sender_accounts import OfClinic

ACCOUNT = "Twilio account"


def accounts_and_senders(
    session: Session,
    accounts: Mapping[int | None, TwilioAccount],
    replies_to: str,
    clinic_id: int | None = None,
    *,
    fix: bool,
) -> Iterator[Check]:
    """Ask each account about itself and its senders, or only about those of one clinic; with ``fix`` let
    it post replies to us.
    """
    clinics = sender_accounts.of_clinics(session)
    using: dict[Sender, list[str]] = {}
    if clinic_id is None:
        using[Sender(accounts[None].sender)] = []
    for clinic in clinics:
        if clinic_id in (None, clinic.clinic_id):
            for sender in clinic.senders.every:
                using.setdefault(sender, []).append(clinic.name)
    yield from _unopened(accounts, clinics, clinic_id)
    told: set[int | None] = set()
    for sender, names in using.items():
        account = accounts.get(sender.account_id)
        if account is None:
            continue
        ours = sender == Sender(accounts[None].sender)
        label = "" if ours else f": {', '.join(names)}, {sender.sender}"
        for check in _ask(replace(account, sender=sender.sender), replies_to, fix=fix):
            of_account = check.name == ACCOUNT and check.verdict is not Verdict.FAIL
            if not of_account or sender.account_id not in told:
                yield replace(check, name=check.name + label)
        told.add(sender.account_id)


def _ask(account: TwilioAccount, replies_to: str, *, fix: bool) -> Iterator[Check]:
    inquiry = AccountInquiry(account)
    try:
        if fix and not account.by_name:
            asyncio.run(inquiry.send_replies_to(replies_to))
        yield from external_checks.line(asyncio.run(inquiry.ask()), replies_to)
    except SendError as error:
        usual = gettext_noop("See Twilio's own status page, and try again.")
        mend = gettext(doctor.MENDS.get(error.outcome, usual))
        yield Check(ACCOUNT, Verdict.FAIL, gettext("not ready: %(code)s", code=error.code), mend)


def _unopened(
    accounts: Mapping[int | None, TwilioAccount],
    clinics: Sequence[OfClinic],
    clinic_id: int | None,
) -> Iterator[Check]:
    """Name the clinics whose credentials were sealed under another key."""
    for clinic in clinics:
        theirs = clinic.senders.account_id
        if theirs is not None and theirs not in accounts and clinic_id in (None, clinic.clinic_id):
            yield Check(
                f"{ACCOUNT}: {clinic.name}",
                Verdict.FAIL,
                gettext("its auth token cannot be read, because SECRET_KEY was changed"),
                gettext("Set SECRET_KEY_OLD to the earlier key, or enter the auth token again."),
            )


def mail_domains(
    session: Session, clinic_id: int | None = None, lookup: Lookup = txt_records
) -> Iterator[Check]:
    """Judge the domains of the addresses that clinics' own emails come from."""
    for clinic in sender_accounts.of_clinics(session):
        if clinic.senders.mail_from and clinic_id in (None, clinic.clinic_id):
            for check in external_checks.domain(clinic.senders.mail_from, lookup):
                yield replace(check, name=f"{check.name}: {clinic.name}")
