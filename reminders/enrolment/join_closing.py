"""Close a clinic's form for texts while somebody abuses it to have codes sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from reminders.monitoring.alerts import raise_alert
from reminders.rules import code_limits as rule
from reminders.rules.translation import gettext
from reminders.store.queries import code_counts


def texts_closed(session: Session, clinic_id: int, now: datetime) -> bool:
    """Say whether a clinic's form sends no texts for now, since hardly any of many codes were proven
    lately. It opens by itself as they grow old; the owner is told once a week.
    """
    code_counts.hold(session)
    if not any(
        rule.closes(*code_counts.joining(session, clinic_id, now - span), few, most)
        for span, few, most in rule.CLOSING
    ):
        return False
    raise_alert(
        session,
        clinic_id,
        "join-closed",
        f"join-closed.{clinic_id}.{now:%G-%V}",
        gettext("Your form for joining sends no texts for now"),
        gettext(
            "Many codes were asked for with your form for joining, and hardly any was entered. This"
            " looks like somebody who earns by the texts. The form opens again by itself: after a day,"
            " or after a week if it goes on for longer. Until then clients can join by email, or staff"
            " can add them. Other messages are sent as usual."
        ),
        now,
    )
    return True
