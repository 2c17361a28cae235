"""Let what two records of one client say about messages count for the kept one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.consent import ledger
from reminders.consent.ledger import Proof
from reminders.rules.terms import Act, Channel, Purpose, Reason
from reminders.store.queries import consents
from reminders.store.tables import Client


@dataclass(frozen=True, slots=True)
class CarriedAnswer:
    """What another record says, which counts for the kept client from now on."""

    channel: Channel
    purpose: Purpose
    given: bool
    given_at: datetime
    proof: Proof


def proven_channels(session: Session, gone: Client) -> set[Channel]:
    """Return by which channels a client who joined by the form proved the number or address they
    have, and still agrees."""
    lines = consents.last_lines(session, gone.id)
    return {
        channel
        for (channel, purpose), line in lines.items()
        if purpose is Purpose.CARE
        and line.given
        and line.act is Act.FORM
        and line.contact == ledger.contact_of(gone, channel)
    }


def agreed(session: Session, client: Client) -> set[Channel]:
    """Return the channels a client agrees to."""
    said = consents.latest(session, client.id)
    return {
        channel for (channel, purpose), given in said.items() if given and purpose is Purpose.CARE
    }


def carried(
    session: Session, keep: Client, gone: Client, by: str, proven: Collection[Channel] = ()
) -> list[CarriedAnswer]:
    """Return what the other record says that changes what counts for the kept client; the stricter
    wins: a no of either counts, a yes only where the kept client said nothing and is reached by the
    same number or address. A yes to a contact that the client proved themselves stands as long as
    they said no no afterwards.
    """
    own, theirs = consents.last_lines(session, keep.id), consents.last_lines(session, gone.id)
    found = []
    for (channel, purpose), line in theirs.items():
        known = own.get((channel, purpose))
        refused = known and not known.given and known.id > line.id
        fresh = purpose is Purpose.CARE and channel in proven and not refused
        same = ledger.contact_of(keep, channel) in {None, ledger.contact_of(gone, channel)}
        if (line.given and (fresh or (known is None and same))) or (
            not line.given and (not known or known.given)
        ):
            proof = Proof(
                Act.MERGE, f"{line.source} (client no. {gone.id})", line.wording,
                line.wording_version, by, line.network_address,
            )  # fmt: skip
            found.append(CarriedAnswer(channel, purpose, line.given, line.given_at, proof))
    said_no = {key for key, line in own.items() if not line.given}
    said_no |= {(channel, Purpose.CARE) for channel in proven}
    said_no |= {(one.channel, one.purpose) for one in found if not one.given}
    return found + [
        s for s in _stops(session, keep, gone, by) if (s.channel, s.purpose) not in said_no
    ]


def _stops(session: Session, keep: Client, gone: Client, by: str) -> Iterator[CarriedAnswer]:
    """Return the stops that stand on another number or address than the kept one."""
    for channel in Channel:
        contact = ledger.contact_of(gone, channel)
        if contact is None or contact == (ledger.contact_of(keep, channel) or contact):
            continue
        stop = consents.suppression(session, gone.clinic_id, contact)
        if stop and stop.reason is Reason.OPTED_OUT:
            proof = Proof(Act.MERGE, f"{stop.source} (client no. {gone.id})", recorded_by=by)
            yield CarriedAnswer(
                channel, Purpose.CARE, given=False, given_at=stop.suppressed_at, proof=proof
            )


def join(
    session: Session,
    keep: Client,
    gone: Client,
    by: str,
    now: datetime,
    proven: Collection[Channel] = (),
) -> list[int]:
    """Add to the kept client's ledger what the other record says, and return the lines' ids.

    Nothing is rewritten, and two ledgers are not read as one: everything that asks for a client's
    last word, down to the check right before a handoff, stays the same single look-up, a yes given
    after the merge counts without a rule of its own, and the other's lines remain as the proof.
    """
    before = consents.last_lines(session, keep.id)
    _add(session, keep, carried(session, keep, gone, by, proven), now)
    after = consents.last_lines(session, keep.id)
    return [
        line.id for key, line in after.items() if key not in before or before[key].id != line.id
    ]


def part(session: Session, keep: Client, added: Collection[int], by: str, now: datetime) -> None:
    """Let what the client said before a merge count again, but for what was said since."""
    for (channel, purpose), line in consents.last_lines(session, keep.id).items():
        if line.id not in added:
            continue
        said = consents.last_lines(session, keep.id, before=line.id).get((channel, purpose))
        known = said or line
        proof = Proof(
            (known.act or Act.MERGE) if said else Act.UNMERGE, known.source, known.wording,
            known.wording_version, by, known.network_address,
        )  # fmt: skip
        again = CarriedAnswer(
            channel, purpose, given=bool(said and said.given), given_at=known.given_at, proof=proof
        )
        _add(session, keep, [again], now)


def _add(session: Session, keep: Client, answers: Collection[CarriedAnswer], now: datetime) -> None:
    lines = [
        ledger.line(
            keep, one.channel, one.proof, now, one.given_at, given=one.given, purpose=one.purpose
        )
        for one in answers
    ]
    consents.add(session, lines)
