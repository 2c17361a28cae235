"""Addresses that are told: named whole, kept sealed, and never shown or logged again."""

from __future__ import annotations

import io
import json

import pytest
from sqlmodel import SQLModel

from reminders.endpoints import endpoints
from reminders.logs import log_to
from reminders.rules.events import EventKind
from reminders.rules.terms import InputError
from reminders.store.database import writing
from reminders.store.queries import people
from reminders.store.tables import Endpoint
from tests.conftest import House
from tests.support.endpoints import SAM, Listener

pytestmark = pytest.mark.portable

TOKEN = "T0k3n-in-the-path"
KINDS = [str(kind) for kind in EventKind]


def add(house: House, address: str, kinds: list[str] | None = None) -> endpoints.NewEndpoint:
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        return endpoints.add(
            session, house.app.sealing, clinic, address, KINDS if kinds is None else kinds, SAM, house.clock()
        )  # fmt: skip


@pytest.mark.parametrize(
    "address, problem",
    [
        ("", "not an https address"),
        ("http://hooks.example/a", "not an https address"),
        ("ftp://hooks.example/a", "not an https address"),
        ("webcal://hooks.example/a", "not an https address"),
        ("hooks.example/a", "not an https address"),
        ("https://", "incomplete"),
        ("https://localhost/a", "incomplete"),
        ("https://me:secret@hooks.example/a", "incomplete"),
        ("https://hooks.example/a b", "incomplete"),
        ("https://hooks.example:99999/", "incomplete"),
        ("https://hooks.example/" + "a" * 3000, "incomplete"),
        ("https://10.0.0.1/a", "private network"),
        ("https://127.0.0.1/a", "private network"),
        ("https://169.254.169.254/latest", "private network"),
        ("https://[::1]/a", "private network"),
        ("https://[::ffff:192.168.0.1]/a", "private network"),
        ("https://[64:ff9b::10.0.0.1]/a", "private network"),
    ],
)
def test_only_an_https_address_of_the_internet_is_kept(
    house: House, address: str, problem: str
) -> None:
    with pytest.raises(InputError, match=problem) as refused:
        add(house, address)
    assert refused.value.mend


def test_what_is_told_is_chosen_among_what_there_is(house: House) -> None:
    with pytest.raises(InputError, match="No events are chosen"):
        add(house, "https://hooks.example/a", [])
    with pytest.raises(InputError, match="no events called"):
        add(house, "https://hooks.example/a", ["reply.lost"])
    made = add(house, "https://hooks.example/a", ["reply.alarm", "consent.given"])
    assert made.endpoint.kinds == "consent.given reply.alarm"


@pytest.mark.both
def test_there_are_so_many_and_no_more(house: House) -> None:
    for number in range(endpoints.MOST):
        add(house, f"https://hooks.example/{number}")
    with pytest.raises(InputError, match="already 10 webhooks"):
        add(house, "https://hooks.example/more")


def test_neither_address_nor_secret_is_readable_in_the_database_or_another_clinic_s(
    house: House,
) -> None:
    made = add(house, f"https://hooks.example/{TOKEN}")
    with house.engine.connect() as connection:
        rows = [connection.execute(t.select()).all() for t in SQLModel.metadata.sorted_tables]
    everything = json.dumps(rows, default=str)
    assert TOKEN not in everything
    assert made.secret not in everything
    assert made.secret.removeprefix("whsec_") not in everything
    sealing = house.app.sealing
    assert endpoints.opened(made.endpoint, sealing) == (f"https://hooks.example/{TOKEN}", made.secret)  # fmt: skip
    moved = Endpoint(**(made.endpoint.model_dump() | {"clinic_id": 2}))
    assert endpoints.opened(moved, sealing) is None, "sealed for one clinic, it opens for no other"


def test_no_log_tells_the_address_or_the_secret(listener: Listener) -> None:
    log = io.StringIO()
    log_to(log, "debug")
    listener.add(path=f"/{TOKEN}")
    listener.happens(EventKind.CONSENT_GIVEN, 1)
    listener.server.answer = lambda _: 500
    listener.tell()
    assert "events not taken" in log.getvalue()
    for word in (TOKEN, "127.0.0.1", listener.secret, "hooks.example"):
        assert word not in log.getvalue()
