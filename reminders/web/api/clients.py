"""Clients by the API: search, read, add or change by the clinic's own number, merge, erase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.enrolment import client_merge, client_records
from reminders.enrolment.client_records import ClientDetails
from reminders.privacy import retention
from reminders.rules.contacts import read_email, read_phone
from reminders.rules.terms import InputError
from reminders.shapes import api as shapes
from reminders.shapes import people as people_shapes
from reminders.shapes.api_requests import ClientInput, MergeInput
from reminders.store.queries import consents, desk, people
from reminders.store.tables import Client
from reminders.web.api.caller import Caller, Owner, Staff, Viewer
from reminders.web.api.problems import Problem, SafeRoute

router = APIRouter(route_class=SafeRoute, tags=["clients"])

Id = Annotated[int, Path(ge=1, le=2_147_483_647, description="its ID here")]
After = Annotated[int, Query(ge=0, le=2_147_483_647, description="`next` of the previous page")]
OwnId = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
PAGE = 50
"""How many of anything an answer holds."""


def shape_of(session: Session, caller: Caller, client: Client) -> people_shapes.Client:
    """Return a client with their treatments and stops."""
    (found,) = _shapes(session, caller, [client])
    return found


def _shapes(
    session: Session, caller: Caller, clients: Sequence[Client]
) -> list[people_shapes.Client]:
    treated = list(people.treatments_of(session, [client.id for client in clients]))
    return [
        people_shapes.Client.of(
            client,
            clinic=caller.clinic.name,
            treatments=[one for one in treated if one.client_id == client.id],
            stops=[stop for c in (client.phone, client.email) if c and (stop := consents.suppression(session, client.clinic_id, c))],
        )
        for client in clients
    ]  # fmt: skip


@router.get("/clients", response_model=shapes.ClientPage)
def search(
    caller: Viewer,
    q: Annotated[
        str,
        Query(
            max_length=100,
            pattern=r"^[^\x00-\x1f\x7f]*$",
            description="the beginning of a name, or a whole number or address; returns at most fifty",
        ),
    ] = "",
    own_id: Annotated[
        str,
        Query(
            max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$", description="your own ID for the client"
        ),
    ] = "",
    after: After = 0,
) -> shapes.ClientPage:
    """Find clients, or read all of them page by page."""
    with caller.reading() as session:
        if own_id:
            owner = desk.owner_of(session, caller.clinic.id, own_id)
            found, more = [owner] if owner else [], None
        elif q.strip():
            found, more = _found(session, caller, q), None
        else:
            found = desk.clients_page(session, caller.clinic.id, after, PAGE)
            more = found[-1].id if len(found) == PAGE else None
        return shapes.ClientPage(clients=_shapes(session, caller, found), next=more)


def _found(session: Session, caller: Caller, q: str) -> list[Client]:
    for read in (read_email, lambda text: read_phone(text, caller.clinic.country or None).number):
        try:
            return desk.clients_reached_by(session, caller.clinic.id, read(q))
        except InputError:
            continue
    return desk.clients_called(session, caller.clinic.id, q)


@router.get("/clients/{client}", response_model=people_shapes.Client)
def read(caller: Viewer, client: Id) -> people_shapes.Client:
    """Read one client. The ID of a merged client leads to the one that was kept."""
    with caller.reading() as session:
        return shape_of(session, caller, caller.row(session, Client, client))


@router.put("/clients/own/{own_id:path}", response_model=shapes.ClientPut)
def put(
    caller: Staff,
    own_id: OwnId,
    body: ClientInput,
    same_as: Annotated[
        int | None,
        Query(
            ge=0,
            le=2_147_483_647,
            description="which client is meant, if an answer said that this is unclear: a client's"
            " ID here, or 0 for a new client",
        ),
    ] = None,
) -> Response:
    """Add the client who has this ID in your system, or change them. Repeating it changes
    nothing. If it may be a client who is already known, nothing is done and the answer asks who is
    meant.
    """

    def act(session: Session) -> shapes.ClientPut:
        meant = caller.row(session, Client, same_as).id if same_as else same_as
        said = ClientDetails(**body.model_dump())
        done = client_records.put(
            session, caller.app.library, caller.clinic, own_id, said, caller.now, meant=meant
        )
        if done.doubt is not None:
            choices = [c for c in done.doubt.choices if c.key.startswith("client:")]
            candidates = [
                shapes.Candidate(client=int(c.key.removeprefix("client:")), label=c.label)
                for c in choices
            ]
            raise Problem("in-doubt", 409, f"{done.doubt.sentence} Answer with same_as.", candidates=candidates)  # fmt: skip
        assert done.client is not None
        caller.record(session, f"saved a client ({done.effect})", Client, done.client.id)
        return shapes.ClientPut.model_validate(
            {"effect": done.effect.value, "client": shape_of(session, caller, done.client)}
        )

    return caller.once(act)


@router.post("/clients/{client}/merge", response_model=people_shapes.ClientMerge)
def merge(caller: Staff, client: Id, body: MergeInput) -> Response:
    """Merge another record into this client. It can be undone in the staff app for a day."""

    def act(session: Session) -> people_shapes.ClientMerge:
        keep, gone = (caller.row(session, Client, number) for number in (client, body.gone))
        try:
            found = client_merge.preview(session, keep, gone)
            if not body.only_show:
                client_merge.merge(session, caller.app.library, caller.clinic, keep, gone, caller.who, caller.now)  # fmt: skip
        except InputError as error:
            raise Problem("refused", 409, str(error)) from None
        return people_shapes.ClientMerge(
            done=not body.only_show,
            kept=keep.id,
            gone=gone.id,
            treatments=[one.id for one in found.treatments],
            twins=[one.id for one in found.twins],
            replies=found.replies,
            filled=found.filled,
            stopped=found.stopped,
        )

    return caller.once(act)


@router.delete("/clients/{client}", response_model=shapes.Erasure)
def erase(caller: Owner, client: Id) -> Response:
    """Erase a client permanently. Nothing can be read afterwards, and nothing is sent. The proof of
    consents and messages stays as hashes.
    """

    def act(session: Session) -> shapes.Erasure:
        found = caller.row(session, Client, client, lock=True)
        try:
            done = retention.forget(session, found, caller.now, by=caller.who)
        except InputError as error:
            raise Problem("refused", 409, str(error)) from None
        return shapes.Erasure(client=found.id, erased=dict(done))

    answer = caller.once(act)
    caller.app.clear_outbox()
    return answer
