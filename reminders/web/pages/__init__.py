"""Clients' pages: joining a clinic's reminders, and a page of her own, without signing in."""

from starlette.routing import BaseRoute

from reminders.web.pages import calendar, choosing, hers, joining, mine
from reminders.web.pages.shell import Visit

__all__ = ["ROUTES", "Visit"]

ROUTES: list[BaseRoute] = [
    *hers.ROUTES,
    *choosing.ROUTES,
    *mine.ROUTES,
    *calendar.ROUTES,
    *joining.ROUTES,
]
