"""A clinic's monthly figures of what clients told of their skin, by protocol, and as a spreadsheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.rules import skin_figures, statistics
from reminders.rules.sending_hours import resolve
from reminders.rules.skin_answers import Said
from reminders.rules.skin_figures import ProtocolFigures, Share
from reminders.store.queries import skin_counts
from reminders.store.tables import Clinic, SkinAnswer

FEW = f"fewer than {skin_figures.LEAST}"
"""What stands for a count that is too small to be shown."""


def month(session: Session, clinic: Clinic, begins_on: date) -> list[ProtocolFigures]:
    """Count one calendar month of a clinic, by protocol."""
    days = begins_on, statistics.month_of(begins_on, -1)
    zone = ZoneInfo(clinic.time_zone)
    span = resolve(days[0], time(), zone), resolve(days[1], time(), zone)
    sent = skin_counts.sent(session, clinic.id, days)
    treated = skin_counts.treated(session, clinic.id, days)
    told = skin_counts.told_in(session, clinic.id, span)
    opened = skin_counts.opened(session, clinic.id, days)
    asked = skin_counts.told(session, clinic.id, days)
    said = {(one.treatment_id, one.moment): one.said for one, _ in asked}
    replied, stopped = _people(session, clinic.id, span, zone)
    names = {one.protocol for one in sent} | {name for name, _ in treated}
    names |= {name for _, name in told}
    return [
        ProtocolFigures(
            protocol=name,
            milestones=skin_figures.milestones(
                {(one.treatment_id, one.milestone) for one in sent if one.protocol == name},
                opened,
                said,
            ),
            own=Counter(
                one.said for one, of in told if of == name and one.moment.startswith("own-")
            ),
            worried=sum(of == name and one.worried_at is not None for one, of in told),
            called_in=_waits(one for one, of in told if of == name),
            treatments=sum(of == name for of, _ in treated),
            complications=sum(of == name and marked for of, marked in treated),
            clients=len({one.client_id for one in sent if one.protocol == name}),
            replied=replied[name],
            stopped=stopped[name],
        )
        for name in sorted(names)
    ]


def _waits(answers: Iterable[SkinAnswer]) -> list[timedelta]:
    """Return how long each worried client who was called had waited."""
    return [
        one.called_at - one.worried_at
        for one in answers
        if one.worried_at is not None and one.called_at is not None
    ]


def _people(
    session: Session, clinic_id: int, span: tuple[datetime, datetime], zone: ZoneInfo
) -> tuple[Counter[str], Counter[str]]:
    """Count who wrote and who stopped, each once, by the protocol of their last treatment then."""
    treatments = skin_counts.protocols_of(session, clinic_id, span)

    def counted(rows: Sequence[tuple[int, datetime]]) -> Counter[str]:
        whose = {
            (
                client,
                skin_figures.protocol_on(treatments.get(client, ()), at.astimezone(zone).date()),
            )
            for client, at in rows
        }
        return Counter(protocol for _, protocol in whose if protocol is not None)

    return (
        counted(skin_counts.replied(session, clinic_id, span)),
        counted(skin_counts.stopped(session, clinic_id, span)),
    )


def shares(one: ProtocolFigures) -> Iterator[tuple[str, str, str, Share]]:
    """Return every figure of a protocol: what is counted, at which milestone, which answer, and of how
    many."""
    for point in one.milestones:
        yield "opened", point.moment, "", Share(point.opened, point.sent)
        for said in Said:
            yield "answered", point.moment, said, Share(point.said.get(said, 0), point.sent)
    for said in Said:
        yield "answered", "other days", said, Share(one.own.get(said, 0), one.clients)
    yield "called", "", Said.WORRIED, Share(len(one.called_in), one.worried)
    yield "complications", "", "", Share(one.complications, one.treatments)
    yield "replied", "", "", Share(one.replied, one.clients)
    yield "stopped", "", "", Share(one.stopped, one.clients)


def rows(
    months: Mapping[date, Sequence[ProtocolFigures]], names: Mapping[str, str]
) -> Iterator[list[str]]:
    """Write months as rows for a spreadsheet, headings first; ``names`` are the protocols'."""
    yield ["Month", "Treatment", "Figure", "Milestone", "Answer", "Count", "Of", "Median minutes"]
    for begins_on, figures in months.items():
        for one in figures:
            for what, moment, said, share in shares(one):
                count, of = ((FEW if n is None else str(n)) for n in share.parts)
                wait = one.median_minutes if what == "called" else None
                minutes = "" if wait is None else str(wait)
                name = names.get(one.protocol, one.protocol)
                yield [f"{begins_on:%Y-%m}", name, what, moment, said, count, of, minutes]
