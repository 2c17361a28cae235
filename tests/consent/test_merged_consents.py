"""What two records say about messages, made one: the stricter wins, and no line of a ledger changes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from reminders.consent import ledger
from reminders.enrolment import client_merge
from reminders.rules.terms import Act, Channel, Reason, Status
from reminders.store.database import reading, writing
from reminders.store.queries import consents, people
from reminders.store.tables import Consent
from tests.conftest import House, ana
from tests.support.erasure import client_of

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 2)
CONTACTS = {
    Channel.SMS: ("phone", "+447700900101", "+447700900177"),
    Channel.EMAIL: ("email", "ana@mail.example", "old@mail.example"),
}
SAID = ("nothing", "yes", "no", "stop", "barred", "complained")
"""What a record says: no is what staff wrote down, stop what a client said, barred a stop that only the provider
knows of, complained one about spam."""

TABLE = {
    # what the kept one says: what counts once the other has said nothing, yes, no, ... as above
    "same contact": {
        "nothing":    "-  yes no stop stop stop",
        "yes":        "yes yes no stop stop stop",
        "no":         "no no no stop stop stop",
        "stop":       "stop stop stop stop stop stop",
        "barred":     "stop stop stop stop stop stop",
        "complained": "stop stop stop stop stop stop",
    },
    "another contact": {
        "nothing":    "-  -   no no   no   no",
        "yes":        "yes yes no no   no   no",
        "no":         "no no no no   no   no",
        "stop":       "stop stop stop stop stop stop",
        "barred":     "stop stop stop stop stop stop",
        "complained": "stop stop stop stop stop stop",
    },
    "no contact": {
        "nothing":    "-  yes no stop stop stop",
    },
}  # fmt: skip
"""``stop`` is a no that binds the kept contact itself, so that nobody on it is messaged."""

CASES = [
    pytest.param(
        contact,
        mine,
        theirs,
        counts,
        marks=() if mine == "yes" or (mine, theirs) == ("no", "yes") else pytest.mark.slow,
    )
    for contact, rows in TABLE.items()
    for mine, row in rows.items()
    for theirs, counts in zip(SAID, row.split(), strict=True)
]


def say(house: House, number: int, channel: Channel, what: str) -> None:
    """Let a record say this."""
    with writing(house.engine) as session:
        client, now = client_of(session, number), house.clock()
        contact = ledger.contact_of(client, channel)
        if what in {"yes", "no"}:
            proof = ledger.Proof(Act.IMPORT, f"list of {number}")
            line = ledger.line(client, channel, proof, now, given=what == "yes")
            consents.add(session, [line])
        elif what == "stop":
            ledger.withdraw(session, client, channel, source="said so", now=now)
        elif what != "nothing" and contact:
            why = Reason.OPTED_OUT
            consents.suppress(session, 1, contact, why, source="provider", now=now)


def lines(house: House) -> list[dict[str, Any]]:
    with reading(house.engine) as session:
        wanted = select(Consent).order_by(col(Consent.id))
        return [line.model_dump() for line in session.scalars(wanted)]


def counted(house: House, channel: Channel, number: int = 1) -> str:
    """Return what counts of a client now, in the words of the table."""
    with reading(house.engine) as session:
        client = client_of(session, number)
        said = consents.consents_of(session, [client.id]).get((client.id, channel))
        contact = ledger.contact_of(client, channel)
        stopped = contact and ledger.barred(session, 1, [contact])
    return "stop" if stopped else {None: "-", True: "yes", False: "no"}[said]


@pytest.mark.parametrize(
    "channel",
    [Channel.SMS, pytest.param(Channel.EMAIL, marks=pytest.mark.slow)],  # the same table once more
)
@pytest.mark.parametrize("contact,mine,theirs,counts", CASES)
def test_the_stricter_wins_and_an_undo_gives_each_their_own_word_back(
    house: House, channel: Channel, contact: str, mine: str, theirs: str, counts: str
) -> None:
    name, own, other = CONTACTS[channel]
    kept: dict[str, Any] = {name: None if contact == "no contact" else own}
    gone: dict[str, Any] = {name: own if contact == "same contact" else other}
    house.enrol(ana(TREATED, last_name="Costa", consents=(), **kept))
    gone |= {"first_name": "Anna", "last_name": "Costa", "meant": 0}
    house.enrol(ana(TREATED, consents=(), **gone))
    say(house, 1, channel, mine)
    say(house, 2, channel, theirs)
    before = lines(house)
    each = [counted(house, channel, number) for number in (1, 2)]
    with writing(house.engine) as session:
        clinic, pair = people.clinics(session)[0], (client_of(session, 1), client_of(session, 2))
        foreseen = client_merge.preview(session, *pair)
        client_merge.merge(session, house.app.library, clinic, *pair, "Mia", house.clock())
    assert counted(house, channel) == counts
    assert foreseen.says[channel] is None or foreseen.says[channel] == (counts == "yes") or counts == "stop"  # fmt: skip
    assert lines(house)[: len(before)] == before
    added = lines(house)[len(before) :]
    assert {(line["client_id"], line["act"]) for line in added} <= {(1, Act.MERGE)}
    house.play(datetime(2026, 3, 5, tzinfo=UTC))  # the first messages: each asks for itself
    sent = {x.channel for x in house.lines(channel) if x.status is Status.ACCEPTED}
    assert sent == ({channel} if counts == "yes" else set())
    house.clock.now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    with writing(house.engine) as session:
        clinic, client = people.clinics(session)[0], client_of(session)
        client_merge.undo(session, house.app.library, clinic, client, "Mia", house.clock())
    assert [counted(house, channel, number) for number in (1, 2)] == each
    assert lines(house)[: len(before) + len(added)] == before + added
