"""The staff page Today: what was sent, what is planned, and what needs attention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from starlette.responses import Response

from reminders.delivery.holds import Hold
from reminders.monitoring import alerts, attendance, open_items
from reminders.monitoring.open_items import Kind, OpenItem
from reminders.monitoring.status import SILENCE, recent_failover
from reminders.rules.contacts import show_national
from reminders.rules.roles import Role
from reminders.rules.sending_hours import resolve
from reminders.rules.terms import Channel
from reminders.rules.translation import gettext
from reminders.store.database import reading, writing
from reminders.store.queries import client_messages, delivery, overview
from reminders.store.queries import today as queries
from reminders.store.tables import Client
from reminders.web.desk.page import DeskRequest, desk_route
from reminders.web.desk.schedule import asking, skin_answers

WEEK = timedelta(days=7)
"""How long an outage is told."""

SHOWN = 12
"""How many messages a column shows."""


OWNERS = {Kind.SOURCE, Kind.FEED, Kind.BOOKING}
"""What only an owner's pages help with."""


@dataclass(frozen=True, slots=True)
class TodayItem:
    """An open item in words, with its one action: a link, or a button; none where only others can."""

    text: str
    since: datetime
    about: str
    action: str
    to: str
    link: str
    kind: str
    post: bool = False


def show(request: DeskRequest) -> Response:
    """Show the page Today."""
    today = request.now.astimezone(request.zone).date()
    midnight = resolve(today, time(), request.zone)
    tomorrow_ends = resolve(today + timedelta(days=2), time(), request.zone)
    with reading(request.app.engine) as session:
        found = open_items.needs(session, request.clinic_id, request.now, request.app.doubles)
        beat = delivery.last_beat(session)
        words: dict[str, Any] = {
            "items": [item(request, need) for need in found],
            "unasked": asking.to_ask(request, session),
            "visits": attendance.visit_lists(session, request.signed_in.clinic, request.now),
            "went": queries.sent_since(session, request.clinic_id, midnight, SHOWN),
            "went_count": queries.count_sent(session, request.clinic_id, midnight),
            "coming": queries.planned_until(session, request.clinic_id, tomorrow_ends, SHOWN),
            "outages": overview.outages_of(session, request.clinic_id, request.now - WEEK),
            "held": Hold.read(session),
            "failover": recent_failover(session, request.now),
            "untold": alerts.untold(session, request.now, request.clinic_id),
            "coming_count": queries.count_planned(session, request.clinic_id, tomorrow_ends),
        }
    silent = beat is None or request.now - beat > SILENCE
    return request.page("today.html", beat=beat, silent=silent, today=today, **words)


def item(request: DeskRequest, need: OpenItem) -> TodayItem:
    """Word one open item, and what to do about it."""
    if need.kind is Kind.WORRIED:
        return _worried(request, need)
    words, action, to, post = _said(request, need)
    if need.kind in OWNERS and not request.may(Role.OWNER):
        words, action, to = (
            f"{words}. An owner of the clinic can see to it",
            "",
            "",
        )
    kind = need.channel and {Channel.SMS: "text", Channel.EMAIL: "email"}[need.channel]
    milestone = request.milestone(need.milestone) if need.milestone else ""
    about = " ".join(part for part in (milestone, kind or "") if part)
    link = f"/clients/{need.client_id}" if need.client_id else to
    grave = need.kind in {Kind.ALARM, Kind.STOPPED, Kind.DAY_ONE}
    return TodayItem(words, need.since, about, action, to, link, "grave" if grave else "", post)


def _worried(request: DeskRequest, need: OpenItem) -> TodayItem:
    """Word a worried client, with who sees to it beside since when they wait."""
    text, state = skin_answers.worried(request, need)
    to = f"/skin/{need.row_id}"
    return TodayItem(text, need.since, state, gettext("Open and call"), to, to, "grave")


