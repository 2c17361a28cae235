"""The API as an application: resources, manners, and its own description."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from reminders import __version__
from reminders.app import App
from reminders.shapes.api import Problem
from reminders.web.api import (
    PREFIX,
    clients,
    consents,
    events,
    messages,
    page,
    replies,
    settings,
    skin_answers,
    treatments,
)
from reminders.web.api.problems import add_handlers
from reminders.web.api.quota import QuotaHeaders

LARGEST = 256 * 1024
"""Bytes of a request; a booking takes some hundreds."""

ABOUT = """Clients, treatments, consents, messages, replies, answers about skin and events of one
clinic: the one whose key is sent. Dates and times are ISO 8601; without an offset they are in the clinic's time zone. Errors are
problem details (RFC 9457) in plain sentences. The manual gives a walk-through at `/help/api`."""

OFTEN: dict[int | str, dict[str, Any]] = {
    "401": {"model": Problem, "description": "The key is missing, unknown or revoked"},
    "403": {"model": Problem, "description": "The key's role does not allow this"},
    "422": {"model": Problem, "description": "The request is not valid"},
    "429": {"model": Problem, "description": "Too many requests; see Retry-After"},
    "default": {"model": Problem, "description": "Any other problem"},
}
TAGS = ("clients", "treatments", "consents", "messages", "replies", "skin answers", "services", "questions", "events")  # fmt: skip


def create_api(app: App) -> FastAPI:
    """Return the API, to be mounted at ``PREFIX``."""
    api = FastAPI(
        title="Aftercare reminders",
        version=__version__,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        servers=[{"url": PREFIX}],
        openapi_tags=[{"name": name} for name in TAGS],
        generate_unique_id_function=_operation,
        responses=OFTEN,
        max_body_size=LARGEST,
        redirect_slashes=False,
        telemetry={"exclude": lambda _: True},
    )
    api.state.app = app
    for room in (clients, treatments, consents, messages, replies, skin_answers, settings, events):
        api.include_router(room.router)
    page.add_to(api)
    add_handlers(api)
    api.add_middleware(QuotaHeaders)
    return api


def _operation(route: APIRoute) -> str:
    method = min(route.methods or {"GET"})
    return f"{method.lower()}-{route.path_format.strip('/').replace('/', '-').replace('{', '').replace('}', '')}"
