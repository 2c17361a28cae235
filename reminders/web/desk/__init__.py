"""The desk: the staff's own pages, each with the role that may see it."""

from starlette.routing import BaseRoute

from reminders.web.desk import (
    account,
    assets,
    bring_in,
    client,
    clients,
    course,
    crew,
    days,
    details,
    enrol,
    entry,
    figures,
    joining,
    moving,
    privacy,
    replies,
    settings,
    steps,
    today,
)

ROUTES: list[BaseRoute] = [
    *assets.ROUTES,
    *entry.ROUTES,
    *joining.ROUTES,
    *today.ROUTES,
    *bring_in.ROUTES,
    *course.ROUTES,
    *days.ROUTES,
    *figures.ROUTES,
    *settings.ROUTES,
    *crew.ROUTES,
    *clients.ROUTES,
    *enrol.ROUTES,
    *client.ROUTES,
    *steps.ROUTES,
    *moving.ROUTES,
    *details.ROUTES,
    *replies.ROUTES,
    *privacy.ROUTES,
    *account.ROUTES,
]
