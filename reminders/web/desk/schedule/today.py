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
from reminders.rules.translation import gettext, gettext_noop, ngettext
from reminders.store.database import reading, writing
from reminders.store.queries import client_messages, delivery, overview
from reminders.store.queries import today as queries
from reminders.store.tables import Client
from reminders.web.desk.names import channel_word
from reminders.web.desk.page import DeskRequest, desk_route
from reminders.web.desk.schedule import asking, skin_answers
from reminders.wording.retelling import retold

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


SENTENCES = {
    Kind.ALARM: gettext_noop("%(name)s may need help: “%(words)s”"),
    Kind.REPLY: gettext_noop("%(name)s wrote: “%(words)s”"),
    Kind.DAY_ONE: gettext_noop("Call %(name)s: %(reason)s"),
    Kind.UNDELIVERED: gettext_noop("%(name)s: %(reason)s"),
    Kind.FEED: gettext_noop("The calendar %(name)s cannot be read: %(reason)s"),
    Kind.DOUBLE: gettext_noop("Possible duplicate: %(name)s (%(reason)s)"),
}
BY_EMAIL = {
    Kind.STOPPED: gettext_noop("Emails are stopped and kept: the provider rejects the account (%(code)s)"),
    Kind.CONTACT: gettext_noop("Email to %(name)s: %(reason)s"),
    Kind.UNKNOWN: gettext_noop("Ask %(name)s whether the email “%(message)s” arrived: it could not be confirmed"),
}  # fmt: skip
BY_TEXT = {
    Kind.STOPPED: gettext_noop("Texts are stopped and kept: the provider rejects the account (%(code)s)"),
    Kind.CONTACT: gettext_noop("Text to %(name)s: %(reason)s"),
    Kind.UNKNOWN: gettext_noop("Ask %(name)s whether the text “%(message)s” arrived: it could not be confirmed"),
}  # fmt: skip
"""The sentences about open items, some of them by how the message goes."""


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
        words = gettext("%(sentence)s. An owner of the clinic can see to it", sentence=words)
        action, to = "", ""
    kind = channel_word(need.channel) if need.channel else ""
    milestone = skin_answers.moment_label(request, need.milestone) if need.milestone else ""
    about = " ".join(part for part in (milestone, kind) if part)
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
    attended, reply = f"/clients/{need.client_id}/attended", f"/replies/{need.row_id}"
    same = f"/clients/{need.client_id}/same?with={need.row_id}"
    edit = f"/clients/{need.client_id}/edit"
    by_email = need.channel is Channel.EMAIL
    said: dict[Kind, tuple[str, str, bool]] = {
        Kind.ALARM: (gettext("Read and reply"), reply, False),
        Kind.REPLY: (gettext("Read and reply"), reply, False),
        Kind.STOPPED: (gettext("See what to do"), "/today/stopped", False),
        Kind.DAY_ONE: (gettext("Mark as called"), attended, True),
        Kind.CONTACT: (gettext("Fix the email address") if by_email else gettext("Fix the number"), edit, False),
        Kind.UNDELIVERED: (gettext("Mark as done"), attended, True),
        Kind.UNKNOWN: (gettext("Mark as done"), attended, True),
        Kind.SOURCE: (gettext("See what to do"), f"/clinic/sources/{need.row_id}", False),
        Kind.FEED: (gettext("See what to do"), "/clinic/feeds", False),
        Kind.QUESTION: (gettext("Answer"), "/questions", False),
        Kind.REVIEW: (gettext("Review"), "/words" if need.milestone else "/clinic#accept", False),
        Kind.BOOKING: (gettext("View"), "/clinic/sources", False),
        Kind.DOUBLE: (gettext("Compare"), same, False),
    }  # fmt: skip
    return (_sentence(request, need), *said[need.kind])


def _sentence(request: DeskRequest, need: OpenItem) -> str:
    """Say what waits."""
    by_channel = BY_EMAIL if need.channel is Channel.EMAIL else BY_TEXT
    found = SENTENCES.get(need.kind) or by_channel.get(need.kind)
    why = retold(request.app.library.root / "locale", need.why)
    if found is None:
        return _counted(request, need, _first(why))
    return gettext(
        found,
        name=_name(request, need),
        reason=_first(why) if need.kind is Kind.FEED else why,
        code=need.why,
        words=need.words,
        message=request.milestone(need.milestone),
    )


def _counted(request: DeskRequest, need: OpenItem, why: str) -> str:
    """Say what waits of questions, wording and booking systems."""
    if need.kind is Kind.QUESTION:
        return ngettext("1 question needs an answer", "%(n)s questions need an answer", need.count)
    if need.kind is Kind.BOOKING:
        return ngettext(
            "1 booking was not recognised", "%(n)s bookings were not recognised", need.count
        )
    if need.kind is Kind.SOURCE:
        return gettext("%(name)s: %(reason)s", name=need.name, reason=_unheard(need, why))
    return _review(request, need)


def _name(request: DeskRequest, need: OpenItem) -> str:
    """Return who it is about: a name, or the number of somebody nobody knows."""
    country = request.signed_in.clinic.country
    return show_national(need.name, country) if need.name.startswith("+") else need.name


def _review(request: DeskRequest, need: OpenItem) -> str:
    if need.milestone:
        message = request.milestone(need.milestone)
        return gettext("The wording of “%(message)s” is due for review", message=message)
    return gettext("The default wording is due for review")


def _unheard(need: OpenItem, why: str) -> str:
    """Say why nothing comes in of a booking system, by how many bookings wait."""
    if need.count:
        return ngettext(
            "1 booking is waiting. %(reason)s",
            "%(n)s bookings are waiting. %(reason)s",
            need.count,
            reason=why,
        )
    return gettext("bookings are rejected because they are not signed with its secret")


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
        request.record(
            session, gettext_noop("marked undelivered messages as done"), Client, client.id
        )
    return request.redirect(request.back("/"), "done")


ROUTES = [
    desk_route("/", show, Role.VIEWER),
    desk_route("/today/stopped", stopped, Role.VIEWER),
    desk_route("/clients/{id:int}/attended", attended, Role.STAFF, "POST"),
]
