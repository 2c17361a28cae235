"""The routes of the API and its description, made once for all tests, as a process makes them, and not for every house."""

from __future__ import annotations

from copy import copy
from functools import cache

import pytest
from fastapi import FastAPI
from starlette.datastructures import State

from reminders.app import App
from reminders.settings import Settings
from reminders.web.api import application, page

_create_api = application.create_api


@cache
def _first() -> FastAPI:
    api = _create_api(App(Settings(database_url="sqlite://")))
    page.described(api)
    return api


def _sharing_routes(app: App) -> FastAPI:
    api = copy(_first())
    api.state = State({"app": app})
    return api


def make_routes_once(patch: pytest.MonkeyPatch) -> None:
    """Let each app have an API of its own that shares those of the first: they know no app, but
    ask the API that a request came to.
    """
    patch.setattr(application, "create_api", _sharing_routes)
