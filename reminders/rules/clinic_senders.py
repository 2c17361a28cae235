"""As whom a clinic's texts and emails leave: its own senders by country, else the installation's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache

import phonenumbers

ELSEWHERE = ""
"""The country that stands for all that have no sender of their own."""


@dataclass(frozen=True, slots=True)
class Sender:
    """As whom a text leaves: a number (E.164), short code, Messaging Service or name, of a clinic's
    own account or (None) of the installation's; or an email: from which address.
    """

    sender: str
    account_id: int | None = None

    @property
    def key(self) -> str:
        """Return how a sender is called where its rate is kept."""
        return f"{self.account_id or ''}:{self.sender}"


@dataclass(frozen=True)
class ClinicSenders:
    """A clinic's own account, its text senders by the recipient's country (ISO 3166), and its address
    and name in emails; ``installation`` is the sender of the settings, for whatever is not set.
    """

    installation: str = ""
    account_id: int | None = None
    by_country: tuple[tuple[str, str], ...] = ()
    mail_from: str = ""
    mail_name: str = ""

    @cached_property
    def usual(self) -> Sender:
        """Return as whom texts leave to countries without a sender of their own."""
        return self._named(ELSEWHERE) or Sender(self.installation)

    @property
    def every(self) -> tuple[Sender, ...]:
        """Return all senders that its texts may leave as, the usual one first."""
        others = (self._named(country) for country, _ in self.by_country)
        return tuple(dict.fromkeys((self.usual, *filter(None, others))))

    def rate_key(self, sender: str, account_id: int | None) -> str:
        """Return under which key a sender's rate is kept; empty for the installation's."""
        leaves = Sender(sender, account_id)
        return "" if leaves == Sender(self.installation) else leaves.key

    def to(self, number: str | None) -> Sender:
        """Return as whom a text to this number (E.164) leaves."""
        if not number or not self.by_country:
            return self.usual
        return self.in_country(country_of(number))

    @cached_property
    def of_emails(self) -> Sender:
        """Return as whom emails leave: from its own address, or (empty) from the installation's."""
        return Sender(self.mail_from)

    def in_country(self, country: str) -> Sender:
        """Return as whom texts leave to a country."""
        return self._named(country) or self.usual

    def _named(self, country: str) -> Sender | None:
        sender = next((named for where, named in self.by_country if where == country), None)
        if sender is None:
            return None
        return Sender(sender, self.account_id)


AS_SET = ClinicSenders()
"""Of a clinic that brought nothing."""


@lru_cache(maxsize=1 << 13)
def country_of(number: str) -> str:
    """Return the country a number (E.164) belongs to (ISO 3166); empty where none does. One in no
    range that is known is of the first country with its code.
    """
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    found = phonenumbers.region_code_for_number(parsed)
    first: str = found or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return first if first.isalpha() and first != _NOWHERE else ""


_NOWHERE = "ZZ"


def pack(by_country: dict[str, str]) -> str:
    """Write senders by country as they are stored; empty where there are none."""
    return json.dumps(dict(sorted(by_country.items()))) if by_country else ""


def unpack(stored: str) -> tuple[tuple[str, str], ...]:
    """Read senders by country as they are stored."""
    return tuple(json.loads(stored).items()) if stored else ()
