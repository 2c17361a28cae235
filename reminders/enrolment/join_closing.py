"""Close a clinic's form for texts while somebody abuses it to have codes sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from reminders.monitoring.alerts import raise_alert
from reminders.rules import code_limits as rule
from reminders.rules.code_limits import DAY
from reminders.store.queries import code_counts


def texts_closed(session: Session, clinic_id: int, now: datetime) -> bool:
    """Say whether a clinic's form sends no texts for now, since hardly any of the last day's many
    codes were proven. It opens by itself as they grow old; the owner is told once a week.
    """
    code_counts.hold(session)
    if not rule.closes(*code_counts.joining(session, clinic_id, now - DAY)):
        return False
    raise_alert(
        session,
        clinic_id,
        "join-closed",
        f"join-closed.{clinic_id}.{now:%G-%V}",
        "Your form for joining sends no texts for now",
        "Many codes were asked for with your form for joining in the last day, and hardly any was"
        " entered. This looks like somebody who earns by the texts. The form sends no texts until"
        " this is over, at the latest a day after it ends. Clients can join by email, or staff can"
        " add them. Other messages are sent as usual.",
        now,
    )
    return True
