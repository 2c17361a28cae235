"""Erase a client's records or replace them by keyed hashes, and count what was purged."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from reminders.rules.terms import OPEN, Reason, Status
from reminders.store.queries import redactions, skin_answers
from reminders.store.queries.common import QUIET, is_status, table_of
from reminders.store.queries.consents import HASHED, keyed
from reminders.store.tables import (
    Attempt,
    Client,
    Consent,
    OneOffMessage,
    PurgeRecord,
    Receipt,
    Reminder,
    Reply,
    Suppression,
    Treatment,
)

TOGETHER = 1000
SIZE = len(HASHED) + 32  # characters of a keyed hash


def contacts_of(session: Session, client: Client) -> set[str]:
    """Return every number and address that was ever stored of a client and can still be read."""
    attempts = (
        select(col(Attempt.contact))
        .join(Reminder, col(Reminder.id) == col(Attempt.reminder_id))
        .where(col(Reminder.client_id) == client.id)
    )
    ledger = select(col(Consent.contact)).where(col(Consent.client_id) == client.id)
    replies = select(col(Reply.contact)).where(col(Reply.client_id) == client.id)
    found = {client.phone, client.email}.union(
        *(session.scalars(each).all() for each in (attempts, ledger, replies))
    )
    return {contact for contact in found if contact and not contact.startswith(HASHED)}


def hash_suppression(session: Session, clinic_id: int, contact: str) -> None:
    """Replace a suppression's contact by its hash; of two for the same an opt-out remains."""
    hashed = keyed(session, contact)
    rows = session.scalars(
        select(Suppression).where(
            col(Suppression.clinic_id) == clinic_id, col(Suppression.contact).in_((contact, hashed))
        )
    ).all()
    rows = sorted(rows, key=lambda row: (row.reason is not Reason.OPTED_OUT, row.suppressed_at))
    for row in rows[1:]:
        session.delete(row)
    session.flush()
    for row in rows[:1]:
        row.contact = hashed
    session.flush()


def end_reminders(session: Session, client_id: int, now: datetime) -> None:
    """Cancel what is planned for a client, and set what is in doubt to unknown: without its words
    the provider cannot be asked about it any more.
    """
    of_this_client = col(Reminder.client_id) == client_id
    gone = {"claim": None, "lease_until": None, "settled_at": now}
    for states, status, reason in (
        (OPEN, Status.CANCELLED, Reason.ERASED),
        ({Status.HANDOFF}, Status.UNKNOWN, Reason.UNPROVEN),
    ):
        ends = update(Reminder).where(of_this_client, is_status(*states))
        ends = ends.values(status=status, reason=reason, **gone)
        session.execute(ends.execution_options(**QUIET))


def hash_ledger(session: Session, client_id: int, now: datetime) -> int:
    """Replace what can be read in a client's ledger by hashes."""
    ledger = select(Consent).where(col(Consent.client_id) == client_id)
    lines = session.scalars(ledger.where(col(Consent.erased_at).is_(None))).all()
    for line in lines:
        line.source = keyed(session, line.source)
        line.contact = keyed(session, line.contact) if line.contact else None
        line.network_address = (
            keyed(session, line.network_address) if line.network_address else None
        )
        line.erased_at = now
    return len(lines)


def hash_messages(session: Session, of: ColumnElement[bool], *, contacts: bool) -> int:
    """Replace the words of attempts by a hash, and with ``contacts`` the contact as well."""
    hashed = ("body", "contact") if contacts else ("body",)
    return _hash_rows(session, Attempt, of, hashed, {"subject": ""})


def hash_replies(session: Session, of: ColumnElement[bool]) -> int:
    """Replace the words and the sender of replies by hashes."""
    emptied: dict[str, Any] = {"answer": "", "media": []}
    return _hash_rows(session, Reply, of, ("body", "contact"), emptied)


def empty_notes(session: Session, of: ColumnElement[bool]) -> int:
    """Delete the words of one-off messages; the hash in the attempt proves what was sent."""
    emptied = (
        update(OneOffMessage).where(of, col(OneOffMessage.words) != "").values(subject="", words="")
    )
    return len(
        session.execute(emptied.returning(col(OneOffMessage.id)), execution_options=QUIET).all()
    )


def of_client(model: Any, client_id: int) -> ColumnElement[bool]:
    """Select a client's rows of a table that names the client or a reminder."""
    if hasattr(model, "client_id"):
        return col(model.client_id) == client_id
    return col(model.reminder_id).in_(_reminders_of(client_id))


def _reminders_of(*clients: int) -> Select[int]:
    return select(col(Reminder.id)).where(col(Reminder.client_id).in_(clients))


def _readable(words: ColumnElement[str]) -> ColumnElement[bool]:
    return or_(func.length(words) != SIZE, ~words.startswith(HASHED, autoescape=True))


def _hashed(session: Session, words: str) -> str:
    done = len(words) == SIZE and words.startswith(HASHED)
    return words if done else keyed(session, words)


def _hash_rows(
    session: Session,
    model: Any,
    of: ColumnElement[bool],
    hashed: Sequence[str],
    emptied: dict[str, Any],
) -> int:
    table = table_of(model)
    columns = [table.c.id, *(table.c[name] for name in hashed)]
    change = update(table).where(table.c.id == bindparam("row"))
    change = change.values(**emptied, **{name: bindparam(f"to_{name}") for name in hashed})
    readable = or_(*(_readable(table.c[name]) for name in hashed))
    count = 0
    for rows in _pages(session, select(*columns).where(of, readable)):
        values = [
            {"row": row.id, **{f"to_{n}": _hashed(session, getattr(row, n)) for n in hashed}}
            for row in rows
        ]
        session.connection().execute(change, values)
        count += len(rows)
    return count


