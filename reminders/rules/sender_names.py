"""Names as senders of texts: which are valid, and where carriers take them. As read in November 2026."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from reminders.rules.contacts import clean
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext

_VALID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
"""twilio.com/docs/glossary/what-alphanumeric-sender-id: ASCII letters, digits and spaces, 11 of them
at most, and not digits alone. Text through it goes one way: nobody can reply."""

GENERIC = frozenset(
    {"sms", "info", "text", "test", "code", "msg", "message", "alert", "verify", "notice", "notify"}
)
"""Names that say nobody's: twilio.com/docs/api/errors/21212 refuses them, registers do, too."""


class NameRule(StrEnum):
    """What a country's carriers do with a name as sender."""

    ALLOWED = "allowed"
    REGISTER = "register"  # only names that were registered there beforehand
    NEVER = "never"
    UNKNOWN = "unknown"  # we have read nothing that says so


AWS = "AWS, Supported countries and regions for SMS, and Registration forms (docs.aws.amazon.com)"

NEVER = frozenset(
    [
        "AR",
        "BE",
        "BR",
        "BS",
        "CA",
        "CG",
        "CL",
        "CN",
        "CO",
        "CR",
        "DO",
        "EC",
        "FM",
        "GT",
        "GU",
        "HU",
        "KN",
        "KR",
        "KY",
        "LC",
        "LR",
        "MC",
        "MH",
        "MX",
        "MY",
        "MZ",
        "NI",
        "NZ",
        "PE",
        "PR",
        "PY",
        "SV",
        "TM",
        "US",
        "UY",
        "VE",
        "VI",
        "ZA",
    ]
)
"""By the table of AWS (no sender IDs); of US, CA and PR Telnyx and Twilio say the same."""

REGISTERS = {
    "AU": "SMS Sender ID Register (ACMA): others are shown as “Unverified” since 1 July 2026",
    "ES": "Registro de alias (CNMC): others are blocked since 15 September 2026; case matters",
    "IE": "SMS Sender ID Registry (ComReg): others are shown as “Likely Scam” since 3 July 2025",
    "IN": "DLT (TRAI): brand, name and each wording",
    "SG": "SMS Sender ID Registry (SGNIC, IMDA): others are shown as “Likely-SCAM” since 2023",
    **dict.fromkeys(
        [
            "AE",
            "AT",
            "BY",
            "EG",
            "FI",
            "ID",
            "JO",
            "KE",
            "KW",
            "KZ",
            "LK",
            "PH",
            "QA",
            "RU",
            "SA",
            "TH",
            "TR",
            "VN",
        ],
        AWS,
    ),
}
"""Where a name must be registered beforehand, and with whom or who says so. Sources beside AWS: ACMA
and rulebook B9.5; docs.aws.amazon.com, Spain registration; commsrisk.com on ComReg's registry, April
2026; IMDA, Full SMS Sender ID Registration, 31 January 2023."""

ALLOWED = frozenset(
    [
        "BG",
        "CH",
        "CZ",
        "DE",
        "DK",
        "EE",
        "FR",
        "GB",
        "GG",
        "GI",
        "GR",
        "HK",
        "IL",
        "IM",
        "IS",
        "JE",
        "JP",
        "LI",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "SE",
        "SI",
        "SK",
        "TW",
        "UA",
    ]
)
"""By the table of AWS, without registration."""


@dataclass(frozen=True, slots=True)
class NameRuling:
    """What one country does with a name: ``why`` is the register, or where it was read."""

    country: str
    rule: NameRule
    why: str = ""

    @property
    def refused(self) -> bool:
        """Say whether texts there do not leave under a name that nobody registered."""
        return self.rule in {NameRule.NEVER, NameRule.REGISTER}


def rule_of(country: str) -> NameRuling:
    """Return what a country (ISO 3166) does with names as senders."""
    if country in NEVER:
        return NameRuling(country, NameRule.NEVER, AWS)
    if country in REGISTERS:
        return NameRuling(country, NameRule.REGISTER, REGISTERS[country])
    if country in ALLOWED:
        return NameRuling(country, NameRule.ALLOWED, AWS)
    return NameRuling(country, NameRule.UNKNOWN)


def rulings(countries: Iterable[str]) -> list[NameRuling]:
    """Return what each country does with names that does not simply take them: those that never do
    first, then those with a register, then those of which we know nothing.
    """
    order = [NameRule.NEVER, NameRule.REGISTER, NameRule.UNKNOWN]
    found = [one for country in sorted(countries) if (one := rule_of(country)).rule in order]
    return sorted(found, key=lambda one: order.index(one.rule))


def read_name_sender(text: str) -> str:
    """Read a name that texts may leave as; raises ``InputError``."""
    name = clean(text)
    if not _VALID.fullmatch(name):
        raise InputError(
            gettext("This name cannot send texts."),
            gettext(
                "Use at most 11 letters from A to Z, digits and spaces, with at least one letter."
            ),
        )
    if name.casefold() in GENERIC:
        raise InputError(gettext("This name could be anybody’s."), gettext("Use the clinic’s own."))
    return name


def is_name(sender: str) -> bool:
    """Say whether a sender is a name."""
    return _VALID.fullmatch(sender) is not None
