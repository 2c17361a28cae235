"""A client's own page: how the skin heals, what to do now, when to call, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
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
from reminders.rules.translation import translated_to
from reminders.store.database import reading, writing
from reminders.store.queries import client_pages, consents, customisation, people
from reminders.store.queries.client_pages import PlannedReminder
from reminders.store.tables import Client, Treatment
from reminders.web.client import skin_card
from reminders.web.client.page import ClientRequest, clinic_words, page_route, say_day, say_when
from reminders.wording.phrases import Words

SOON = timedelta(days=14)
"""How long before a visit the page tells how to get ready for it."""

PREPARING = ("actives", "sun", "picking", "moisture", "day", "hat")
SIGNED = ("saved", "paused", "ended", "stopped", "asked")
"""What the page may say was just done."""


class AftercarePage:
    """All facts that one client's page shows, read at one moment."""

    def __init__(self, session: Session, request: ClientRequest, client: Client) -> None:
        """Read what the page may show."""
        self.session, self.request, self.client, self.now = session, request, client, request.now
        self.clinic = people.clinic(session, client.clinic_id)
        self.zone = ZoneInfo(client.time_zone or self.clinic.time_zone)
        self.words = request.words_at(self.clinic, client.language, client.phone or "")
        self.foreign = not self.words.is_in(client.language) and not request.chosen
        treatments = [t for t in people.treatments_of(session, [client.id]) if not t.cancelled_at]
        self.last = next((t for t in reversed(treatments) if t.ends_at <= self.now), None)
        self.next = next((t for t in treatments if t.ends_at > self.now), None)

    def page(self, template: str, status: int = 200, /, **facts: Any) -> HTMLResponse:
        """Render one of the client's pages."""
        known = {
            "clinic": clinic_words(self.clinic),
            "home": f"/a/{self.request.token}",
            "foreign": self.foreign,
        }
        return self.request.page(template, self.words, status, **known, **facts)

    def alerting(self) -> AbstractContextManager[None]:
        """Word what is written within for the clinic's staff, in the language of its country."""
        return translated_to(self.request.app.library.alert_translation(self.clinic.country))

    def numbers(self, treatment: Treatment) -> dict[str, int]:
        """Return the protocol's parameters as the client's clinic sets them."""
        set_here = customisation.numbers(self.session, self.clinic.id).get(treatment.protocol, {})
        return dict(self.request.app.library.protocols[treatment.protocol].settle(set_here).values)

    def contacts(self) -> dict[Channel, str]:
        """Return the client's contact for each channel."""
        found = {channel: ledger.contact_of(self.client, channel) for channel in Channel}
        return {channel: contact for channel, contact in found.items() if contact}

    def suppressed(self) -> dict[Channel, Reason]:
        """Return the channels that are suppressed, and why."""
        contacts = self.contacts()
        known = consents.suppressions_of(self.session, list(contacts.values()))
        found = {c: known.get((self.clinic.id, contact)) for c, contact in contacts.items()}
        return {channel: why for channel, why in found.items() if why}

    def channels(self) -> frozenset[Channel]:
        """Return the channels by which the client may be messaged."""
        said = consents.consents_of(self.session, [self.client.id])
        yes = {channel for channel in self.contacts() if said.get((self.client.id, channel))}
        return frozenset(yes - self.suppressed().keys())

    def upcoming(self) -> list[list[PlannedReminder]]:
        """Return the planned reminders, grouped where several channels carry one milestone."""
        reach = self.channels()
        planned = [
            c for c in client_pages.coming(self.session, self.client.id) if c.channel in reach
        ]
        return [list(same) for _, same in groupby(planned, lambda c: (c.treatment_id, c.milestone))]

    def clock(self, at: time) -> str:
        """Format a time of day in the client's language."""
        return format_time(at, "short", locale=self.words.locale)

    def emergency(self) -> str:
        """Return whom to call in an emergency; empty where it is not known."""
        of = self.last or self.next
        own_number = self.numbers(of).get("emergency_number") if of else None
        known = self.request.app.library.emergencies
        return str(own_number or known.get(self.clinic.country, ""))

    def localised(self, moment: datetime | date) -> str:
        """Format a moment or a day in the client's time zone and language."""
        return say_when(moment, self.zone, self.words)


def refusal(request: ClientRequest) -> Response | None:
    """Return the refusal for a network address that tries too many links."""
    if request.templates.join_limit.full(request.network_address, request.now):
        return request.problem(429, "too_often")
    if request.http.method == "POST" and request.templates.posts.full(request.token, request.now):
        return request.problem(429, "too_often")
    return None


@contextmanager
def opened_page(request: ClientRequest) -> Iterator[AftercarePage | None]:
    """Open the page of a link, read-only or, for a form, to change it too."""
    key = page_key(request.token)
    _assign_keys(request, key)
    opened = writing if request.http.method == "POST" else reading
    with opened(request.app.engine) as session:
        client = client_pages.client_with(session, key)
        if client is None:
            request.templates.join_limit.count(request.network_address, request.now)
        elif request.http.method == "POST":
            request.templates.posts.count(request.token, request.now)
            people.lock(session, [client.id])
        yield AftercarePage(session, request, client) if client else None


