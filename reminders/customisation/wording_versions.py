"""Write, compare, approve and restore a clinic's own versions of wording."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from re import findall

from sqlalchemy.orm import Session

from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.rules.wording import LONGEST_LIFE, Key, Wording
from reminders.store.queries import audit, customisation
from reminders.store.tables import Clinic
from reminders.store.tables import Wording as Version

USUAL_LIFE = timedelta(days=365)


class NewerVersion(Exception):  # noqa: N818 (nobody's fault)
    """A newer version was saved meanwhile."""


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of text that stayed, went or came (``same``, ``gone``, ``new``)."""

    kind: str
    words: str


def write(
    session: Session,
    clinic: Clinic,
    key: Key,
    words: Wording,
    based_on: int | None,
    who: str,
    now: datetime,
) -> Version:
    """Add a version, which is a draft until it is approved; editing wording never moves or
    re-arms a reminder. Raises ``Outrun`` where there is a newer one than ``based_on``.
    """
    known = customisation.versions(session, clinic.id, key)
    if (known[0].id if known else None) != based_on:
        raise NewerVersion
    protocol, milestone, language = key
    version = Version(
        clinic_id=clinic.id,
        protocol=protocol,
        milestone=milestone,
        language=language,
        subject=words.subject,
        preheader=words.preheader,
        sms=words.sms,
        body=words.body,
        author=who,
        created_at=now,
    )
    session.add(version)
    session.flush()
    where = f"{milestone} of {protocol} in {language}"
    what = gettext_noop("wrote wording")
    audit.record(session, clinic.id, who, what, Version, version.id, now, where)
    return version


def approve(
    session: Session, clinic: Clinic, version: Version, review_by: date, who: str, now: datetime
) -> None:
    """Approve a version for use from now on, until its next review. Raises ``InputError``."""
    if not now.date() < review_by <= (now + LONGEST_LIFE).date():
        raise InputError(
            gettext("This date is in the past or more than two years ahead."),
            gettext("Choose another date."),
        )
    version.approved_by, version.approved_at, version.review_by = who, now, review_by
    session.flush()
    customisation.bump_version(session, clinic.id)
    what = gettext_noop("approved wording")
    detail = gettext("to be read again by %(day)s", day=str(review_by))
    audit.record(session, clinic.id, who, what, Version, version.id, now, detail)


def changes(before: str, after: str) -> Iterator[Change]:
    """Compare two texts word by word."""
    old, new = (findall(r"\s+|[^\s]+", text) for text in (before, after))
    for kind, i, j, k, n in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Change("same", "".join(old[i:j]))
            continue
        if j > i:
            yield Change("gone", "".join(old[i:j]))
        if n > k:
            yield Change("new", "".join(new[k:n]))
