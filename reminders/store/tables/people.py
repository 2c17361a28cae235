"""Tables of clinics, clients, treatments, consents and suppressions."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from reminders.rules.caps import USUAL_A_WEEK
from reminders.rules.sending_hours import EMAILS_USUAL
from reminders.rules.skin_answers import LIMIT, OPEN_USUAL
from reminders.rules.terms import Act, Channel, Discretion, Purpose, Reason
from reminders.rules.text_names import ClientNames
from reminders.rules.visits import ToldBy
from reminders.store.column_types import Instant, Word
from reminders.store.tables.common import EMPTY, FALSE, ONE, ZERO, owned_by, where

LIKE_NAME = {"name_key": "text_pattern_ops"}
LIKE_FAMILY = {"family_key": "text_pattern_ops"}


class Clinic(SQLModel, table=True):
    """A clinic, with the hours, zone and caps within which its clients may be messaged.

    ``customisation_version`` is a new token whenever its wording or parameters change;
    ``sending_hours`` are those of texts;
    ``segment_price`` is what a segment costs, in millionths of the currency (ISO 4217), and
    ``country_prices`` (such as ``DE=75000 FR=62000``) what it costs where that differs. ``slug``
    names it in the address clients join at; it is printed, so it never changes. With
    ``attendance_required`` aftercare waits until somebody says that the client came. ``text_name`` is
    the name it chose for texts; ``client_names`` is how clients are named there. With ``both_channels``
    a client who agreed to texts and emails gets every milestone by both. ``other_countries`` (ISO
    3166, parted by spaces) are those it texts beside its own. ``account_id`` is its own
    account for texts, ``text_senders`` are as whom they leave, by the recipient's country (see
    ``reminders.rules.clinic_senders``), and ``mail_from`` and ``mail_name`` as whom emails do; what is
    empty is the installation's. ``opening_hours`` are when somebody is at the clinic; a worried client
    nobody has taken for ``worried_minutes`` of them is told to ``second_contact``, an email address, and
    by text to ``second_phone``.
    ``after_hours_phone`` is whom its page names while it is closed.
    """

    __table_args__ = (Index("clinic_slug", "slug", unique=True),)

    id: int = Field(default=None, primary_key=True)
    name: str
    text_name: str | None = None
    name_key: str = Field(unique=True)
    slug: str | None = None
    time_zone: str
    country: str
    phone: str
    email: str
    address: str = Field(sa_type=Text)
    sending_hours: str
    email_hours: str = Field(
        default=EMAILS_USUAL, sa_column_kwargs={"server_default": EMAILS_USUAL}
    )
    texts_per_day: int = 1
    texts_per_week: int = USUAL_A_WEEK
    live: bool = False
    attendance_required: bool = Field(default=False, sa_column_kwargs=FALSE)
    client_names: ClientNames = Field(
        default=ClientNames.CHEAPEST,
        sa_type=Word(ClientNames),
        sa_column_kwargs={"server_default": ClientNames.CHEAPEST.value},
    )
    stop_on_every_text: bool = Field(default=False, sa_column_kwargs=FALSE)
    other_countries: str = Field(default="", sa_column_kwargs=EMPTY)
    both_channels: bool = Field(default=False, sa_column_kwargs=FALSE)
    wording_accepted_at: datetime | None = Field(default=None, sa_type=Instant)
    paused_at: datetime | None = Field(default=None, sa_type=Instant)
    paused_by: str | None = None
    segment_budget: int | None = None
    created_at: datetime = Field(sa_type=Instant)
    customisation_version: str | None = None
    segment_price: int | None = None
    country_prices: str = Field(default="", sa_column_kwargs=EMPTY)
    currency: str | None = None
    account_id: int | None = None
    text_senders: str = Field(default="", sa_type=Text, sa_column_kwargs=EMPTY)
    mail_from: str = Field(default="", sa_column_kwargs=EMPTY)
    mail_name: str = Field(default="", sa_column_kwargs=EMPTY)
    opening_hours: str = Field(default=OPEN_USUAL, sa_column_kwargs={"server_default": OPEN_USUAL})
    after_hours_phone: str | None = None
    worried_minutes: int = Field(
        default=LIMIT // timedelta(minutes=1),
        sa_column_kwargs={"server_default": text(str(LIMIT // timedelta(minutes=1)))},
    )
    second_contact: str | None = None
    second_phone: str | None = None


class Client(SQLModel, table=True):
    """The person treated. Of one who was erased (``erased_at``) nothing is left to read.

    ``welcomed_at`` is when the first text to their number was planned, which confirms the consent;
    none for whoever shares the number. ``page_key`` is the hash of the key to the client's own page
    in its ``page_edition``. The client's choices: local ``preferred_hour``, no messages before
    ``paused_until``, ``both_channels`` (None is as the clinic has it), and ``discretion``. One that was made one with another
    (``merged_into``) keeps what it was found by, and leads there. ``import_id`` is the long list that
    brought them.
    """

    __table_args__ = (
        # One client for each number of the clinic's own.
        Index(
            "client_external_id",
            "clinic_id",
            "external_id",
            unique=True,
            **where(text("external_id IS NOT NULL")),
        ),
        # Who at this clinic is on this number or address?
        Index("client_phone", "clinic_id", "phone"),
        Index("client_email", "clinic_id", "email"),
        # Whose name, given or family name first, begins like this?
        Index("client_name", "clinic_id", "name_key", "id", postgresql_ops=LIKE_NAME),
        Index("client_family", "clinic_id", "family_key", "id", postgresql_ops=LIKE_FAMILY),
        # Whose page is this? And whose has no key yet?
        Index("client_page", "page_key", unique=True),
        Index("client_keyless", "id", **where(text("page_key IS NULL"))),
        # Who was made one with this client?
        Index("client_merged", "merged_into", **where(text("merged_into IS NOT NULL"))),
        UniqueConstraint("id", "clinic_id"),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    first_name: str
    last_name: str = ""
    phone: str | None = None
    email: str | None = None
    language: str = "en"
    time_zone: str | None = None
    external_id: str | None = None
    name_key: str = Field(default="", sa_column_kwargs=EMPTY)
    family_key: str = Field(default="", sa_column_kwargs=EMPTY)
    version: int = Field(default=0, sa_column_kwargs=ZERO)
    welcomed_at: datetime | None = Field(default=None, sa_type=Instant)
    page_key: str | None = None
    page_edition: int = Field(default=1, sa_column_kwargs=ONE)
    preferred_hour: int | None = None
    paused_until: datetime | None = Field(default=None, sa_type=Instant)
    both_channels: bool | None = None
    discretion: Discretion = Field(
        default=Discretion.PLAIN,
        sa_type=Word(Discretion),
        sa_column_kwargs={"server_default": Discretion.PLAIN.value},
    )
    created_at: datetime = Field(sa_type=Instant)
    erased_at: datetime | None = Field(default=None, sa_type=Instant)
    merged_into: int | None = None
    import_id: int | None = None


class Consent(SQLModel, table=True):
    """A client's yes or no for a channel and purpose; rows are added, never changed, and the last
    counts. The database itself refuses a change (migration 0009), but for an erasure, which
    puts keyed hashes in the place of ``contact``, ``source`` and ``network_address``.

    By what ``act``, in answer to which exact ``wording`` of which version, taken down where
    (``source``) and by whom, and from which browser (``network_address``): the proof that the
    CTIA's principles ask for (5.1.2).
    """

    __table_args__ = (
        Index("consent_latest", "client_id", "channel", "id"),
        # Who said no in a month?
        Index("consent_no", "recorded_at", **where(text("given = false"))),
    )

    id: int = Field(default=None, primary_key=True)
    client_id: int = Field(foreign_key="client.id")
    channel: Channel = Field(sa_type=Word(Channel))
    purpose: Purpose = Field(
        default=Purpose.CARE,
        sa_type=Word(Purpose),
        sa_column_kwargs={"server_default": Purpose.CARE.value},
    )
    given: bool
    given_at: datetime = Field(sa_type=Instant)
    act: Act | None = Field(default=None, sa_type=Word(Act))
    source: str
    contact: str | None = None
    wording: str | None = Field(default=None, sa_type=Text)
    wording_version: str | None = None
    recorded_by: str | None = None
    network_address: str | None = None
    recorded_at: datetime = Field(sa_type=Instant)
    erased_at: datetime | None = Field(default=None, sa_type=Instant)


class Suppression(SQLModel, table=True):
    """A contact that this clinic must not message, whoever shares it. After the erasure of the last
    client it belonged to, ``contact`` is a keyed hash, until the contact is enrolled again.
    """

    __table_args__ = (UniqueConstraint("clinic_id", "contact"),)

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    contact: str
    reason: Reason = Field(sa_type=Word(Reason))
    source: str
    suppressed_at: datetime = Field(sa_type=Instant)


class Treatment(SQLModel, table=True):
    """One session, as the clinic's wall clock shows it; ``ends_at`` (UTC) is derived. ``import_id``
    is the long list that brought it.

    ``treated_marked_at`` is when somebody said that the client came, ``missed_at`` that they did not,
    which cancels it, too; ``told_by`` who said either. ``complication_at`` is when staff marked one.
    """

    __table_args__ = (
        # One treatment for a booking of one system; two systems may both have a number 1.
        Index(
            "treatment_booking",
            "clinic_id",
            "source",
            "external_id",
            unique=True,
            **where(text("external_id IS NOT NULL")),
        ),
        # Which sessions has the client had, and which follow this one?
        Index("treatment_course", "client_id", "treated_on"),
        # Who is treated at this clinic on this day? And by which protocol, counted from here alone?
        Index(
            "treatment_day",
            "clinic_id",
            "treated_on",
            "protocol",
            "cancelled_at",
            "complication_at",
        ),
        # Which visits did staff speak of last?
        Index(
            "treatment_told",
            "clinic_id",
            "missed_at",
            "treated_marked_at",
            **where(text("told_by = 'staff'")),
        ),
        UniqueConstraint("id", "client_id", "clinic_id"),
        owned_by("client", "clinic_id"),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int
    client_id: int
    protocol: str
    treated_on: date
    starts: time | None = None
    ends: time | None = None
    ends_at: datetime = Field(sa_type=Instant)
    external_id: str | None = None
    source: str = Field(default="", sa_column_kwargs=EMPTY)
    cancelled_at: datetime | None = Field(default=None, sa_type=Instant)
    treated_marked_at: datetime | None = Field(default=None, sa_type=Instant)
    missed_at: datetime | None = Field(default=None, sa_type=Instant)
    told_by: ToldBy | None = Field(default=None, sa_type=Word(ToldBy))
    complication_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)
    import_id: int | None = None


class PurgeRecord(SQLModel, table=True):
    """How much was deleted when its time had come, so that what is gone is still counted."""

    __tablename__ = "purge_record"

    id: int = Field(default=None, primary_key=True)
    purged_at: datetime = Field(sa_type=Instant)
    kind: str
    count: int
