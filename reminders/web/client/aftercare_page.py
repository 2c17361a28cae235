"""A client's own page: where her skin is, what to do now, when to call, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_time
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from reminders.consent import ledger
from reminders.links import page_key
from reminders.plans import page_keys
from reminders.rules import healing
from reminders.rules.healing import Phase, Stage
from reminders.rules.terms import Channel, Reason
from reminders.store.database import reading, writing
from reminders.store.queries import client_pages, consents, customisation, people
from reminders.store.queries.client_pages import Coming
from reminders.store.tables import Client, Treatment
from reminders.web.client.page import Visit, clinic_words, door, say_day, say_when
from reminders.wording.phrases import Words

SOON = timedelta(days=14)
"""How long before a visit the page tells how to get ready for it."""

PREPARING = ("actives", "sun", "picking", "moisture", "day", "hat")
SIGNED = ("saved", "paused", "ended", "stopped", "asked")
"""What the page may say was just done."""


class Hers:
    """What is known about whoever's page it is, read at one moment."""

    def __init__(self, session: Session, visit: Visit, client: Client) -> None:
        """Read what the page may show."""
        self.session, self.visit, self.client, self.now = session, visit, client, visit.now
        self.clinic = people.clinic(session, client.clinic_id)
        self.zone = ZoneInfo(client.time_zone or self.clinic.time_zone)
        self.words = visit.words(client.language, self.clinic.country)
        self.foreign = self.words.language != client.language.split("-", maxsplit=1)[0]
        treatments = [t for t in people.treatments_of(session, [client.id]) if not t.cancelled_at]
        self.last = next((t for t in reversed(treatments) if t.ends_at <= self.now), None)
        self.next = next((t for t in treatments if t.ends_at > self.now), None)

    def page(self, template: str, status: int = 200, /, **facts: Any) -> HTMLResponse:
        """Draw one of her pages."""
        known = {
            "clinic": clinic_words(self.clinic),
            "home": f"/a/{self.visit.token}",
            "foreign": self.foreign,
        }
        return self.visit.page(template, self.words, status, **known, **facts)

    def numbers(self, treatment: Treatment) -> dict[str, int]:
        """Return the numbers clinics disagree on, as hers sets them."""
        set_here = customisation.numbers(self.session, self.clinic.id).get(treatment.protocol, {})
        return dict(self.visit.app.library.protocols[treatment.protocol].settle(set_here).values)

    def contacts(self) -> dict[Channel, str]:
        """Return where she can be written to."""
        found = {channel: ledger.contact_of(self.client, channel) for channel in Channel}
        return {channel: contact for channel, contact in found.items() if contact}

    def barred(self) -> dict[Channel, Reason]:
        """Return where she must not be written to, and why."""
        contacts = self.contacts()
        known = consents.suppressions_of(self.session, list(contacts.values()))
        found = {c: known.get((self.clinic.id, contact)) for c, contact in contacts.items()}
        return {channel: why for channel, why in found.items() if why}

    def reach(self) -> frozenset[Channel]:
        """Return by which channels she may be written to."""
        said = consents.consents_of(self.session, [self.client.id])
        yes = {channel for channel in self.contacts() if said.get((self.client.id, channel))}
        return frozenset(yes - self.barred().keys())

    def coming(self) -> list[list[Coming]]:
        """Return what she will be sent, what comes at once by several channels together."""
        reach = self.reach()
        planned = [
            c for c in client_pages.coming(self.session, self.client.id) if c.channel in reach
        ]
        return [list(same) for _, same in groupby(planned, lambda c: (c.treatment_id, c.milestone))]

    def clock(self, at: time) -> str:
        """Write a time of day in her language."""
        return format_time(at, "short", locale=self.words.locale)

    def say(self, moment: datetime | date) -> str:
        """Write a moment or a day on her clock and in her language."""
        return say_when(moment, self.zone, self.words)


def knock(visit: Visit) -> Response | None:
    """Say why nobody may come in just now: whoever tries many addresses is guessing."""
    if visit.shell.knocks.full(visit.browser, visit.now):
        return visit.problem(429, "too_often")
    if visit.request.method == "POST" and visit.shell.posts.full(visit.token, visit.now):
        return visit.problem(429, "too_often")
    return None


@contextmanager
def her(visit: Visit) -> Iterator[Hers | None]:
    """Open the page of that address, for looking or, in a form's answer, for changing too."""
    key = page_key(visit.token)
    _lay_keys(visit, key)
    opened = writing if visit.request.method == "POST" else reading
    with opened(visit.app.engine) as session:
        client = client_pages.client_with(session, key)
        if client is None:
            visit.shell.knocks.count(visit.browser, visit.now)
        elif visit.request.method == "POST":
            visit.shell.posts.count(visit.token, visit.now)
            people.lock(session, [client.id])
        yield Hers(session, visit, client) if client else None


