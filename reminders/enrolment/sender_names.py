"""Refuse a name as sender where carriers take none, or only those that were registered."""

from __future__ import annotations

from collections.abc import Mapping

from reminders.enrolment.texted_countries import texted_by
from reminders.rules.clinic_senders import ELSEWHERE, ClinicSenders, unpack
from reminders.rules.sender_kinds import is_one_way
from reminders.rules.sender_names import NameRule, NameRuling, rule_of
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext
from reminders.store.tables import Clinic
from reminders.wording.localised import country_name


def check_names(clinic: Clinic, senders: Mapping[str, str]) -> None:
    """Check the senders by country that somebody typed. One named for a country with a register is
    taken as registered there; the usual one has to do for all others. Raises ``InputError``.
    """
    for country, sender in senders.items():
        if country != ELSEWHERE and is_one_way(sender):
            ruling = rule_of(country)
            if ruling.rule is NameRule.NEVER:
                raise _refusal(ruling)
    if is_one_way(senders.get(ELSEWHERE, "")):
        for country in sorted(texted_by(clinic) - senders.keys()):
            if (ruling := rule_of(country)).refused:
                raise _refusal(ruling)


def texts_one_way(clinic: Clinic, installation: str, number: str | None = None) -> bool:
    """Say whether nobody can reply to a clinic's texts to a number, or else to its own country."""
    senders = ClinicSenders(installation, clinic.account_id, unpack(clinic.text_senders))
    leaves = senders.to(number) if number else senders.in_country(clinic.country)
    return is_one_way(leaves.sender)


def _refusal(ruling: NameRuling) -> InputError:
    country = country_name(ruling.country)
    if ruling.rule is NameRule.NEVER:
        return InputError(
            gettext("Carriers take no names as senders in: %(country)s.", country=country),
            gettext("Enter a number for %(code)s as its sender.", code=ruling.country),
        )
    return InputError(
        gettext("Carriers take only registered names as senders in: %(country)s.", country=country),
        gettext(
            "Register the name there, and enter it as the sender for %(code)s when that is done.",
            code=ruling.country,
        ),
    )
