"""Record a yes or a no that another system tells, no further than its proof goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.consent import ledger
from reminders.consent.ledger import Proof
from reminders.rules.contacts import read_email, read_phone
from reminders.rules.terms import Act, Channel, InputError, Purpose
from reminders.rules.translation import gettext
from reminders.store.queries import consents
from reminders.store.tables import Client, Consent


class Refused(Exception):  # noqa: N818 (nobody's fault)
    """It would raise a consent beyond what it proves; the sentence says how."""


@dataclass(frozen=True, slots=True)
class ToldConsent:
    """What a client said elsewhere: for which ``contact``, when (UTC), in answer to which words,
    and where that is written down. ``country`` (ISO 3166) is whose national numbers are meant.
    """

    channel: Channel
    given: bool
    purpose: Purpose
    contact: str
    given_at: datetime
    source: str
    wording: str | None
    wording_version: str | None
    country: str


def record(session: Session, client: Client, said: ToldConsent, who: str, now: datetime) -> bool:
    """Add it to the ledger, and say whether it was new. Raises ``InputError``, and ``Refused``
    where a no stands or it was said for another number or address.
    """
    if said.given_at > now:
        raise InputError(
            "given_at: " + gettext("This date is in the future."), gettext("Check the date.")
        )
    if client.erased_at is not None:
        raise Refused(gettext("This client was erased. Nothing more can be recorded."))
    own = ledger.contact_of(client, said.channel)
    if own is None or _contact(said) != own:
        raise Refused(
            gettext(
                "This consent is for a different number or address than the client has now."
                " Change the client first, or ask the client again."
            )
        )
    if not said.given:
        return _withdraw(session, client, said, who, now, own)
    if not (said.wording or "").strip():
        raise InputError(
            "wording: " + gettext("A consent needs the exact words that the client agreed to."),
            gettext("Send them."),
        )
    return _agree(session, client, said, who, now, own)


def _contact(said: ToldConsent) -> str:
    try:
        if said.channel is Channel.EMAIL:
            return read_email(said.contact)
        return read_phone(said.contact, said.country or None).number
    except InputError as error:
        raise InputError(f"contact: {error.problem}", error.mend) from None


def _withdraw(
    session: Session, client: Client, said: ToldConsent, who: str, now: datetime, own: str
) -> bool:
    known = consents.latest(session, client.id)
    refused = known.get((said.channel, Purpose.CARE)) is False
    if refused and own in ledger.barred(session, client.clinic_id, [own]):
        return False
    ledger.withdraw(
        session, client, said.channel, source=said.source, now=now, act=Act.IMPORT, recorded_by=who
    )
    return True


def _agree(
    session: Session, client: Client, said: ToldConsent, who: str, now: datetime, own: str
) -> bool:
    lines = consents.last_lines(session, client.id)
    last = lines.get((said.channel, said.purpose))
    care = lines.get((said.channel, Purpose.CARE))
    refused = any(line is not None and not line.given for line in (last, care))
    if refused or own in ledger.barred(session, client.clinic_id, [own]):
        raise Refused(
            gettext(
                "The client has declined, so this is not recorded."
                " Only the client can undo this, by texting START or on their own page."
            )
        )
    if last is not None and _same(last, said, own):
        return False
    proof = Proof(Act.IMPORT, said.source, said.wording, said.wording_version, who)
    ledger.record(
        session, client, said.channel, proof, now, given_at=said.given_at, purpose=said.purpose
    )
    return True


def _same(line: Consent, said: ToldConsent, own: str) -> bool:
    told = (said.given_at, said.source, said.wording, own)
    return (line.given_at, line.source, line.wording, line.contact) == told
