"""A clinic's monthly figures of what clients told of their skin, by protocol, and as a spreadsheet."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.monitoring import day_counts
from reminders.rules import skin_figures, statistics
from reminders.rules.sending_hours import resolve
from reminders.rules.skin_answers import Said
from reminders.rules.skin_figures import ProtocolFigures, Share, SkinDay
from reminders.store.queries import skin_counts
from reminders.store.tables import Clinic

NONE = (0, 0)

FEW = f"fewer than {skin_figures.LEAST}"
"""What stands for a count that is too small to be shown."""


def month(session: Session, clinic: Clinic, begins_on: date) -> list[ProtocolFigures]:
    """Count one calendar month of a clinic, by protocol."""
    days = begins_on, statistics.month_of(begins_on, -1)
    zone = ZoneInfo(clinic.time_zone)
    span = resolve(days[0], time(), zone), resolve(days[1], time(), zone)
    told = day_counts.skin_days(session, clinic.id, *days)
    clients = _written_to(told)
    treated = skin_counts.treated(session, clinic.id, days)
    own = skin_counts.told_unasked(session, clinic.id, span)
    worries = skin_counts.worries(session, clinic.id, span)
    replied, stopped = _people(session, clinic.id, span, zone)
    return [
        ProtocolFigures(
            protocol=name,
            milestones=skin_figures.milestones(
                one for day in told for of, one in day.cohorts if of == name
            ),
            own=own.get(name, {}),
            worried=sum(of == name for of, _, _ in worries),
            called_in=[called - at for of, at, called in worries if of == name and called],
            treatments=treated.get(name, NONE)[0],
            complications=treated.get(name, NONE)[1],
            clients=len(clients.get(name, ())),
            replied=replied[name],
            stopped=stopped[name],
        )
        for name in sorted({*clients, *treated, *own, *(of for of, _, _ in worries)})
    ]


def _written_to(days: Iterable[SkinDay]) -> dict[str, set[str]]:
    """Return to whom anything left on any of the days, by protocol."""
    found: dict[str, set[str]] = defaultdict(set)
    for day in days:
        for protocol, clients in day.clients.items():
            found[protocol].update(clients)
    return found


def _people(
    session: Session, clinic_id: int, span: tuple[datetime, datetime], zone: ZoneInfo
) -> tuple[Counter[str], Counter[str]]:
    """Count who wrote and who stopped, each once, by the protocol of their last treatment then."""
    replied = skin_counts.replied(session, clinic_id, span)
    stopped = skin_counts.stopped(session, clinic_id, span)
    treatments = skin_counts.protocols_of(session, {client for client, _ in (*replied, *stopped)})

    def counted(rows: Sequence[tuple[int, datetime]]) -> Counter[str]:
        whose = {
            (
                client,
                skin_figures.protocol_on(treatments.get(client, ()), at.astimezone(zone).date()),
            )
            for client, at in rows
        }
        return Counter(protocol for _, protocol in whose if protocol is not None)

    return counted(replied), counted(stopped)


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
