"""What happened with one answer about the skin: said, taken, called and closed, in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from reminders.rules.skin_answers import SAID_LABELS, Said
from reminders.rules.translation import gettext
from reminders.store.tables import SkinAnswer


def answer_entries(
    answer: SkinAnswer, taker: str
) -> Iterator[tuple[datetime, str, tuple[tuple[str, str], ...]]]:
    """Return what happened with one answer: when, what, and what an auditor asks about it."""
    if answer.worried_at is not None and answer.said is not Said.WORRIED:
        yield (
            answer.worried_at,
            gettext("Skin: %(answer)s", answer=gettext(SAID_LABELS[Said.WORRIED])),
            (),
        )
    said = gettext(SAID_LABELS[answer.said])
    yield answer.changed_at, gettext("Skin: %(answer)s", answer=said), ()
    by = ((gettext("By"), taker),) if taker else ()
    if answer.taken_at is not None:
        yield answer.taken_at, gettext("Answer taken"), by
    note = ((gettext("Note"), answer.note),) if answer.note else ()
    if answer.called_at is not None:
        yield answer.called_at, gettext("Client called about the answer"), note
    elif answer.closed_at is not None:
        yield answer.closed_at, gettext("Answer seen, fine"), note
