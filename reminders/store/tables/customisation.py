"""Tables of a clinic's own settings: wording, parameters, placements, lists, practice numbers,
audit."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from reminders.store.column_types import Instant
from reminders.store.tables.common import where


class Audit(SQLModel, table=True):
    """Who changed what, when, of which row; lines are added, never changed.

    ``actor`` is a member of staff as they sign in, or the command line. ``detail`` says what it was
    and is, and never holds a client's name, number or address.
    """

    __table_args__ = (
        Index("audit_of_clinic", "clinic_id", "id"),
        Index("audit_of_row", "entity", "row_id"),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int | None = Field(default=None, foreign_key="clinic.id")
    recorded_at: datetime = Field(sa_type=Instant)
    actor: str
    action: str
    entity: str
    row_id: int | None = None
    detail: str = Field(default="", sa_type=Text)


class Wording(SQLModel, table=True):
    """A clinic's version of a milestone's words in a language; the last approved one is used.

    Versions are added, never changed. ``review_by`` is the day on which somebody must read an
    approved one again.
    """

    __table_args__ = (
        Index("wording_versions", "clinic_id", "protocol", "milestone", "language", "id"),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    protocol: str
    milestone: str
    language: str
    subject: str
    preheader: str
    sms: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)
    author: str
    created_at: datetime = Field(sa_type=Instant)
    approved_by: str | None = None
    approved_at: datetime | None = Field(default=None, sa_type=Instant)
    review_by: date | None = None


class Parameter(SQLModel, table=True):
    """A number that a clinic sets otherwise than the protocol's default."""

    __table_args__ = (UniqueConstraint("clinic_id", "protocol", "key"),)

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    protocol: str
    key: str
    value: int


class MilestonePlacement(SQLModel, table=True):
    """Where a clinic puts a milestone of a protocol; durations as ISO 8601 writes them.

    ``at`` is absent where the milestone counts by the clock from the treatment's end.
    ``channels`` are divided by spaces; none of them means that the milestone is left out.
    """

    __tablename__ = "milestone_placement"

    __table_args__ = (UniqueConstraint("clinic_id", "protocol", "milestone"),)

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    protocol: str
    milestone: str
    after: str
    at: time | None = None
    good_for: str
    channels: str


class Import(SQLModel, table=True):
    """A list that somebody brings in: while it is being mended, and what remained of it.

    ``cells`` holds header and rows, packed: all of them before it is taken in, afterwards those
    that were left out, until they are forgotten; or a workbook, while it is asked which of its
    sheets is the list. ``columns`` says which column holds what. A long list goes in by short
    transactions; meanwhile ``arriving_at`` is when the last of them was, and nobody sees it.
    """

    __table_args__ = (
        Index("import_of_clinic", "clinic_id", "id"),
        # Which lists are still arriving?
        Index("import_arriving", "id", **where(text("arriving_at IS NOT NULL"))),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    file_name: str
    imported_by: str
    started_at: datetime = Field(sa_type=Instant)
    columns: str = Field(sa_type=Text)
    cells: str | None = Field(default=None, sa_type=Text)
    taken_at: datetime | None = Field(default=None, sa_type=Instant)
    taken: int = 0
    left_out: int = 0
    undone_at: datetime | None = Field(default=None, sa_type=Instant)
    undone_by: str | None = None
    arriving_at: datetime | None = Field(default=None, sa_type=Instant)


class ImportRow(SQLModel, table=True):
    """What one row of a list did: to which client and treatment, and what that was."""

    __tablename__ = "import_row"
    __table_args__ = (Index("import_row_of", "import_id", "id"),)

    id: int = Field(default=None, primary_key=True)
    import_id: int = Field(foreign_key="import.id")
    number: int
    client_id: int = Field(foreign_key="client.id", ondelete="CASCADE")
    treatment_id: int | None = Field(default=None, foreign_key="treatment.id", ondelete="CASCADE")
    effect: str


class PostponedEnrolment(SQLModel, table=True):
    """What a long list says of somebody known already, until all of the list is there."""

    __tablename__ = "postponed_enrolment"
    __table_args__ = (Index("postponed_enrolment_of", "import_id", "id"),)

    id: int = Field(default=None, primary_key=True)
    import_id: int = Field(foreign_key="import.id", ondelete="CASCADE")
    client_id: int = Field(foreign_key="client.id", ondelete="CASCADE")
    number: int
    enrolment: str = Field(sa_type=Text)


class ColumnMapping(SQLModel, table=True):
    """Which column holds what in lists that look like this one, as somebody corrected it."""

    __tablename__ = "column_mapping"

    __table_args__ = (UniqueConstraint("clinic_id", "fingerprint"),)

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    fingerprint: str
    columns: str = Field(sa_type=Text)


class PracticeRecipient(SQLModel, table=True):
    """A number or address of staff that is really messaged while the clinic is in practice mode."""

    __tablename__ = "practice_recipient"

    __table_args__ = (UniqueConstraint("clinic_id", "contact"),)

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    contact: str
