"""Pages for clients: joining, their own aftercare page, preferences and unsubscribing."""

from starlette.routing import BaseRoute

from reminders.web.client import (
    aftercare_page,
    calendar,
    invited,
    join,
    personal_data,
    poster,
    preferences,
    skin,
    writing,
)
from reminders.web.client.page import ClientRequest

__all__ = ["ROUTES", "ClientRequest"]

ROUTES: list[BaseRoute] = [
    *aftercare_page.ROUTES,
    *preferences.ROUTES,
    *skin.ROUTES,
    *personal_data.ROUTES,
    *calendar.ROUTES,
    *writing.ROUTES,
    *invited.ROUTES,
    *poster.ROUTES,
    *join.ROUTES,
]