def _pages(session: Session, wanted: Any) -> Iterator[Sequence[Any]]:
    """Yield what is left, a page at a time, until nothing is."""
    while rows := session.execute(wanted.limit(TOGETHER)).all():
        yield rows


def redact(
    session: Session, table: type[Attempt | Reply], of: ColumnElement[bool], now: datetime
) -> int:
    """Queue requests to the provider to delete the words of texts, by the provider's ids, and
    return how many: none where nothing ever left.
    """
    named = table_of(table).c.provider_id
    wanted = select(named, table_of(table).c.account_id).where(of, named.is_not(None))
    rows = session.execute(wanted.order_by(named)).all()
    return sum(redactions.ask(session, name, now, account) for name, account in rows)


def erased_reminders(session: Session) -> list[int]:
    """Return every reminder of clients who are erased."""
    theirs = col(Reminder.client_id) == col(Client.id)
    wanted = select(col(Reminder.id)).join(Client, theirs)
    return list(session.scalars(wanted.where(col(Client.erased_at).is_not(None))))


# --- what has had its time ----------------------------------------------------------------


def delete_deliveries(session: Session, before: datetime) -> int:
    """Delete reminders scheduled before then that are final, with all that belongs to them."""
    ended = ~col(Reminder.status).in_({*OPEN, Status.HANDOFF})
    old = select(col(Reminder.id)).where(col(Reminder.scheduled_at) < before, ended)
    count = 0
    for rows in _pages(session, old):
        ids = [row.id for row in rows]
        for model in (Receipt, Attempt):
            _delete(session, table_of(model), table_of(model).c.reminder_id.in_(ids))
        _delete(session, table_of(Reminder), table_of(Reminder).c.id.in_(ids))
        count += len(ids)
    stray = col(Receipt.reminder_id).is_(None) & (col(Receipt.received_at) < before)
    _delete(session, table_of(Receipt), stray)
    written = ~exists().where(col(Reminder.one_off_id) == col(OneOffMessage.id))
    _delete(session, table_of(OneOffMessage), (col(OneOffMessage.written_at) < before) & written)
    return count


def retired(session: Session, before: datetime) -> list[int]:
    """Return the clients without treatment, consent, reply or reminder since then; a merged record
    goes with the kept one."""
    client_id = col(Client.id)
    since = (
        exists().where(col(Treatment.client_id) == client_id, col(Treatment.ends_at) >= before),
        exists().where(col(Consent.client_id) == client_id, col(Consent.recorded_at) >= before),
        exists().where(col(Reply.client_id) == client_id, col(Reply.received_at) >= before),
        exists().where(col(Reminder.client_id) == client_id),
    )
    still = [~each for each in since]
    none = col(Client.erased_at).is_(None) & (col(Client.created_at) < before)
    own = col(Client.merged_into).is_(None)
    return list(session.scalars(select(client_id).where(none, own, *still).order_by(client_id)))


def delete_ledger(session: Session, clients: Collection[int], before: datetime) -> int:
    """Delete the proof of clients who are retired, or were erased before then."""
    erased = col(Consent.erased_at).is_not(None)
    due = col(Consent.client_id).in_(clients) | (col(Consent.erased_at) < before)
    return _delete(session, table_of(Consent), erased & due)


def delete_treatments(session: Session, clients: Collection[int]) -> int:
    """Delete the treatments of retired clients."""
    return _delete(session, table_of(Treatment), col(Treatment.client_id).in_(clients))


def delete_stops(session: Session, before: datetime) -> int:
    """Delete the suppressions of contacts that no client has any more."""
    hashed = col(Suppression.contact).startswith(HASHED) & (col(Suppression.suppressed_at) < before)
    return _delete(session, table_of(Suppression), hashed)


def _delete(session: Session, table: Table, of: ColumnElement[bool]) -> int:
    key = next(iter(table.primary_key))
    return len(session.execute(delete(table).where(of).returning(key)).all())


def count(session: Session, what: str, number: int, now: datetime) -> None:
    """Keep the count of what was deleted."""
    session.add(PurgeRecord(purged_at=now, kind=what, count=number))


SECRETS = {"page_key", "seal"}
"""Columns with keys or their hashes, which are left out of every export."""


def held(session: Session, clients: Collection[int], contacts: Collection[str]) -> dict[str, Any]:
    """Return every row that is about a client (all records of one) or went to these contacts, by
    table."""
    found: dict[str, Any] = {}
    for table in SQLModel.metadata.sorted_tables:
        ways = list(_about(table, clients, contacts))
        if ways:
            rows = session.execute(table.select().where(or_(*ways)).order_by(*table.primary_key))
            told = [row._mapping.items() for row in rows]
            found[table.name] = [{k: v for k, v in row if k not in SECRETS} for row in told]
    return found


def _about(
    table: Table, clients: Collection[int], contacts: Collection[str]
) -> Iterator[ColumnElement[bool]]:
    """Say in which ways a table's rows may be about a client."""
    columns = table.c
    named = [column for column in columns if column.name.endswith("client_id")]
    if table.name == "client":
        yield columns.id.in_(clients)
    elif table.name == "client_merge":
        yield columns.kept_id.in_(clients) | columns.gone_id.in_(clients)
    elif table.name == "page_opening":
        yield columns.treatment_id.in_(skin_answers.treatments_of(clients))
    elif "reminder_id" in columns:
        yield columns.reminder_id.in_(_reminders_of(*clients))
    elif "contact" in columns and table.name != "practice_recipient":
        nobodys = columns.client_id.is_(None) if named else true()
        yield columns.contact.in_(contacts) & nobodys
    for column in named:
        yield column.in_(clients)
