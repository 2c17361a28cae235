"""Check names as senders: whether carriers of the countries that are texted take them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from reminders.monitoring.checks import Check, Verdict
from reminders.rules.clinic_senders import ELSEWHERE, ClinicSenders
from reminders.rules.countries import texted
from reminders.rules.sender_kinds import is_one_way
from reminders.rules.sender_names import NameRule, NameRuling, rule_of
from reminders.rules.translation import gettext, gettext_noop
from reminders.store.queries import people, sender_accounts
from reminders.wording.localised import country_name

SAYS = {
    NameRule.NEVER: (
        Verdict.FAIL,
        gettext_noop("carriers take no names as senders in %(country)s; texts there wait"),
        gettext_noop("Set a number as the sender for %(country)s."),
    ),
    NameRule.REGISTER: (
        Verdict.WARN,
        gettext_noop("in %(country)s names must be registered: %(why)s"),
        gettext_noop("Register it there, or set a number as the sender for %(country)s."),
    ),
    NameRule.UNKNOWN: (
        Verdict.WARN,
        gettext_noop("it is not known whether carriers in %(country)s take names as senders"),
        gettext_noop("Ask your provider before you rely on it."),
    ),
}


def names(session: Session, clinic_id: int | None = None) -> Iterator[Check]:
    """Judge the names that clinics' texts leave under, by the countries that each texts."""
    clinics = {clinic.id: clinic for clinic in people.clinics(session)}
    for of in sender_accounts.of_clinics(session):
        if clinic_id in (None, of.clinic_id):
            clinic = clinics[of.clinic_id]
            for country in sorted(texted(clinic.country, clinic.phone, clinic.other_countries)):
                yield from _judged(of.name, country, of.senders)


def _judged(clinic: str, country: str, senders: ClinicSenders) -> Iterator[Check]:
    sender = senders.in_country(country).sender
    ruling: NameRuling = rule_of(country)
    chosen = any(where == country != ELSEWHERE for where, _ in senders.by_country)
    if not is_one_way(sender) or ruling.rule not in SAYS:
        return
    if ruling.rule is NameRule.REGISTER and chosen:
        return  # whoever set it for this country says that it is registered
    verdict, found, mend = SAYS[ruling.rule]
    say = {"country": country_name(country), "why": ruling.why}
    of = f"Sender {sender}: {clinic}"
    yield Check(of, verdict, gettext(found, **say), gettext(mend, **say))
