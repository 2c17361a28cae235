"""Make two records of one client one, with a preview before and an undo for a day."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from reminders.consent import ledger, merged_consents
from reminders.enrolment.treatments import by_id
from reminders.plans.reminder_plans import replan_clients
from reminders.questions import questions
from reminders.rules.terms import Channel, Discretion, InputError, Purpose
from reminders.rules.translation import gettext, gettext_noop
from reminders.store.queries import audit, consents, merges, people
from reminders.store.queries.merges import Belongings
from reminders.store.tables import Client, ClientMerge, Clinic, Treatment
from reminders.wording.library import Library

UNDO = timedelta(days=1)
"""How long a merge can be undone."""

FILLED = {
    "last_name": "", "phone": None, "email": None, "time_zone": None, "preferred_hour": None, "both_channels": None,
    "paused_until": None, "discretion": Discretion.PLAIN, "welcomed_at": None,
}  # fmt: skip
"""What is taken over where the kept client has none, and what none is."""

CONTACT = {Channel.SMS: "phone", Channel.EMAIL: "email"}


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What making two clients one would do. ``twins`` are treatments that both have: of each, only
    one has reminders afterwards. ``says`` is what counts by channel, ``stopped`` where that is a no
    of the other one alone.
    """

    keep: Client
    gone: Client
    treatments: list[Treatment]
    twins: list[Treatment]
    replies: int
    filled: list[str]
    says: dict[Channel, bool | None]
    stopped: list[Channel]


def preview(session: Session, keep: Client, gone: Client) -> MergePreview:
    """Say what a merge would do, changing nothing; raises ``InputError``."""
    _check(keep, gone)
    own = {_session_of(t) for t in people.treatments_of(session, [keep.id]) if not t.cancelled_at}
    moving = list(people.treatments_of(session, [gone.id]))
    answers = merged_consents.carried(session, keep, gone, "")
    news: dict[Channel, bool | None] = {
        one.channel: one.given for one in answers if one.purpose is Purpose.CARE
    }
    said = {
        channel: consents.latest(session, keep.id).get((channel, Purpose.CARE))
        for channel in Channel
    }
    return MergePreview(
        keep,
        gone,
        moving,
        [t for t in moving if not t.cancelled_at and _session_of(t) in own],
        len(merges.belongings(session, gone.id).replies),
        _missing(keep, gone),
        said | news,
        [channel for channel, given in news.items() if not given],
    )


def _session_of(treatment: Treatment) -> tuple[object, ...]:
    return treatment.protocol, treatment.treated_on


def _check(keep: Client, gone: Client) -> None:
    if keep.id == gone.id:
        raise InputError(
            gettext("These are the same client."), gettext("Choose two different clients.")
        )
    if keep.clinic_id != gone.clinic_id:
        raise InputError(
            gettext("These clients belong to different clinics."), gettext("They cannot be merged.")
        )
    if keep.erased_at or gone.erased_at:
        raise InputError(
            gettext("One of these clients has been erased."), gettext("They cannot be merged.")
        )


def _missing(keep: Client, gone: Client, *, same_number: bool = False) -> list[str]:
    """Return what the kept client lacks and the other has; a welcome counts for its own number."""
    found = [n for n, none in FILLED.items() if getattr(keep, n) == none != getattr(gone, n)]
    same_number = same_number or keep.phone in {None, gone.phone}
    return [name for name in found if name != "welcomed_at" or same_number]


def _swap(keep: Client, gone: Client, proven: Collection[Channel]) -> dict[str, str | None]:
    """Give the kept client the numbers and addresses that the other one proved, and the language
    they chose; the other record keeps the old ones, to be found by. Return what changed hands, with
    what the other brought, unless it stands in the ledger.
    """
    mine = {CONTACT[c]: None for c in proven if ledger.contact_of(keep, c) is not None}
    brought = mine | ({"language": gone.language} if proven else {})
    swapped = {n: v for n, v in brought.items() if getattr(keep, n) != getattr(gone, n)}
    for name in swapped:
        old, new = getattr(keep, name), getattr(gone, name)
        setattr(keep, name, new)
        setattr(gone, name, old)
    return swapped


def _swap_back(
    session: Session, keep: Client, gone: Client, swapped: Mapping[str, str | None]
) -> None:
    """Give back what changed hands, but for what has been changed of the kept client since."""
    lines = consents.last_lines(session, gone.id)
    said = {CONTACT[channel]: line.contact for (channel, _), line in lines.items()}
    for name, value in swapped.items():
        brought = value or said.get(name)
        if getattr(keep, name) == brought:
            setattr(keep, name, getattr(gone, name))
        setattr(gone, name, brought)