def _said(request: DeskRequest, need: OpenItem) -> tuple[str, str, str, bool]:
    """Return the sentence, the action's name, where it leads, and whether it is a thing done."""
    name, why, wrote = _name(request, need), need.why, f"“{need.words}”"
    attended, reply = f"/clients/{need.client_id}/attended", f"/replies/{need.row_id}"
    by_email = need.channel is Channel.EMAIL
    same = f"/clients/{need.client_id}/same?with={need.row_id}"
    edit = f"/clients/{need.client_id}/edit"
    contact = (f"Email to {name}: {why}", "Fix the email address", edit, False) if by_email else (f"Text to {name}: {why}", "Fix the number", edit, False)  # fmt: skip
    said: dict[Kind, tuple[str, str, str, bool]] = {
        Kind.ALARM: (f"{name} may need help: {wrote}", "Read and reply", reply, False),
        Kind.REPLY: (f"{name} wrote: {wrote}", "Read and reply", reply, False),
        Kind.STOPPED: (_stopped(need), "See what to do", "/today/stopped", False),
        Kind.DAY_ONE: (f"Call {name}: {why}", "Mark as called", attended, True),
        Kind.CONTACT: contact,
        Kind.UNDELIVERED: (f"{name}: {why}", "Mark as done", attended, True),
        Kind.UNKNOWN: (_unconfirmed(request, need), "Mark as done", attended, True),
        Kind.SOURCE: (f"{name}: {_unheard(need)}", "See what to do", f"/clinic/sources/{need.row_id}", False),
        Kind.FEED: (f"The calendar {name} cannot be read: {_first(why)}", "See what to do", "/clinic/feeds", False),
        Kind.QUESTION: (f"{need.count} questions need an answer" if need.count > 1 else "1 question needs an answer", "Answer", "/questions", False),
        Kind.REVIEW: (_review(request, need), "Review", "/words" if need.milestone else "/clinic#accept", False),
        Kind.BOOKING: (f"{need.count} bookings were not recognised" if need.count > 1 else "1 booking was not recognised", "View", "/clinic/sources", False),
        Kind.DOUBLE: (f"Possible duplicate: {name} ({why})", "Compare", same, False),
    }  # fmt: skip
    return said[need.kind]


def _name(request: DeskRequest, need: OpenItem) -> str:
    """Return who it is about: a name, or the number of somebody nobody knows."""
    country = request.signed_in.clinic.country
    return show_national(need.name, country) if need.name.startswith("+") else need.name


def _stopped(need: OpenItem) -> str:
    if need.channel is Channel.EMAIL:
        return f"Emails are stopped and kept: the provider rejects the account ({need.why})"
    return f"Texts are stopped and kept: the provider rejects the account ({need.why})"


def _unconfirmed(request: DeskRequest, need: OpenItem) -> str:
    milestone = request.milestone(need.milestone)
    if need.channel is Channel.EMAIL:
        return f"Ask {need.name} whether the email “{milestone}” arrived: it could not be confirmed"
    return f"Ask {need.name} whether the text “{milestone}” arrived: it could not be confirmed"


def _review(request: DeskRequest, need: OpenItem) -> str:
    if need.milestone:
        return f"The wording of “{request.milestone(need.milestone)}” is due for review"
    return "The default wording is due for review"


def _unheard(need: OpenItem) -> str:
    """Say why nothing comes in of a booking system, by how many bookings wait."""
    if need.count:
        if need.count == 1:
            return f"1 booking is waiting. {_first(need.why)}"
        return f"{need.count} bookings are waiting. {_first(need.why)}"
    return "bookings are rejected because they are not signed with its secret"


def _first(why: str) -> str:
    """Return the first sentence, without what to do, which the page it leads to says."""
    return why.partition(". ")[0].removesuffix(".")


def stopped(request: DeskRequest) -> Response:
    """Show what a stopped channel means, and who can fix it."""
    with reading(request.app.engine) as session:
        return request.page(
            "sending-stopped.html", lanes=queries.stopped(session, request.clinic_id)
        )


def attended(request: DeskRequest) -> Response:
    """Record that staff have dealt with a client's failed messages."""
    with writing(request.app.engine) as session:
        client = request.row(session, Client)
        client_messages.mark_attended(session, request.clinic_id, client.id, request.now)
        request.record(session, "marked undelivered messages as done", Client, client.id)
    return request.redirect(request.back("/"), "done")


ROUTES = [
    desk_route("/", show, Role.VIEWER),
    desk_route("/today/stopped", stopped, Role.VIEWER),
    desk_route("/clients/{id:int}/attended", attended, Role.STAFF, "POST"),
]
