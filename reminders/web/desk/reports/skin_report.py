"""The staff page of what clients told of their skin in a month, by treatment, and its spreadsheet."""

from __future__ import annotations

from datetime import date

from starlette.responses import Response

from reminders.monitoring import monthly_report, skin_report
from reminders.rules.roles import Role
from reminders.rules.skin_answers import SAID_LABELS
from reminders.rules.skin_figures import LEAST, ProtocolFigures, Share
from reminders.rules.translation import gettext, ngettext
from reminders.spreadsheets import write_table
from reminders.store.database import reading
from reminders.store.queries import people
from reminders.web.desk.page import DeskRequest, desk_route
from reminders.wording.localised import number_text


def show(request: DeskRequest) -> Response:
    """Show a month: the one asked for, else this one."""
    with reading(request.app.engine, snapshot=True) as session:
        clinic = people.clinic(session, request.clinic_id)
        months = monthly_report.last_months(clinic, request.now)
        asked = request.typed("month")
        begins_on = next((m for m in months if f"{m:%Y-%m}" == asked), months[-1])
        figures = skin_report.month(session, clinic, begins_on)
    return request.page(
        "skin-report.html",
        months=months[::-1],
        begins_on=begins_on,
        figures=figures,
        protocols=request.app.library.protocols,
        answers=[(said, gettext(label)) for said, label in SAID_LABELS.items()],
        least=LEAST,
        share=share_words,
        own=lambda one, said: Share(one.own.get(said, 0), one.clients),
        answered=lambda point, said: Share(point.said.get(said, 0), point.sent),
        opened=lambda point: Share(point.opened, point.sent),
        called=lambda one: Share(len(one.called_in), one.worried),
        complications=lambda one: Share(one.complications, one.treatments),
        of_clients=lambda count, one: Share(count, one.clients),
        wait=_wait,
        count=lambda n: _few() if n < LEAST else number_text(n),
    )


def share_words(share: Share) -> str:
    """Write a figure with what it counts."""
    count, of = share.parts
    if of is None:
        return _few()
    if count is None:
        return gettext("fewer than %(least)s of %(whole)s", least=LEAST, whole=of)
    return gettext("%(count)s of %(whole)s", count=count, whole=of)


def _few() -> str:
    return gettext("fewer than %(least)s", least=LEAST)


def _wait(one: ProtocolFigures) -> str:
    """Write how long half of the called clients waited at most."""
    if one.median_minutes is None:
        return ""
    return ngettext("half within %(n)s minute", "half within %(n)s minutes", one.median_minutes)


def download(request: DeskRequest) -> Response:
    """Return the last twelve months for a spreadsheet; no cell of it is a formula."""
    with reading(request.app.engine, snapshot=True) as session:
        clinic = people.clinic(session, request.clinic_id)
        months: dict[date, list[ProtocolFigures]] = {
            begins_on: skin_report.month(session, clinic, begins_on)
            for begins_on in monthly_report.last_months(clinic, request.now)
        }
    names = {key: one.name for key, one in request.app.library.protocols.items()}
    heads = {"Content-Disposition": 'attachment; filename="skin.csv"'}
    return Response(
        write_table(skin_report.rows(months, names)), media_type="text/csv", headers=heads
    )


ROUTES = [
    desk_route("/numbers/skin", show, Role.VIEWER),
    desk_route("/numbers/skin.csv", download, Role.VIEWER),
]