def _lay_keys(visit: Visit, key: str) -> None:
    with reading(visit.app.engine) as session:
        behind = client_pages.client_with(session, key) is None and page_keys.are_behind(
            session, visit.app.links
        )
    while behind:
        with writing(visit.app.engine) as session:
            behind = page_keys.lay(session, visit.app.links)


def show(visit: Visit) -> Response:
    """Show her page; looking changes nothing."""
    refused = knock(visit)
    if refused:
        return refused
    with her(visit) as hers:
        return _page(hers) if hers else visit.wrong_link()


def _page(hers: Hers) -> Response:
    done = hers.visit.request.query_params.get("done")
    since = hers.now - hers.last.ends_at if hers.last else timedelta(-1)
    stage = healing.stage_at(since) if hers.last or hers.next else None
    soon = hers.next and hers.next.ends_at - hers.now < SOON
    return hers.page(
        "hers.html",
        name=hers.client.first_name,
        done=done if done in SIGNED else None,
        stage=stage and stage.value,
        day=_day(hers),
        drawn=_drawn(since) if hers.last else None,
        advice=_advice(hers) if hers.last else [],
        next_visit=_visit(hers),
        preparing=_preparing(hers) if soon or stage is Stage.BEFORE else [],
        emergency=_emergency(hers),
        coming=[_one(hers, together) for together in hers.coming()],
        paused=_paused(hers),
    )


def _emergency(hers: Hers) -> str:
    """Return whom to call in an emergency; empty where it is not known."""
    visit = hers.last or hers.next
    own_number = hers.numbers(visit).get("emergency_number") if visit else None
    return str(own_number or hers.visit.app.library.emergencies.get(hers.clinic.country, ""))


def _day(hers: Hers) -> int:
    today = hers.now.astimezone(hers.zone).date()
    return (today - hers.last.treated_on).days if hers.last else 0


def _drawn(since: timedelta) -> dict[str, Any]:
    """Return where the mark of the drawn timeline stands, in its own units."""
    phase = healing.phase_at(since)
    place = 10 + 300 * healing.way_along(since)
    number = list(Phase).index(phase) + 1
    return {"phase": phase.value, "number": number, "x": round(place, 1), "label": round(min(max(place, 34), 286), 1), "phases": [p.value for p in Phase]}  # fmt: skip


def _advice(hers: Hers) -> list[dict[str, str]]:
    assert hers.last is not None
    numbers = hers.numbers(hers.last)
    found = healing.advice(hers.last.treated_on, hers.last.ends_at, hers.now, numbers)
    return [
        {
            "topic": hers.words(f"topic.{one.topic}"),
            "may": one.may.value,
            "how": hers.words(
                f"advice.{one.topic}_{one.how}",
                until=hers.say(one.until) if one.until else "",
                **numbers,
            ),
        }
        for one in found
    ]


def _visit(hers: Hers) -> str | None:
    if hers.next is None:
        return None
    if hers.next.starts is None:
        return say_day(hers.next.treated_on, hers.words)
    clinic_zone = ZoneInfo(hers.clinic.time_zone)
    begins = datetime.combine(hers.next.treated_on, hers.next.starts, clinic_zone)
    return say_when(begins, clinic_zone, hers.words)


def _preparing(hers: Hers) -> list[str]:
    if hers.next is None:
        return []
    numbers = hers.numbers(hers.next)
    first = hers.next.treated_on - timedelta(days=numbers["actives_pre_days"])
    return [
        hers.words(f"before.{key}", **{"from": say_day(first, hers.words)}, **numbers)
        for key in PREPARING
    ]


def _one(hers: Hers, together: list[Coming]) -> tuple[str, str]:
    key = f"milestone.{together[0].milestone}"
    protocol = hers.visit.app.library.protocols[together[0].protocol]
    title = (
        hers.words(key) if hers.words.has(key) else protocol.milestone(together[0].milestone).name
    )
    return title, hers.words(
        "coming.by",
        when=hers.say(together[0].due_at),
        channel=_channels({one.channel for one in together}, hers.words),
    )


def _channels(channels: set[Channel], words: Words) -> str:
    named = [(Channel.SMS, "page.text"), (Channel.EMAIL, "page.email")]
    return f" {words('page.and')} ".join(
        words(key) for channel, key in named if channel in channels
    )


def _paused(hers: Hers) -> str | None:
    until = hers.client.paused_until
    return hers.say(until) if until and until > hers.now else None


def back(hers: Hers, done: str) -> Response:
    """Go back to her page, which says what was done; loading it again does nothing twice."""
    return RedirectResponse(f"/a/{hers.visit.token}?done={done}", 303)


ROUTES = [door("/a/{token}", show)]
