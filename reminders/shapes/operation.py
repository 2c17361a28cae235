"""The shapes of what running it brings: states, passes, lists taken in, checks and paperwork."""

from __future__ import annotations

from pydantic import Field

from reminders.rules.terms import Channel
from reminders.shapes.common import Counts, Moment, Shape


class Stopped(Shape):
    """A clinic's way out that a fault stopped."""

    clinic: str
    channel: Channel
    since: Moment
    code: str = Field(description="the provider's")


class Outage(Shape):
    """How many reminders of a clinic went stale while nothing was sent."""

    clinic: str
    began_at: Moment
    ended_at: Moment
    missed: int


class Untold(Shape):
    """Alerts that reached nobody."""

    count: int
    since: Moment
    nowhere: bool = Field(description="for want of an address")


class Pause(Shape):
    """Since when everything is paused, and by whom."""

    at: Moment
    by: str


class Hold(Shape):
    """Why this database sends nothing, and between which moments something may have left."""

    why: str
    since: Moment
    known_until: Moment | None
    lost_until: Moment


class Failover(Shape):
    """What a failover of the database within the last week brought."""

    since: Moment
    known_until: Moment | None = Field(description="from here on something may be missing")
    lost_until: Moment
    settled_at: Moment | None = Field(description="null while Twilio is still being asked")
    texts_left: int = Field(description="found at Twilio, and marked as sent")
    texts_unproven: int = Field(description="may have left; shown to staff")
    emails_again: int = Field(description="may have left, and go once more")
    emails_unproven: int = Field(description="may have left; shown to staff")
    texts_heard: int = Field(description="of clients, read again from Twilio's list")
    number: int = Field(description="failovers so far")


class Status(Shape):
    """The counts an operator asks for."""

    delivery: str = Field(description="outbox: nothing leaves; or live")
    at: Moment
    planned: int
    sent: int
    in_doubt: int = Field(description="may have left; nobody knows yet")
    undelivered: int
    skipped: Counts = Field(description="by reason")
    cancelled: Counts = Field(description="by reason")
    failed: Counts = Field(description="by reason")
    waiting: Counts = Field(description="by reason; planned, but waiting for something")
    overdue: int = Field(description="due more than five minutes ago, and nothing explains it")
    next_due_at: Moment | None
    last_beat_at: Moment | None
    clinics: dict[str, str] = Field(description="live, practice or paused, by name")
    maybe_twice: int = Field(description="sent again after an attempt in doubt")
    replies: int = Field(description="waiting for a person")
    stopped: list[Stopped]
    outages: list[Outage]
    untold: list[Untold]
    paused: Pause | None
    held: Hold | None
    failover: Failover | None


class Tick(Shape):
    """What one pass did."""

    delivery: str = Field(description="outbox: nothing leaves; or live")
    sent: Counts = Field(description="by channel")
    skipped: Counts = Field(description="by reason")
    deferred: Counts = Field(description="by reason")
    failed: Counts = Field(description="by reason")
    in_doubt: int
    rescued: int = Field(description="taken over from a worker that died")
    proven: Counts = Field(description="what had been in doubt, by what became of it")
    missed: dict[int, int] = Field(description="too late to help, by the clinic's number")


class Reconciliation(Shape):
    """What the provider said about everything in doubt."""

    delivery: str
    held: Hold | None = Field(description="as it was before")
    proven: Counts = Field(description="by what became of it")
    erased_again: int = Field(description="clients erased since a backup that was put back")


class Remark(Shape):
    """A cell of a list: what is wrong or was assumed, and what to do."""

    row: int
    column: str
    problem: str
    advice: str


class Import(Shape):
    """What taking a list in did."""

    rows: int
    taken: int = Field(description="rows; 0 where nothing was taken in")
    other_services: int = Field(description="rows that are certainly no treatment with reminders")
    services: Counts = Field(description="those rows by the name of the service")
    not_taking_place: int = Field(description="rows: cancelled, no-show, deleted …")
    not_yet: int = Field(description="rows that are not certain yet: requested, pending …")
    questions: int = Field(description="that wait for a person now; see `reminders questions`")
    ignored_columns: list[str]
    faults: list[Remark]
    effects: Counts = Field(description="treatments added, moved, unchanged …")
    planned: int = Field(description="reminders")
    moved: int = Field(description="reminders")
    already_sent: int = Field(description="reminders of a date that moved")
    too_late: int = Field(description="reminders that would no longer help")
    clients: list[int] = Field(description="their numbers")
    notes: list[Remark]


class Purge(Shape):
    """What has been kept long enough."""

    done: bool = Field(description="false: only counted")
    purged: Counts


class Batch(Shape):
    """Messages that leave one after the other."""

    channel: Channel
    begins: Moment
    ends: Moment
    count: int
    late: int = Field(description="too late to leave within their hours")


class Registration(Shape):
    """What carriers ask for, by the names of Twilio's form."""

    fields: dict[str, str | list[str]]
    faults: list[str]


class Check(Shape):
    """One thing the doctor looked at."""

    name: str
    verdict: str = Field(description="pass, warn or fail")
    found: str
    mend: str = Field(description="what to do; empty where nothing is")


class WordingFault(Shape):
    """What is wrong with the packaged wording, and where."""

    rule: str
    protocol: str
    language: str
    milestone: str
    problem: str


class Lint(Shape):
    """What reading all packaged wording found."""

    faults: list[WordingFault]
