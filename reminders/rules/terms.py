"""The shared vocabulary: channels, states, reasons, and the facts that rules work on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from reminders.rules.clinic_senders import AS_SET, ClinicSenders
from reminders.rules.records import record
from reminders.rules.segment_prices import UNKNOWN, Prices
from reminders.rules.sending_hours import EMAILS_USUAL, SendingHours, parse_emails
from reminders.rules.text_names import ClientNames
from reminders.rules.wording import NOTHING_OWN, Customisation

USUAL_EMAIL_HOURS = parse_emails(EMAILS_USUAL)


class Channel(StrEnum):
    """How a reminder travels."""

    SMS = "sms"
    EMAIL = "email"


class Purpose(StrEnum):
    """What a consent is for. Care covers everything a treatment calls for, the preparation before
    it included; a yes to another purpose lets no care message go.
    """

    CARE = "care"
    APPOINTMENT = "appointment"  # booking matters alone
    MARKETING = "marketing"  # never implied by another; nothing of ours is sent for it


class Act(StrEnum):
    """By what act a consent was given or taken back."""

    FORM = "form"  # the client filled in our form
    PAGE = "page"  # the client chose it on their own page
    KEYWORD = "keyword"  # the client texted it
    LINK = "link"  # the client pressed unsubscribe
    DESK = "desk"  # staff recorded it
    IMPORT = "import"  # a clinic's list or another of its systems says so
    COMPLAINT = "complaint"  # the client reported our email as spam
    ERASURE = "erasure"  # the client was erased
    MERGE = "merge"  # another record of the client is stopped
    UNMERGE = "unmerge"  # that is undone: as if nothing had been said


class Discretion(StrEnum):
    """How much a message may show to others who see the client's screen."""

    PLAIN = "plain"  # what to do, never the procedure's name
    DISCREET = "discreet"  # a note from the clinic, and where to read it


class Status(StrEnum):
    """Where a reminder stands; the final states are never left."""

    PLANNED = "planned"  # waits for its due moment
    CLAIMED = "claimed"  # a worker holds it under a lease; a lapsed lease frees it
    HANDOFF = "handoff"  # may have reached the provider; only proof moves it on
    ACCEPTED = "accepted"  # the provider took it
    DELIVERED = "delivered"  # final: the provider says it arrived
    UNDELIVERED = "undelivered"  # final: the provider says it did not arrive
    UNKNOWN = "unknown"  # final: nobody could prove either; a person looks at it
    SKIPPED = "skipped"  # final: decided not to send, with a reason
    CANCELLED = "cancelled"  # final: the treatment moved or went away
    FAILED = "failed"  # final: refused for good, with a reason


OPEN = frozenset({Status.PLANNED, Status.CLAIMED})
"""States in which nothing was handed off, so plans may change."""

LEFT = frozenset(
    {
        Status.HANDOFF,
        Status.ACCEPTED,
        Status.DELIVERED,
        Status.UNDELIVERED,
        Status.UNKNOWN,
    },
)
"""May have reached the client, so it is never sent a second time."""


class Reason(StrEnum):
    """Why a reminder was not sent, or waits."""

    NO_CONSENT = "no-consent"
    OPTED_OUT = "opted-out"
    WRONG_NUMBER = "wrong-number"
    STALE = "stale"
    SUPERSEDED = "superseded"
    UNREACHABLE = "unreachable"
    CAP = "cap"
    GIVES_WAY = "gives-way"
    QUIET_HOURS = "quiet-hours"
    WELCOME = "welcome"
    PAUSED = "paused"
    PRACTICE = "practice"
    ON_HOLD = "on-hold"
    TAKEN_OUT = "taken-out"
    MOVED = "moved"
    TREATMENT_CANCELLED = "treatment-cancelled"
    INVALID_CONTACT = "invalid-contact"
    REFUSED_CONTENT = "refused-content"
    REFUSED = "refused"
    WORDING = "wording"
    PROVIDER_BUSY = "provider-busy"
    PROVIDER_REFUSES = "provider-refuses"
    UNREACHED = "unreached"
    UNPROVEN = "unproven"
    MAYBE_TWICE = "maybe-twice"
    FAULT = "fault"
    ERASED = "erased"
    HALTED = "halted"
    HELD = "held"
    NOT_COME = "not-come"
    NOT_CONFIRMED = "not-confirmed"
    NOT_OVER = "not-over"
    BUDGET = "budget"
    COUNTRY = "country"


class OneOffKind(StrEnum):
    """What a message outside any protocol is for."""

    OPT_IN = "opt-in"  # confirms a consent; the first text to a client
    CODE = "code"  # the client asked for it just now, to verify a contact
    ANSWER = "answer"  # staff answer what the client wrote
    CORRECTION = "correction"  # corrects an earlier message


