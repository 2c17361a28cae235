"""Say what is wrong with a request: problem details (RFC 9457) in the desk's plain sentences."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from reminders.rules.terms import InputError
from reminders.shapes.api import FieldProblem
from reminders.shapes.api import Problem as Shape
from reminders.shapes.api_requests import MOMENT, SOURCE
from reminders.store.connections import AWAY
from reminders.store.queries.desk import NotAtClinic

log = structlog.get_logger()

TITLES = {
    "no-key": "A valid API key is needed.",
    "role": "The key's role does not allow this.",
    "not-found": "Nothing was found at this address.",
    "invalid": "The request is not valid.",
    "refused": "This cannot be done in the present state.",
    "in-doubt": "It is unclear which client is meant.",
    "repeated": "This Idempotency-Key was used for another request.",
    "too-large": "The request is too large.",
    "too-many": "There were too many requests.",
    "method": "This address does not support this method.",
    "away": "The database is not responding.",
    "fault": "An error occurred on our side.",
}
"""Every kind of problem, by the word that programs tell it by; the manual explains each."""

OF_STATUS = {
    401: "no-key",
    403: "role",
    404: "not-found",
    405: "method",
    409: "refused",
    413: "too-large",
    429: "too-many",
    503: "away",
}
WORDS = {
    "method": "See the list of addresses and their methods.",
    "too-large": "Send at most 256 KB.",
    "not-found": "It may have been erased, or belong to another clinic.",
}


class Problem(Exception):  # noqa: N818 (often nobody's fault)
    """A request that is answered with a problem: its kind, status and sentence."""

    def __init__(
        self,
        kind: str,
        status: int,
        detail: str,
        *,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.kind, self.status, self.detail = kind, status, detail
        self.headers, self.more = headers, more


def answer(
    request: Request,
    kind: str,
    status: int,
    detail: str,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    """Return a problem as it is sent."""
    about = f"{request.app.state.app.settings.public_url}/help/api#{kind}"
    told = Shape(type=about, title=TITLES[kind], status=status, detail=detail, **more)
    body = told.model_dump(mode="json", exclude_none=True)
    return JSONResponse(body, status, headers, "application/problem+json")


def add_handlers(api: FastAPI) -> None:
    """Let every error of the API be answered as a problem."""
    api.add_exception_handler(Problem, _told)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(InputError, _unusable)
    api.add_exception_handler(NotAtClinic, _nowhere)
    api.add_exception_handler(HTTPException, _http)


class TooLargeAsProblem:
    """Answer a body that is too large as a problem, where the library's own limit says so in plain
    text before any handler is asked.
    """

    def __init__(self, api: FastAPI) -> None:
        """Take the API."""
        self.api = api
        self.routes = api.routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        replaced = False

        async def send_problem(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and message["status"] == 413:
                replaced = True
                request = Request({**scope, "app": self.api}, receive)
                told = answer(request, "too-large", 413, WORDS["too-large"])
                await told(scope, receive, send)
            elif not replaced:
                await send(message)

        await self.api(scope, receive, send_problem)


async def _told(request: Request, error: Any) -> Response:
    return answer(request, error.kind, error.status, error.detail, error.headers, **error.more)


async def _unusable(request: Request, error: Any) -> Response:
    return answer(request, "invalid", 422, str(error).strip())


async def _nowhere(request: Request, _: Any) -> Response:
    return answer(request, "not-found", 404, WORDS["not-found"])


async def _http(request: Request, error: Any) -> Response:
    kind = OF_STATUS.get(error.status_code, "invalid")
    detail = WORDS.get(kind, "This body is not valid JSON.")
    headers = _allowed(request) if kind == "method" else error.headers
    return answer(request, kind, error.status_code, detail, headers)


def _allowed(request: Request) -> dict[str, str]:
    """Return every method of an address, each of which is a route of its own (RFC 9110, 15.5.6)."""
    paths = request.app.openapi()["paths"]
    path = getattr(request.scope.get("route"), "path_format", "")
    methods = paths.get(path, {"get": {}})
    return {"Allow": ", ".join(sorted(method.upper() for method in methods))}


ANSWERED = (Problem, RequestValidationError, InputError, NotAtClinic, HTTPException)


class SafeRoute(APIRoute):
    """A route whose faults are answered here, and told to nobody beyond our own log."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what handles a request."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except ANSWERED:
                raise
            except AWAY:
                log.exception("database away")
                sentence = "No change was saved. Try again in a minute."
                return answer(request, "away", 503, sentence, {"Retry-After": "60"})
            except Exception:
                log.exception("request failed", path=self.path_format)
                return answer(request, "fault", 500, "No change was saved. Try again. If it happens again, tell your system administrator.")  # fmt: skip

        return handler


async def _invalid(request: Request, error: Any) -> Response:
    found = [FieldProblem(field=_place(one), detail=_sentence(one)) for one in error.errors()]
    first = found[0]
    detail = f"{first.field}: {first.detail}" if first.field else first.detail
    return answer(request, "invalid", 422, detail, errors=found)


def _place(error: Any) -> str:
    """Return the name of the field, without where in the request it stood."""
    parts = [str(part) for part in error["loc"] if part not in {"body", "query", "path", "header"}]
    return "" if error["type"] == "json_invalid" else ".".join(parts)


def _sentence(error: Any) -> str:
    limits = error.get("ctx") or {}
    known = dict(_sentences(limits))
    said = known.get(error["type"]) or f"{error['msg'].removeprefix('Value error, ')}."
    return said.replace("..", ".")


NO_LINE = "This has to be one line of text, without control characters or a space at either end."
PATTERNS = {
    MOMENT: "Write a moment like 2026-03-12T14:30:00+00:00, or 2026-03-12T14:30 on the clinic's clock.",
    SOURCE: "Write small letters without accents, digits, dots and hyphens, like cliniko.",
}
"""What to write instead where text is not as its pattern has it."""


def _sentences(limits: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "missing", "This is missing."
    yield "extra_forbidden", "There is no field of this name."
    yield "json_invalid", "This body is not valid JSON."
    yield "string_type", "This has to be text."
    yield "string_unicode", "This holds an incomplete character."
    yield "string_pattern_mismatch", PATTERNS.get(limits.get("pattern", ""), NO_LINE)
    yield "string_too_short", "This is empty."
    yield "string_too_long", f"This is longer than {limits.get('max_length')} characters."
    yield "int_type", "This has to be a whole number."
    yield "int_parsing", "This has to be a whole number."
    yield "int_parsing_size", "This number is too large."
    yield "bool_type", "This has to be true or false."
    yield "literal_error", f"Choose one of {limits.get('expected')}."
    yield "enum", f"Choose one of {limits.get('expected')}."
    yield "greater_than_equal", f"This has to be at least {limits.get('ge')}."
    yield "less_than_equal", f"This can be at most {limits.get('le')}."
    for kind in ("model_attributes_type", "model_type", "dict_type"):
        yield kind, "Send a JSON object here, as application/json."
