"""What staff tap under “Attendance”: for one visit, for all of a day, and to take it back."""

from __future__ import annotations

from starlette.responses import Response

from reminders.enrolment import visits
from reminders.rules.roles import Role
from reminders.rules.translation import gettext_noop
from reminders.rules.visits import Word
from reminders.store.database import writing
from reminders.store.tables import Treatment
from reminders.web.desk.page import DeskRequest, desk_route

TAPS = {
    "came": (Word.CAME, gettext_noop("marked as attended")),
    "missed": (Word.MISSED, gettext_noop("marked as no-show")),
    "undo": (Word.UNSAID, gettext_noop("removed the attendance mark")),
}
"""What each button says, and how the record of changes tells it."""


LONGEST = 12
"""No number of ours is longer."""


def say(request: DeskRequest) -> Response:
    """Note of the visits in the form that the client came or did not, or take that back."""
    tap = request.typed("said") if request.typed("said") in TAPS else "came"
    word, what = TAPS[tap]
    typed = (str(one) for one in request.form.getlist("visit"))
    ids = {int(one) for one in typed if one.isdecimal() and len(one) < LONGEST}
    library, clinic, now = request.app.library, request.signed_in.clinic, request.now
    with writing(request.app.engine) as session:
        for treatment in visits.say(session, library, clinic, ids, word, now):
            request.record(session, what, Treatment, treatment.id)
    return request.redirect(request.back("/"), tap)


ROUTES = [desk_route("/visits", say, Role.STAFF, "POST")]
