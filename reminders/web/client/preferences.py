"""Pages on which clients change their preferences; a link only shows, a button changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from hashlib import sha256
from typing import Any

from starlette.responses import Response

from reminders.consent import preferences
from reminders.consent.preferences import AgreedWording, Preferences
from reminders.monitoring.alerts import raise_alert
from reminders.rules import sending_hours
from reminders.rules.terms import Channel, Discretion, Reason
from reminders.rules.translation import gettext
from reminders.web.client.aftercare_page import AftercarePage, back, opened_page, refusal
from reminders.web.client.page import ClientRequest, page_route

BOXES = {Channel.SMS: "texts", Channel.EMAIL: "emails"}

Step = Callable[[AftercarePage], Response]


def with_open_page(step: Step) -> Callable[[ClientRequest], Response]:
    """Return what answers on a client's page, once their address opened it."""

    def answer(request: ClientRequest) -> Response:
        refused = refusal(request)
        if refused:
            return refused
        with opened_page(request) as page:
            return step(page) if page else request.wrong_link()

    return answer


def _choices(page: AftercarePage, fault: str | None = None, status: int = 200) -> Response:
    typed = page.request.typed
    chosen = _read(page) if fault else None
    ticked = chosen.channels if chosen else page.channels()
    return page.page(
        "preferences.html",
        status,
        fault=fault,
        boxes=[_box(page, channel, ticked) for channel in page.contacts()],
        languages=page.request.templates.phrasebook.names,
        language=typed.get("language", page.words.language),
        hours=_hours(page),
        hour=chosen.hour if chosen else page.client.preferred_hour,
        discretion=(chosen.discretion if chosen else page.client.discretion).value,
        both=_both(page) if fault is None else chosen is not None and bool(chosen.both_channels),
    )


def _both(page: AftercarePage) -> bool:
    """Say whether the client gets every message by text and by email."""
    chosen = page.client.both_channels
    return page.clinic.both_channels if chosen is None else chosen


def _box(page: AftercarePage, channel: Channel, ticked: frozenset[Channel]) -> dict[str, Any]:
    """Return a box to tick, or why it cannot be ticked here."""
    contact = page.contacts()[channel]
    texts = channel is Channel.SMS
    return {
        "name": BOXES[channel],
        "ticked": channel in ticked,
        "barred": channel in _barred(page),
        "hint": page.words(
            f"choices.{BOXES[channel]}_to", ending=contact[-2:], domain=contact.rpartition("@")[2]
        ),
        "why": page.words("choices.stopped" if texts else "choices.stopped_email"),
        "agreed": agreed(page, channel).wording,
    }


def _barred(page: AftercarePage) -> frozenset[Channel]:
    """Return the channels the client cannot switch on here: Twilio accepts only a START by text, unless
    nobody can reply to these texts, and a bouncing address has to be corrected by staff.
    """
    by_start = not page.words.by_link
    return frozenset(
        channel
        for channel, why in page.suppressed().items()
        if (channel is Channel.SMS and by_start) or why is not Reason.OPTED_OUT
    )


def agreed(page: AftercarePage, channel: Channel) -> AgreedWording:
    """Return the words beside a box, and a version that changes with every letter of them."""
    wording = page.words(
        f"choices.agree_{BOXES[channel]}",
        clinic=page.clinic.name,
        per_week=page.clinic.texts_per_week,
    ).unescape()
    return AgreedWording(wording, sha256(wording.encode()).hexdigest()[:12])


def _hours(page: AftercarePage) -> list[tuple[int, str]]:
    """Return the hours a client may choose from, within the clinic's sending hours."""
    week = [day for day in sending_hours.parse(page.clinic.sending_hours).week if day]
    first, last = min(day[0] for day in week), max(day[1] for day in week)
    within = range(first.hour + bool(first.minute), last.hour)
    return [(hour, page.clock(time(hour))) for hour in within]


def _read(page: AftercarePage) -> Preferences:
    typed = page.request.typed
    hour = typed.get("hour", "")
    wanted = {channel for channel, box in BOXES.items() if box in typed}
    return Preferences(
        channels=(frozenset(wanted) & page.contacts().keys()) - _barred(page),
        language=_language(page),
        hour=int(hour) if hour in {str(number) for number, _ in _hours(page)} else None,
        discretion=Discretion.DISCREET
        if typed.get("discretion") == Discretion.DISCREET
        else Discretion.PLAIN,
        both_channels=typed["both"] == "yes" if "both" in typed else page.client.both_channels,
    )


def _language(page: AftercarePage) -> str:
    """Return the language chosen; the one the client has stays, in the edition it has."""
    client, book = page.client, page.request.templates.phrasebook
    chosen = page.request.typed.get("language", "")
    same = book.words(client.language, page.clinic.country).language == chosen
    return client.language if same or chosen not in book.names else chosen


def _save(page: AftercarePage) -> Response:
    chosen = _read(page)
    if not chosen.channels and page.channels():
        return _choices(page, page.words("choices.neither"), 422)
    app = page.request.app
    words = {channel: agreed(page, channel) for channel in BOXES}
    preferences.save_preferences(
        page.session,
        app.library,
        page.client,
        chosen,
        words,
        page.now,
        network_address=page.request.network_address,
    )
    return back(page, "saved")


def _speak(page: AftercarePage) -> Response:
    app = page.request.app
    preferences.change_language(page.session, app.library, page.client, _language(page), page.now)
    return back(page, "saved")


def _ask(part: str) -> Step:
    """Return a page that asks whether the client means it."""
    return lambda page: page.page("confirm.html", part=part)


def _pause(page: AftercarePage) -> Response:
    preferences.pause(page.client, page.now)
    return back(page, "paused")


def _resume(page: AftercarePage) -> Response:
    preferences.resume(page.session, page.client)
    return back(page, "ended")


def _stop(page: AftercarePage) -> Response:
    preferences.stop(
        page.session, page.client, page.now, network_address=page.request.network_address
    )
    return back(page, "stopped")


def _wrong(page: AftercarePage) -> Response:
    preferences.close_wrong_contact(
        page.session, page.client, page.now, network_address=page.request.network_address
    )
    with page.alerting():
        subject = gettext("A client's number or address is wrong")
        body = gettext(
            "Somebody who received the messages for client %(id)s says that they are not that"
            " client. Nothing more is sent there. Please ask the client for the right contact details.",
            id=str(page.client.id),
        )
    key = f"wrong-number.{page.client.id}.{page.client.page_edition}"
    raise_alert(page.session, page.clinic.id, "wrong-number", key, subject, body, page.now)
    return page.page("wrong-contact.html")


def _pages(part: str, show: Step, act: Step) -> list[Any]:
    path = f"/a/{{token}}/{part}"
    return [page_route(path, with_open_page(show)), page_route(path, with_open_page(act), "POST")]


ROUTES = [
    *_pages("choices", _choices, _save),
    *_pages("pause", _ask("pause"), _pause),
    *_pages("stop", _ask("stop"), _stop),
    *_pages("wrong", _ask("wrong"), _wrong),
    page_route("/a/{token}/language", with_open_page(_speak), "POST"),
    page_route("/a/{token}/resume", with_open_page(_resume), "POST"),
]