def merge(
    session: Session,
    library: Library,
    clinic: Clinic,
    keep: Client,
    gone: Client,
    by: str,
    now: datetime,
    *,
    joined: bool = False,
) -> ClientMerge:
    """Make two records one: what the one has goes to the kept one, which is planned anew.

    The other record stays, to be found by and to be undone, and leads to the kept client wherever
    it is named. What the other one proved and agreed to as it ``joined`` by the form is the kept
    client's from now on. Raises ``InputError``.
    """
    _lock(session, keep, gone)
    _check(keep, gone)
    moved = _join(session, keep, gone, by, now, joined=joined)
    done = ClientMerge(
        clinic_id=clinic.id, kept_id=keep.id, gone_id=gone.id, moved=json.dumps(moved),
        merged_at=now, merged_by=by,
    )  # fmt: skip
    session.add(done)
    questions.drop_settled(session, clinic.id)
    audit.record(
        session,
        clinic.id,
        by,
        gettext_noop("merged a client"),
        Client,
        keep.id,
        now,
        f"no. {gone.id}",
    )
    session.flush()
    replan_clients(session, library, clinic, {keep.id: keep}, now)
    return done


def _join(
    session: Session, keep: Client, gone: Client, by: str, now: datetime, *, joined: bool
) -> dict[str, Any]:
    """Give the kept client what the other one has, and return what an undo gives back."""
    records, what = merges.records_of(session, gone.id), merges.belongings(session, gone.id)
    own = merges.belongings(session, keep.id).one_offs
    proven = merged_consents.proven_channels(session, gone) if joined else set()
    swapped = _swap(keep, gone, proven)
    filled = _missing(keep, gone, same_number="phone" in swapped)
    for name in filled:
        setattr(keep, name, getattr(gone, name))
    said = merged_consents.join(session, keep, gone, by, now, proven)
    for channel in proven & merged_consents.agreed(session, keep):
        consents.plan_again(session, [keep.id], channel, now)
    merges.hand_over(session, what, gone.id, keep.id)
    twice = [] if {"phone", "welcomed_at"} & {*filled} else what.one_offs
    twice = own if "phone" in swapped else twice
    dropped = merges.drop_welcomes(session, twice, keep.id, now)
    merges.lead(session, records, keep.id)
    return {
        **asdict(what),
        "records": records,
        "consents": said,
        "dropped": dropped,
        "filled": filled,
        "swapped": swapped,
    }


def _lock(session: Session, *clients: Client) -> None:
    people.lock(session, [client.id for client in clients])
    for client in clients:
        session.refresh(client)
        if client.merged_into:
            raise InputError(
                gettext("One of these clients has just been merged."),
                gettext("Reload the page and check again."),
            )


def undoable(session: Session, keep: Client, now: datetime) -> ClientMerge | None:
    """Return the last merge into a client, while it can be undone."""
    last = merges.last(session, keep.id)
    recent = last is not None and now < last.merged_at + UNDO
    return last if recent and keep.erased_at is None else None


def undo(
    session: Session, library: Library, clinic: Clinic, keep: Client, by: str, now: datetime
) -> Client:
    """Undo the last merge into a client, and return the other one, who has everything again that
    they brought. What came, was said or left since stays with the kept client, whom it went to.
    Raises ``InputError``.
    """
    done = undoable(session, keep, now)
    if done is None:
        raise InputError(
            gettext("There is no merge to undo."), gettext("A merge can be undone for 24 hours.")
        )
    gone = people.record(session, done.gone_id)
    people.lock(session, [keep.id, gone.id])
    moved = json.loads(done.moved)
    what = Belongings(moved["treatments"], moved["one_offs"], moved["replies"])
    merges.keep_what_left(session, what.treatments, keep.id, done.merged_at)
    merges.hand_over(session, what, keep.id, gone.id)
    _swap_back(session, keep, gone, moved.get("swapped", {}))
    for name in moved["filled"]:
        if getattr(keep, name) == getattr(gone, name):
            setattr(keep, name, FILLED[name])
    merges.plan_again(session, moved["dropped"])
    merged_consents.part(session, keep, moved["consents"], by, now)
    merges.lead(session, moved["records"][1:], gone.id)
    merges.lead(session, [gone.id], None)
    done.undone_at = now
    audit.record(
        session,
        clinic.id,
        by,
        gettext_noop("undid a merge"),
        Client,
        keep.id,
        now,
        f"no. {gone.id}",
    )
    session.flush()
    replan_clients(session, library, clinic, by_id([keep, gone]), now)
    return gone