@record
class OneOffFacts:
    """A message outside any protocol, its words already chosen; ``urgent`` heeds no hours."""

    kind: OneOffKind
    subject: str
    text: str
    urgent: bool


@dataclass(frozen=True, slots=True, eq=False)
class ClinicFacts:
    """What a message may say about a clinic, and how it may be sent.

    Two of one clinic are the same only if nothing was changed in between. ``segments_left`` is
    what remains of this month's budget; None without one. ``hours`` are those of texts; of one
    reminder's facts those of its channel, within the law's. ``halted`` says why nothing of it may
    leave at all; with ``attendance_required`` aftercare waits until somebody says that the client came.
    ``text_name`` is the name it chose for texts, ``client_names`` how it names clients there;
    ``countries`` (ISO 3166) are those it texts, None where nobody asked, ``prices`` what that costs,
    ``senders`` are as whom its messages leave.
    """

    clinic_id: int
    name: str
    phone: str
    email: str
    address: str
    country: str
    live: bool
    hours: SendingHours
    texts_per_day: int
    texts_per_week: int
    zone: ZoneInfo
    email_hours: SendingHours = USUAL_EMAIL_HOURS
    customisation: Customisation = NOTHING_OWN
    segment_budget: int | None = None
    segments_left: int | None = None
    halted: Reason | None = None
    attendance_required: bool = False
    text_name: str | None = None
    client_names: ClientNames = ClientNames.CHEAPEST
    stop_on_every_text: bool = False
    countries: frozenset[str] | None = None
    prices: Prices = UNKNOWN
    senders: ClinicSenders = AS_SET


@record
class Visit:
    """What is known of the visit a reminder hangs on: when it ends (UTC), and whether somebody said
    that the client came, or did not come (``missed``).
    """

    ends_at: datetime
    came: bool = False
    missed: bool = False


@record
class Facts:
    """All that is needed to decide about one reminder and to word it.

    A ``note`` has no protocol and no treatment. ``texts_on`` and ``emailed_at`` say what this
    clinic sent to the number or address lately, for whichever client, ``stop_told_at`` when one of its
    texts last said there how to stop, ``course_begun`` that a text of this treatment has left lately;
    ``untold`` are milestones of the treatment that were planned and have not left by any channel.
    It leaves as ``sender``: a text as a number, short code, Messaging Service or name, of the clinic's
    own account or (``account_id`` None) the installation's; an email from an address, or (empty) from
    the installation's.
    """

    reminder_id: int
    client_id: int
    claim: str
    clinic: ClinicFacts
    protocol: str
    milestone: str
    channel: Channel
    scheduled_at: datetime
    stale_at: datetime
    attempts: int
    first_name: str
    language: str
    contact: str | None
    zone: ZoneInfo
    treated_on: date | None
    starts: time | None
    treatment_cancelled: bool
    consented: bool
    suppressed: Reason | None
    superseded: bool
    texts_on: tuple[date, ...]
    emailed_at: datetime | None = None
    one_off: OneOffFacts | None = None
    page_edition: int = 1
    paused_until: datetime | None = None
    on_hold: bool = False
    welcome_first: bool = False
    practice_recipient: bool = False
    discretion: Discretion = Discretion.PLAIN
    visit: Visit | None = None
    stop_told_at: datetime | None = None
    course_begun: bool = False
    untold: frozenset[str] = frozenset()
    sender: str = ""
    account_id: int | None = None

    @property
    def requested(self) -> bool:
        """Say whether the client asked for this message, by a form or a text."""
        return self.one_off is not None and self.one_off.kind in {
            OneOffKind.CODE,
            OneOffKind.ANSWER,
        }


@record
class Message:
    """A rendered reminder, ready for a sender.

    ``reference`` is the same on every attempt, ``attempt`` names this one; it must not leave
    after ``expires_at`` (UTC). ``tells_stop`` says that a text says how to stop. ``sender`` and
    ``account_id`` are as in ``Facts``; where empty it leaves as the installation's. An email comes from
    ``sender_name``.
    """

    channel: Channel
    to: str
    clinic_name: str
    reply_to: str
    text: str
    reference: str
    written_at: datetime
    expires_at: datetime
    attempt: str = ""
    segments: int = 0
    subject: str = ""
    html: str = ""
    unsubscribe_url: str = ""
    language: str = "en"
    wording: int | None = None
    tells_stop: bool = False
    sender: str = ""
    account_id: int | None = None
    sender_name: str = ""


class InputError(ValueError):
    """Something a person typed cannot be used: ``problem`` says why, ``mend`` what to do."""

    def __init__(self, problem: str, mend: str) -> None:
        super().__init__(problem, mend)
        self.problem = problem
        self.mend = mend

    def __str__(self) -> str:
        """Say both."""
        return f"{self.problem} {self.mend}"
