"""The shapes of what running it brings: states, passes, lists taken in, checks and paperwork."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from reminders.rules.terms import Channel
from reminders.shapes.common import Counts, Moment, Shape


class Stopped(Shape):
    """A clinic's way out that a fault stopped."""

    clinic: str
    channel: Channel
    since: Moment
    code: str = Field(description="the provider's code")


class Outage(Shape):
    """How many reminders of a clinic became too late while nothing was sent."""

    clinic: str
    began_at: Moment
    ended_at: Moment
    missed: int


class Untold(Shape):
    """Alerts that reached nobody."""

    count: int
    since: Moment
    nowhere: bool = Field(description="true: because no address is set")
    channel: Channel = Field(description="by which they were to go")


class Pause(Shape):
    """Since when sending is paused for all clinics, and by whom."""

    at: Moment
    by: str


class Hold(Shape):
    """Why this database sends nothing, and between which times something may have been sent."""

    why: str
    since: Moment
    known_until: Moment | None
    lost_until: Moment


class Failover(Shape):
    """What a failover of the database within the last week brought."""

    since: Moment
    known_until: Moment | None = Field(description="from here on entries may be missing")
    lost_until: Moment
    settled_at: Moment | None = Field(description="null while Twilio is still being asked")
    texts_left: int = Field(description="found at Twilio and marked as sent")
    texts_unproven: int = Field(description="may have been sent; shown to staff")
    emails_again: int = Field(description="may have been sent, and are sent once more")
    emails_unproven: int = Field(description="may have been sent; shown to staff")
    texts_heard: int = Field(description="texts from clients, read again from Twilio's list")
    number: int = Field(description="failovers so far")


class Status(Shape):
    """The counts for operators."""

    delivery: str = Field(description="outbox (nothing is sent) or live")
    at: Moment
    planned: int
    sent: int
    in_doubt: int = Field(description="unconfirmed: may have been sent")
    undelivered: int
    skipped: Counts = Field(description="by reason")
    cancelled: Counts = Field(description="by reason")
    failed: Counts = Field(description="by reason")
    waiting: Counts = Field(description="by reason; scheduled, but waiting for something")
    overdue: int = Field(description="due more than five minutes ago, for no known reason")
    next_due_at: Moment | None
    last_beat_at: Moment | None
    clinics: dict[str, str] = Field(description="live, practice or paused, by name")
    maybe_twice: int = Field(description="sent again after an unconfirmed attempt")
    replies: int = Field(description="waiting for an answer")
    stopped: list[Stopped]
    outages: list[Outage]
    untold: list[Untold]
    paused: Pause | None
    held: Hold | None
    failover: Failover | None


class Tick(Shape):
    """What one pass did."""

    delivery: str = Field(description="outbox (nothing is sent) or live")
    sent: Counts = Field(description="by channel")
    skipped: Counts = Field(description="by reason")
    deferred: Counts = Field(description="by reason")
    failed: Counts = Field(description="by reason")
    in_doubt: int
    rescued: int = Field(description="taken over from a worker that stopped")
    proven: Counts = Field(description="unconfirmed messages that were settled, by their new state")
    missed: dict[int, int] = Field(description="too late to be useful, by the clinic's ID")


class Reconciliation(Shape):
    """What the provider said about unconfirmed messages."""

    delivery: str
    held: Hold | None = Field(description="the state before this command")
    proven: Counts = Field(description="by the new state")
    erased_again: int = Field(
        description="clients erased again, because a restored backup still had them"
    )


class Remark(Shape):
    """A cell of a list: what is wrong or was assumed, and what to do."""

    row: int
    column: str
    problem: str
    advice: str


class Import(Shape):
    """What importing a list did."""

    rows: int
    taken: int = Field(description="rows imported; 0 if nothing was")
    other_services: int = Field(
        description="rows that are certainly not a treatment with reminders"
    )
    services: Counts = Field(description="those rows, by the name of the service")
    not_taking_place: int = Field(description="rows that are cancelled, no-show, deleted …")
    not_yet: int = Field(description="rows that are not confirmed yet: requested, pending …")
    questions: int = Field(description="questions waiting for an answer; see `reminders questions`")
    ignored_columns: list[str]
    faults: list[Remark]
    effects: Counts = Field(description="treatments added, moved, unchanged …")
    planned: int = Field(description="reminders")
    moved: int = Field(description="reminders")
    already_sent: int = Field(description="reminders already sent for a date that moved")
    too_late: int = Field(description="reminders that would come too late to be useful")
    clients: list[int] = Field(description="their IDs")
    notes: list[Remark]


class Purge(Shape):
    """What is old enough to be deleted."""

    done: bool = Field(description="false: nothing was deleted, only counted")
    purged: Counts


class TextCost(Shape):
    """What texts as one sender to one country cost at least: each has one segment or more."""

    sender: str = Field(description="a number, short code, Messaging Service or name")
    country: str = Field(description="of the recipient, as in ISO 3166; empty: unknown")
    texts: int
    currency: str | None = Field(description="as in ISO 4217; null: no price is set")
    cost: Decimal | None


class Batch(Shape):
    """Messages that are sent one after the other."""

    channel: Channel
    begins: Moment
    ends: Moment
    count: int
    late: int = Field(description="too late to be sent within their sending hours")
    costs: list[TextCost] = Field(description="of its texts, by sender and country")


class ClinicSenders(Shape):
    """The senders of a clinic's texts and emails."""

    clinic: str
    account: str | None = Field(
        description="the SID of its own Twilio account; null: the installation's"
    )
    texts: str = Field(description="the sender of its texts")
    countries: dict[str, str] = Field(description="other senders, by the recipient's country")
    mail_from: str | None = Field(description="null: the installation's address")
    mail_name: str | None = Field(description="null: the clinic's name")


class Registration(Shape):
    """What carriers ask for, by the names of Twilio's form."""

    fields: dict[str, str | list[str]]
    faults: list[str]


class Check(Shape):
    """One check of the doctor."""

    name: str
    verdict: str = Field(description="pass, warn or fail")
    found: str
    mend: str = Field(description="what to do; empty if nothing")


class WordingFault(Shape):
    """What is wrong with the default wording, and where."""

    rule: str
    protocol: str
    language: str
    milestone: str
    problem: str


class Lint(Shape):
    """What checking all default wording found."""

    faults: list[WordingFault]
