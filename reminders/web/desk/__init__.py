"""All staff pages with their routes, each with the role that may open it."""

from starlette.routing import BaseRoute

from reminders.web.desk import assets, manual
from reminders.web.desk.clients import (
    client_edit,
    client_merge,
    client_page,
    enrol,
    handouts,
    import_sheets,
    imports,
    privacy,
    questions,
    reschedule,
    search,
)
from reminders.web.desk.messages import (
    inbox,
    message_actions,
    outbox,
    parameters,
    wording_list,
    wording_versions,
)
from reminders.web.desk.reports import reports, skin_report
from reminders.web.desk.schedule import (
    asking,
    day_preview,
    milestones,
    skin_answers,
    today,
    visits,
)
from reminders.web.desk.settings import (
    booking_deliveries,
    booking_fields,
    booking_sources,
    check_up,
    clinic,
    endpoints,
    feeds,
    keys,
    senders,
    services,
    staff,
)
from reminders.web.desk.sign_in import account, invitation, setup, sign_in

ROUTES: list[BaseRoute] = [
    *assets.ROUTES,
    *manual.ROUTES,
    *sign_in.ROUTES,
    *invitation.ROUTES,
    *setup.ROUTES,
    *check_up.ROUTES,
    *today.ROUTES,
    *visits.ROUTES,
    *skin_answers.ROUTES,
    *asking.ROUTES,
    *imports.ROUTES,
    *import_sheets.ROUTES,
    *questions.ROUTES,
    *wording_list.ROUTES,
    *wording_versions.ROUTES,
    *parameters.ROUTES,
    *milestones.ROUTES,
    *day_preview.ROUTES,
    *reports.ROUTES,
    *skin_report.ROUTES,
    *clinic.ROUTES,
    *staff.ROUTES,
    *services.ROUTES,
    *keys.ROUTES,
    *booking_sources.ROUTES,
    *booking_fields.ROUTES,
    *booking_deliveries.ROUTES,
    *feeds.ROUTES,
    *endpoints.ROUTES,
    *senders.ROUTES,
    *search.ROUTES,
    *enrol.ROUTES,
    *client_page.ROUTES,
    *message_actions.ROUTES,
    *reschedule.ROUTES,
    *client_edit.ROUTES,
    *client_merge.ROUTES,
    *inbox.ROUTES,
    *privacy.ROUTES,
    *account.ROUTES,
    *handouts.ROUTES,
    *outbox.ROUTES,
]