def _assign_keys(request: ClientRequest, key: str) -> None:
    with reading(request.app.engine) as session:
        behind = client_pages.client_with(session, key) is None and page_keys.keys_outdated(
            session, request.app.links
        )
    while behind:
        with writing(request.app.engine) as session:
            behind = page_keys.assign_keys(session, request.app.links)


def show(request: ClientRequest) -> Response:
    """Show the client's page; this changes nothing but the count of pages opened."""
    refused = refusal(request)
    if refused:
        return refused
    with opened_page(request) as page:
        answer = _page(page) if page else request.wrong_link()
        opening = skin_card.opening_of(page) if page else None
    if opening:
        skin_card.note_opening(request.app.engine, *opening)
    return answer


def _page(page: AftercarePage) -> Response:
    done = page.request.http.query_params.get("done")
    since = page.now - page.last.ends_at if page.last else timedelta(-1)
    stage = healing.stage_at(since) if page.last or page.next else None
    soon = page.next and page.next.ends_at - page.now < SOON
    return page.page(
        "aftercare.html",
        name=page.client.first_name,
        done=done if done in SIGNED else None,
        stage=stage and stage.value,
        day=_day(page),
        drawn=_timeline_position(since) if page.last else None,
        advice=_advice(page) if page.last else [],
        next_visit=_visit(page),
        preparing=_preparing(page) if soon or stage is Stage.BEFORE else [],
        emergency=page.emergency(),
        skin=skin_card.card(page),
        coming=[coming_line(page, together) for together in page.upcoming()],
        paused=_paused(page),
    )


def _day(page: AftercarePage) -> int:
    today = page.now.astimezone(page.zone).date()
    return (today - page.last.treated_on).days if page.last else 0


def _timeline_position(since: timedelta) -> dict[str, Any]:
    """Return where the mark of the drawn timeline stands, in its own units."""
    phase = healing.phase_at(since)
    place = 10 + 300 * healing.healing_progress(since)
    number = list(Phase).index(phase) + 1
    return {"phase": phase.value, "number": number, "x": round(place, 1), "label": round(min(max(place, 34), 286), 1), "phases": [p.value for p in Phase]}  # fmt: skip


def _advice(page: AftercarePage) -> list[dict[str, str]]:
    assert page.last is not None
    numbers = page.numbers(page.last)
    found = healing.advice(page.last.treated_on, page.last.ends_at, page.now, numbers)
    return [
        {
            "topic": page.words(f"topic.{one.topic}"),
            "may": one.may.value,
            "how": page.words(
                f"advice.{one.topic}_{one.how}",
                until=page.localised(one.until) if one.until else "",
                **numbers,
            ),
        }
        for one in found
    ]


def _visit(page: AftercarePage) -> str | None:
    if page.next is None:
        return None
    if page.next.starts is None:
        return say_day(page.next.treated_on, page.words)
    clinic_zone = ZoneInfo(page.clinic.time_zone)
    begins = datetime.combine(page.next.treated_on, page.next.starts, clinic_zone)
    return say_when(begins, clinic_zone, page.words)


def _preparing(page: AftercarePage) -> list[str]:
    if page.next is None:
        return []
    numbers = page.numbers(page.next)
    first = page.next.treated_on - timedelta(days=numbers["actives_pre_days"])
    return [
        page.words(f"before.{key}", **{"from": say_day(first, page.words)}, **numbers)
        for key in PREPARING
    ]


def coming_line(page: AftercarePage, together: list[PlannedReminder]) -> tuple[str, str]:
    """Return what is coming, and when and how, for whoever gets it."""
    key = f"milestone.{together[0].milestone}"
    protocol = page.request.app.library.protocols[together[0].protocol]
    title = (
        page.words(key)
        if page.words.has_sentence(key)
        else protocol.milestone(together[0].milestone).name
    )
    return title, page.words(
        "coming.by",
        when=page.localised(together[0].due_at),
        channel=_channels({one.channel for one in together}, page.words),
    )


def _channels(channels: set[Channel], words: Words) -> str:
    named = [(Channel.SMS, "page.text"), (Channel.EMAIL, "page.email")]
    return f" {words('page.and')} ".join(
        words(key) for channel, key in named if channel in channels
    )


def _paused(page: AftercarePage) -> str | None:
    until = page.client.paused_until
    return page.localised(until) if until and until > page.now else None


def back(page: AftercarePage, done: str) -> Response:
    """Redirect to the client's page with a confirmation, so that a reload repeats nothing."""
    return RedirectResponse(f"/a/{page.request.token}?done={done}", 303)


ROUTES = [page_route("/a/{token}", show)]
