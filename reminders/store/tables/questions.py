"""Tables of what waits for a person to decide, and of what was decided before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from reminders.store.column_types import Instant
from reminders.store.tables.common import where


class Question(SQLModel, table=True):
    """One doubt that waits for a person.

    ``kind`` says what is doubted and ``subject`` about what, so that it is asked once, however many
    rows wait for it; ``facts`` (JSON) words it, ``choices`` (JSON) are the answers there are.
    """

    __table_args__ = (
        Index(
            "question_open",
            "clinic_id",
            "kind",
            "subject",
            unique=True,
            **where(text("answered_at IS NULL")),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    kind: str
    subject: str
    facts: str = Field(sa_type=Text)
    choices: str = Field(sa_type=Text)
    asked_at: datetime = Field(sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    answered_by: str | None = None
    answer: str | None = None


class WaitingRow(SQLModel, table=True):
    """A row of a list as it came, kept until the question it waits for is answered.

    ``row_key`` is what a later list would say about the same treatment; ``layout`` (JSON) is the
    list's name, headings and columns, by which ``cells`` (JSON) are read again.
    """

    __tablename__ = "waiting_row"
    __table_args__ = (
        Index("waiting_row_for", "question_id"),
        UniqueConstraint("clinic_id", "row_key"),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    question_id: int = Field(foreign_key="question.id", ondelete="CASCADE")
    import_id: int | None = Field(default=None, foreign_key="import.id")
    row_key: str
    number: int
    layout: str = Field(sa_type=Text)
    cells: str = Field(sa_type=Text)
    came_at: datetime = Field(sa_type=Instant)


class RememberedAnswer(SQLModel, table=True):
    """What this clinic means by a word or name of its lists: a service, a status, a person.

    ``answered_by`` is None where nobody was asked, since the words say it by themselves: such a row
    is only shown, and never decides.
    """

    __tablename__ = "remembered_answer"
    __table_args__ = (UniqueConstraint("clinic_id", "kind", "subject"),)

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    kind: str
    subject: str
    label: str
    answer: str
    answered_by: str | None = None
    answered_at: datetime = Field(sa_type=Instant)


class ClientMerge(SQLModel, table=True):
    """Two records of one person made one; ``moved`` (JSON) is what an undo moves back."""

    __tablename__ = "client_merge"
    __table_args__ = (Index("client_merge_kept", "kept_id"), Index("client_merge_gone", "gone_id"))

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    kept_id: int = Field(foreign_key="client.id", ondelete="CASCADE")
    gone_id: int = Field(foreign_key="client.id", ondelete="CASCADE")
    moved: str = Field(sa_type=Text)
    merged_at: datetime = Field(sa_type=Instant)
    merged_by: str
    undone_at: datetime | None = Field(default=None, sa_type=Instant)
