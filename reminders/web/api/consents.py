"""Consents by the API: read the ledger, and add a yes or a no with its proof."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.consent import told_consents
from reminders.consent.told_consents import ToldConsent
from reminders.enrolment import message_actions
from reminders.rules.list_cells import read_moment
from reminders.rules.sending_hours import resolve
from reminders.rules.terms import Channel, InputError, Purpose
from reminders.shapes import api as shapes
from reminders.shapes.api_requests import ConsentInput
from reminders.shapes.people import ConsentRecord
from reminders.store.queries import consents
from reminders.store.tables import Client
from reminders.web.api.caller import Caller, Staff, Viewer
from reminders.web.api.clients import Id
from reminders.web.api.problems import Problem, SafeRoute

router = APIRouter(route_class=SafeRoute, tags=["consents"])


@router.get("/clients/{client}/consents", response_model=shapes.Consents)
def read(caller: Viewer, client: Id) -> shapes.Consents:
    """Read a client's consent record: every consent and refusal with its proof. The last of each
    channel counts.
    """
    with caller.reading() as session:
        found = caller.row(session, Client, client)
        lines = consents.ledger(session, found.id)
        return shapes.Consents(
            consents=[ConsentRecord.of(x, client=x.client_id, belongs_to=found.id) for x in lines]
        )


@router.post("/clients/{client}/consents", response_model=shapes.ConsentPut)
def add(caller: Staff, client: Id, body: ConsentInput) -> Response:
    """Record a consent or a refusal. A refusal takes effect at once, for everybody who shares the
    number or address. A consent covers what its proof covers: that channel and that number or
    address, from that day on. It never undoes a refusal, which only the client can.
    """

    def act(session: Session) -> shapes.ConsentPut:
        found = caller.row(session, Client, client, lock=True)
        said = _said(caller, body)
        try:
            done = told_consents.record(session, found, said, caller.who, caller.now)
        except told_consents.Refused as error:
            raise Problem("refused", 409, str(error)) from None
        if done:
            message_actions.plan_again(session, caller.app.library, found, caller.now)
            word = "yes" if said.given else "no"
            caller.record(session, f"told a {word} to {said.channel}", Client, found.id)
        return shapes.ConsentPut(
            effect="recorded" if done else "unchanged",
            client=found.id,
            channel=said.channel,
            given=said.given,
        )

    return caller.once(act)


def _said(caller: Caller, body: ConsentInput) -> ToldConsent:
    return ToldConsent(
        channel=Channel(body.channel),
        given=body.given,
        purpose=Purpose(body.purpose),
        contact=body.contact,
        given_at=_instant(body.given_at, caller),
        source=f"{body.how}; {body.where}",
        wording=body.wording,
        wording_version=body.wording_version,
        country=caller.clinic.country,
    )


def _instant(text: str, caller: Caller) -> datetime:
    """Read an instant; without an offset it is on the clinic's clock."""
    zone = ZoneInfo(caller.clinic.time_zone)
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
        today = caller.now.astimezone(zone).date()
        day, at = read_moment(text, zone, day_comes_first=True, today=today)
    except InputError as error:
        raise InputError(f"given_at: {error.problem}", error.mend) from None
    except (ValueError, OverflowError):
        raise InputError(
            "given_at: This is not a valid date and time.", "Check the day and the time."
        ) from None
    return resolve(day, at or time(), zone).astimezone(UTC)
