"""The input and the result of enrolment, as plain dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from reminders.consent.ledger import Proof
from reminders.rules.planning import Replan
from reminders.rules.questions import Doubt
from reminders.rules.terms import Channel
from reminders.rules.visits import Word
from reminders.store.queries.people import name_key
from reminders.store.tables import Client, Treatment


@dataclass(frozen=True, slots=True)
class ConsentAnswer:
    """What a client said about a channel: when (UTC), and where that is written down.

    ``proof`` is what staff took down themselves; without one it stands in a list, or in a booking
    with the ``wording`` that was answered.
    """

    channel: Channel
    given: bool
    given_at: datetime
    source: str
    stop: bool = False
    proof: Proof | None = None
    wording: str | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One treatment of one client, as a clinic enters it; contacts are normalised already.

    ``external_id`` is the booking's number in the system called ``source``, ``client_id`` the clinic's
    own number for the client; ``meant`` is the client whom staff chose, 0 for somebody new. It says
    that the client ``came``, that the visit ``ended``, or that they ``missed`` it, which is ``cancelled``, too; ``booked_only`` that a day
    that is over is no word of either.
    """

    first_name: str
    protocol: str
    treated_on: date
    last_name: str = ""
    starts: time | None = None
    ends: time | None = None
    phone: str | None = None
    email: str | None = None
    language: str = ""
    time_zone: str | None = None
    external_id: str | None = None
    source: str = ""
    client_id: str | None = None
    cancelled: bool = False
    came: bool = False
    ended: bool = False
    missed: bool = False
    booked_only: bool = False
    consents: tuple[ConsentAnswer, ...] = ()
    meant: int | None = None

    @property
    def identity(self) -> tuple[str, str]:
        """Return what the enrolments of one person share."""
        contact = self.client_id or self.phone or self.email or ""
        return contact, name_key(self.first_name)

    @property
    def is_named_only(self) -> bool:
        """Say whether nothing but a name tells who is to be treated, as in many a calendar."""
        told = self.phone or self.email or self.client_id or self.meant is not None
        return not told and not self.cancelled

    @property
    def word(self) -> Word:
        """Return what it says of the visit."""
        if self.cancelled:
            return Word.MISSED if self.missed else Word.CANCELLED
        if self.came:
            return Word.CAME
        return Word.ENDED if self.ended else Word.BOOKED

    @property
    def booking(self) -> tuple[str, str] | None:
        """Return the booking's number with whose number it is; None where there is none."""
        return (self.source, self.external_id) if self.external_id else None


class Effect(StrEnum):
    """What an enrolment did."""

    ADDED = "added"
    MOVED = "moved"
    UPDATED = "updated"
    CANCELLED = "cancelled"
    UNCHANGED = "unchanged"
    ASKED = "asked"
    POSTPONED = "postponed"


@dataclass(slots=True)
class EnrolmentResult:
    """What became of one enrolment: ``change`` is what it did to the reminders, ``doubt`` why nothing
    is done before a person has answered, ``later`` the same enrolment with the client it means, where
    it is postponed.
    """

    enrolment: Enrolment
    effect: Effect
    client: Client | None = None
    treatment: Treatment | None = None
    remarks: list[str] = field(default_factory=list)
    change: Replan | None = None
    doubt: Doubt | None = None
    later: Enrolment | None = None
