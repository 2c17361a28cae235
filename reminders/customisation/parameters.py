"""Set a clinic's own parameter values, and find the clinic's texts that quote them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.customisation.placement import replan_everyone
from reminders.rules.protocols import Protocol
from reminders.rules.translation import gettext, gettext_noop
from reminders.store.queries import audit, customisation
from reminders.store.tables import Clinic, Parameter
from reminders.store.tables import Wording as Version
from reminders.wording.library import Library


@dataclass(frozen=True, slots=True)
class WordingReview:
    """A clinic's own text that quotes a changed number, and how."""

    version: Version
    why: str


def set_numbers(
    session: Session,
    library: Library,
    clinic: Clinic,
    protocol: Protocol,
    values: Mapping[str, int],
    who: str,
    now: datetime,
) -> list[WordingReview]:
    """Set a protocol's numbers at a clinic, and return its own texts that quote what changed.

    Where a number sets the timing of milestones, clients with milestones to come are replanned.
    """
    before = protocol.settle(customisation.numbers(session, clinic.id).get(protocol.key, {})).values
    ours = {p.key: values[p.key] for p in protocol.parameters if values[p.key] != p.default}
    customisation.set_numbers(session, clinic.id, protocol.key, ours)
    changed = {key: (before[key], value) for key, value in values.items() if before[key] != value}
    for key, (was, now_is) in changed.items():
        detail = f"{protocol.key}, {key}: {was} → {now_is}"
        audit.record(
            session, clinic.id, who, gettext_noop("changed a value"), Parameter, None, now, detail
        )
    if changed.keys() & {m.weeks_by for m in protocol.milestones}:
        replan_everyone(session, library, clinic, now)
    versions = [
        v for v in customisation.approved(session, clinic.id).values() if v.protocol == protocol.key
    ]
    labels = {p.key: gettext(p.label) for p in protocol.parameters}
    return [found for v in versions for found in _quoting(v, changed, labels)]


def _quoting(
    version: Version, changed: Mapping[str, tuple[int, int]], labels: Mapping[str, str]
) -> list[WordingReview]:
    """Say whether a text has a placeholder for a changed number, or spells out the old value."""
    words = f"{version.subject} {version.preheader} {version.sms} {version.body}"
    asks = [labels[key] for key in changed if re.search(rf"\b{key}\b", words)]
    spelled = re.sub(r"\{[{%].*?[%}]\}", " ", words)
    stale = [
        was for was, _ in changed.values() if re.search(rf"(?<![\d.]){was}(?![\d.]\d|\d)", spelled)
    ]
    found = [
        WordingReview(version, gettext("It still contains %(value)s.", value=str(was)))
        for was in stale
    ]
    if asks:
        names = "”, “".join(asks)
        why = gettext("It uses “%(names)s”, which has changed.", names=names)
        found.append(WordingReview(version, why))
    return found
