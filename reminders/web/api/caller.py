"""Who calls the API: a key of one clinic in one role, within its rate, each request once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Annotated, Any, TypeVar

from anyio import CapacityLimiter
from fastapi import Depends, Header
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session
from sqlmodel import SQLModel
from starlette.requests import Request
from starlette.responses import Response

from reminders.app import App
from reminders.rules.roles import Role
from reminders.shapes.common import Shape
from reminders.staff import api_keys
from reminders.store.database import reading, writing
from reminders.store.queries import api_keys as queries
from reminders.store.queries import audit, desk
from reminders.store.tables import ApiKey, Clinic
from reminders.web.api.problems import Problem
from reminders.web.api.quota import Quota
from reminders.web.client.request_limits import Throttle
from reminders.web.desk.page import limiter_of
from reminders.web.desk.sign_in.access import address_of

T = TypeVar("T")

PER_MINUTE = 600
WRONG_KEYS = 30
"""How many unknown keys a minute one network address may try."""

BEARER = HTTPBearer(
    auto_error=False,
    description="A key created in the staff app under Settings, “API keys”, or with `reminders key add`.",
)


@cache
def quota_of(_: App) -> Quota:
    """Return what counts the requests of each key of an app."""
    return Quota(PER_MINUTE)


@cache
def wrong_keys_of(_: App) -> Throttle:
    """Return what counts unknown keys by the address they came from."""
    return Throttle(WRONG_KEYS, 60)


@dataclass(frozen=True)
class Caller:
    """One request of a key at its clinic, at one moment."""

    app: App
    key: ApiKey
    clinic: Clinic
    now: datetime
    name: str | None = None
    fingerprint: str = ""

    @property
    def who(self) -> str:
        """Return what the audit log calls the key."""
        return f"API key “{self.key.name}”"

    def reading(self) -> AbstractContextManager[Session]:
        """Open a read-only session."""
        return reading(self.app.engine)

    def row(self, session: Session, table: type[T], row_id: int, *, lock: bool = False) -> T:
        """Return a row of the key's clinic; raises ``NotAtClinic``."""
        return desk.row_of_clinic(session, self.clinic.id, table, row_id, lock=lock)

    def record(
        self, session: Session, what: str, of: type[SQLModel], row_id: int | None, detail: str = ""
    ) -> None:
        """Record an action in the audit log, in the transaction that does it."""
        audit.record(session, self.clinic.id, self.who, what, of, row_id, self.now, detail)

    def once(self, act: Callable[[Session], Shape], status: int = 200) -> Response:
        """Act in one transaction and answer; a repeat under the same ``Idempotency-Key`` gets the
        same answer, and nothing is done again.
        """
        with writing(self.app.engine) as session:
            kept = None
            if self.name is not None:
                kept = queries.begin_answer(
                    session, self.key.id, self.name, self.fingerprint, self.now
                )
                if kept.fingerprint != self.fingerprint:
                    raise Problem("repeated", 422, "It was used for another request. Use a new one for each request.")  # fmt: skip
                if kept.status is not None:
                    return _again(kept.body, kept.status)
            body = act(session).model_dump_json(by_alias=True)
            if kept is not None:
                kept.status, kept.body = status, body
        return Response(body, status, media_type="application/json")


def _again(body: str | None, status: int) -> Response:
    if body is None:
        raise Problem("repeated", 409, "The request was carried out. Its answer is no longer kept, because a client has since been erased. Read what you need.")  # fmt: skip
    headers = {"Idempotent-Replayed": "true"}
    return Response(body, status, headers, media_type="application/json")


@cache
def places_of(app: App) -> CapacityLimiter:
    """Return what lets the requests of programs take turns among themselves: however many come at
    once, half of the places are left to pages and to what booking systems deliver.
    """
    return CapacityLimiter(max(1, limiter_of(app).total_tokens // 2))


async def turn(request: Request) -> AsyncIterator[None]:
    """Wait for one of the few places in which pages and requests are answered, since there are only
    so many connections to the database.
    """
    app: App = request.app.state.app
    async with places_of(app), limiter_of(app):
        yield


Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]


def known_caller(
    request: Request, bearer: Bearer, _: Annotated[None, Depends(turn, scope="function")]
) -> Caller:
    """Return who calls; raises ``Problem`` for an unknown key, and for one that calls too often."""
    app: App = request.app.state.app
    now = app.clock()
    caller = _known(app, request, bearer, now)
    allowed = quota_of(app).take(caller.key.id, now)
    request.state.quota = allowed
    if allowed.left < 0:
        seconds = str(allowed.seconds)
        raise Problem("too-many", 429, f"Try again in {seconds} seconds.", headers={"Retry-After": seconds})  # fmt: skip
    _refuse_unknown_parameters(request)
    return caller


def _known(app: App, request: Request, bearer: Bearer, now: datetime) -> Caller:
    wrong, address = wrong_keys_of(app), address_of(request)
    if wrong.full(address, now):
        raise Problem("too-many", 429, "There were too many unknown keys. Try again in a minute.", headers={"Retry-After": "60"})  # fmt: skip
    with reading(app.engine) as session:
        found = api_keys.find(session, bearer.credentials) if bearer else None
        session.expunge_all()
    if found is None:
        wrong.count(address, now)
        detail = "The key is missing, unknown or revoked. Send one as “Authorization: Bearer …”."
        raise Problem("no-key", 401, detail, headers={"WWW-Authenticate": "Bearer"})
    key, clinic = found
    if api_keys.is_stale(key, now):
        with writing(app.engine) as session:
            queries.touch(session, key.id, now)
    return Caller(app, key, clinic, now)


def _refuse_unknown_parameters(request: Request) -> None:
    """Refuse a parameter nobody asked for, as a misspelled filter would find everything."""
    route: Any = request.scope["route"]
    known = {field.alias for field in route.dependant.query_params}
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        there = f"There are: {', '.join(sorted(known))}." if known else "There are none here."
        raise Problem("invalid", 422, f"There is no parameter “{unknown[0][:60]}”. {there}")


async def fingerprint_of(request: Request) -> str:
    """Return the hash of all that a request asks for."""
    asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return sha256(asked + await request.body()).hexdigest()


def reads(needs: Role = Role.VIEWER) -> Any:
    """Return what a route asks for whose caller looks, in this role at least."""

    def reader(caller: Annotated[Caller, Depends(known_caller)]) -> Caller:
        if not caller.key.role.includes(needs):
            raise Problem("role", 403, f"This needs the role {needs}. Create a key with that role.")
        return caller

    return Depends(reader)


def writes(needs: Role = Role.STAFF) -> Any:
    """Return what a route asks for whose caller changes something, in this role at least."""

    def writer(
        fingerprint: Annotated[str, Depends(fingerprint_of)],
        idempotency_key: Annotated[
            str | None,
            Header(
                min_length=1,
                max_length=255,
                description="Any text that is new for each request. A repeat with the same"
                " text within a day changes nothing and gets the same answer.",
            ),
        ] = None,
        caller: Caller = reads(needs),  # noqa: B008 (evaluated here, where ``needs`` is known)
    ) -> Caller:
        name = sha256(idempotency_key.encode()).hexdigest() if idempotency_key else None
        return Caller(caller.app, caller.key, caller.clinic, caller.now, name, fingerprint)

    return Depends(writer)


Viewer = Annotated[Caller, reads()]
Staff = Annotated[Caller, writes()]
Owner = Annotated[Caller, writes(Role.OWNER)]
