"""Tables of what clients tell of their skin on their own pages, and which pages were opened."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from reminders.rules.skin_answers import Outcome, Said
from reminders.store.column_types import Instant, Word
from reminders.store.tables.common import EMPTY, owned_by, where


class SkinAnswer(SQLModel, table=True):
    """A client's answer to how the skin is, once for each treatment and moment: a milestone's key,
    or ``own-5`` for what was told unasked on the fifth day.

    ``answered_at`` is the first tap, ``changed_at`` the last that said something else; ``worried_at``
    is when the client became worried, and stays though they say something else afterwards, until
    staff close it (``closed_at``, with an ``outcome`` and a ``note`` of one line). ``taken_by`` is the
    staff id of who sees to it, ``called_at`` when the client was reached.
    """

    __tablename__ = "skin_answer"
    __table_args__ = (
        UniqueConstraint("client_id", "treatment_id", "moment"),
        # What did the client answer for this treatment?
        Index("skin_answer_treatment", "treatment_id"),
        # Which worried clients wait, at this clinic or at any?
        Index(
            "skin_answer_worried",
            "clinic_id",
            "worried_at",
            **where(text("worried_at IS NOT NULL AND closed_at IS NULL")),
        ),
        # What was told last, and in a month?
        Index("skin_answer_told", "clinic_id", "changed_at", "moment", "worried_at"),
        owned_by("client", "clinic_id"),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    client_id: int
    treatment_id: int = Field(foreign_key="treatment.id")
    moment: str
    said: Said = Field(sa_type=Word(Said))
    answered_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)
    worried_at: datetime | None = Field(default=None, sa_type=Instant)
    taken_by: int | None = None
    taken_at: datetime | None = Field(default=None, sa_type=Instant)
    called_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    outcome: Outcome | None = Field(default=None, sa_type=Word(Outcome))
    note: str = Field(default="", sa_type=Text, sa_column_kwargs=EMPTY)

    @property
    def waits(self) -> bool:
        """Say whether a worried client waits for the clinic."""
        return self.worried_at is not None and self.closed_at is None

    @property
    def was_read(self) -> bool:
        """Say whether staff closed it since it was last changed."""
        return self.closed_at is not None and self.closed_at >= self.changed_at


class PageOpening(SQLModel, table=True):
    """That a client's page was opened within a day of a milestone: neither when, how often nor from
    where.
    """

    __tablename__ = "page_opening"

    treatment_id: int = Field(primary_key=True, foreign_key="treatment.id")
    moment: str = Field(primary_key=True)
