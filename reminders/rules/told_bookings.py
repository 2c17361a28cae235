"""Told bookings: what a booking system says of one booking, and how new its word is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from reminders.rules.booking_status import Outcome, read_status

SEAT = "#"
"""Parts a booking's number from what tells one seat of it from the others."""


def whole(number: str) -> str:
    """Return a booking's number without its seat."""
    return number.partition(SEAT)[0]


class SourceKind(StrEnum):
    """Whose shape of webhook a booking source sends."""

    CALCOM = "calcom"
    CALENDLY = "calendly"
    ACUITY = "acuity"  # says only a number; the rest is fetched
    SQUARE = "square"  # says a booking without its client, who is fetched
    GENERIC = "generic"  # Zapier, Make, n8n, forms, anything else


class DeliveryOutcome(StrEnum):
    """What became of one delivery."""

    WAITING = "waiting"  # to be fetched, or tried again by itself
    TAKEN = "taken"  # it changed something
    UNCHANGED = "unchanged"  # all was known
    ASKED = "asked"  # a question waits for a person
    OLDER = "older"  # something newer was known
    NOTHING = "nothing"  # it is about no treatment of ours
    UNREAD = "unread"  # it cannot be understood; kept, to be tried again
    FAILED = "failed"  # tried often enough; kept, to be tried again


class NotBooking(Exception):  # noqa: N818 (nobody's fault)
    """A delivery that is about no booking; the sentence says what it is."""


class Unfit(ValueError):  # noqa: N818 (named for what it says)
    """A body that is refused, since no system of good faith sends it; the sentence says why."""


class Scale(StrEnum):
    """By what the words of one booking are put in order."""

    VERSION = "version"
    INSTANT = "instant"


class Mark(NamedTuple):
    """How new a word is: a version, or microseconds since 1970."""

    scale: Scale
    value: int

    def is_before(self, other: Mark) -> bool:
        """Say whether the other is surely newer; a version and an instant cannot be compared."""
        return self.scale is other.scale and self.value < other.value


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def mark_of(instant: datetime) -> Mark:
    """Return the mark of an aware instant."""
    return Mark(Scale.INSTANT, (instant - EPOCH) // timedelta(microseconds=1))


@dataclass(frozen=True, slots=True)
class ToldBooking:
    """What a source says of one booking by its number there.

    ``fields`` are named like the columns of a list; without a start it says only what became of a
    booking told before. ``mark`` is None where the source does not say how new its word is.
    ``replaces`` is the number that the booking had before it was moved. ``answers`` are what the
    client answered in the booking form, by the question's exact words.
    """

    external_id: str
    status: str
    fields: Mapping[str, str] = field(default_factory=dict)
    mark: Mark | None = None
    replaces: str = ""
    known_as: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Say whether a booking that is not known can be taken in by it."""
        said = {name for name, value in self.fields.items() if value}
        return "treated_at" in said and bool(said & {"first_name", "name"})

    @property
    def is_end(self) -> bool:
        """Say whether it says that the booking does not take place."""
        return read_status(self.status).outcome is Outcome.NOT_TAKING_PLACE

    @property
    def may_be_end(self) -> bool:
        """Say whether it may do so, by a word that only the clinic knows."""
        return read_status(self.status).outcome in {Outcome.NOT_TAKING_PLACE, Outcome.UNKNOWN}

    @property
    def numbers(self) -> set[str]:
        """Return every number that the booking may be known by, or was."""
        return {self.external_id, self.replaces, *self.known_as} - {""}


@dataclass(frozen=True, slots=True)
class Notice:
    """A delivery that names a booking whose details are fetched; ``told`` is what it says by
    itself, ``missing`` whether the rest has to be asked for.
    """

    external_id: str
    told: ToldBooking | None = None
    missing: bool = True


@dataclass(frozen=True, slots=True)
class ConsentQuestion:
    """A question of a booking form whose yes is a consent by these channels: ``question`` finds it,
    ``wording`` is what the client read.
    """

    question: str
    wording: str
    channels: tuple[str, ...]
