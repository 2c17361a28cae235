"""Her choices as pages: each is shown first and done by a button, never by a link alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from hashlib import sha256
from typing import Any

from starlette.responses import Response

from reminders.consent import preferences
from reminders.consent.preferences import Agreed, Choices
from reminders.monitoring.alerts import raise_alert
from reminders.rules import sending_hours
from reminders.rules.terms import Channel, Discretion, Reason
from reminders.web.client.aftercare_page import Hers, back, her, knock
from reminders.web.client.page import Visit, door

BOXES = {Channel.SMS: "texts", Channel.EMAIL: "emails"}

Step = Callable[[Hers], Response]


def opened(step: Step) -> Callable[[Visit], Response]:
    """Return what answers on her page, once it is hers."""

    def answer(visit: Visit) -> Response:
        refused = knock(visit)
        if refused:
            return refused
        with her(visit) as hers:
            return step(hers) if hers else visit.wrong_link()

    return answer


def _choices(hers: Hers, fault: str | None = None, status: int = 200) -> Response:
    typed = hers.visit.typed
    chosen = _read(hers) if fault else None
    ticked = chosen.channels if chosen else hers.reach()
    return hers.page(
        "choices.html",
        status,
        fault=fault,
        boxes=[_box(hers, channel, ticked) for channel in hers.contacts()],
        languages=hers.visit.shell.phrasebook.names,
        language=typed.get("language", hers.words.language),
        hours=_hours(hers),
        hour=chosen.hour if chosen else hers.client.preferred_hour,
        discretion=(chosen.discretion if chosen else hers.client.discretion).value,
    )


def _box(hers: Hers, channel: Channel, ticked: frozenset[Channel]) -> dict[str, Any]:
    """Return a box to tick, or why it cannot be ticked here."""
    contact = hers.contacts()[channel]
    texts = channel is Channel.SMS
    return {
        "name": BOXES[channel],
        "ticked": channel in ticked,
        "barred": channel in _barred(hers),
        "hint": hers.words(
            f"choices.{BOXES[channel]}_to", ending=contact[-2:], domain=contact.rpartition("@")[2]
        ),
        "why": hers.words("choices.stopped" if texts else "choices.stopped_email"),
        "agreed": agreed(hers, channel).wording,
    }


def _barred(hers: Hers) -> frozenset[Channel]:
    """Return the channels she cannot switch on here: Twilio heeds only her own START, and an
    address that sends mail back needs a person.
    """
    return frozenset(
        channel
        for channel, why in hers.barred().items()
        if channel is Channel.SMS or why is not Reason.OPTED_OUT
    )


def agreed(hers: Hers, channel: Channel) -> Agreed:
    """Return the words beside a box, and a version that changes with every letter of them."""
    wording = hers.words(
        f"choices.agree_{BOXES[channel]}",
        clinic=hers.clinic.name,
        per_week=hers.clinic.texts_per_week,
    ).unescape()
    return Agreed(wording, sha256(wording.encode()).hexdigest()[:12])


def _hours(hers: Hers) -> list[tuple[int, str]]:
    """Return the hours she may choose from, within her clinic's sending hours."""
    week = [day for day in sending_hours.parse(hers.clinic.sending_hours).week if day]
    first, last = min(day[0] for day in week), max(day[1] for day in week)
    within = range(first.hour + bool(first.minute), last.hour)
    return [(hour, hers.clock(time(hour))) for hour in within]


def _read(hers: Hers) -> Choices:
    typed = hers.visit.typed
    hour = typed.get("hour", "")
    language = typed.get("language", "")
    known = hers.visit.shell.phrasebook.names
    wanted = {channel for channel, box in BOXES.items() if box in typed}
    return Choices(
        channels=(frozenset(wanted) & hers.contacts().keys()) - _barred(hers),
        language=language if language in known else hers.client.language,
        hour=int(hour) if hour in {str(number) for number, _ in _hours(hers)} else None,
        discretion=Discretion.DISCREET
        if typed.get("discretion") == Discretion.DISCREET
        else Discretion.PLAIN,
    )


def _save(hers: Hers) -> Response:
    chosen = _read(hers)
    if not chosen.channels and hers.reach():
        return _choices(hers, hers.words("choices.neither"), 422)
    app = hers.visit.app
    words = {channel: agreed(hers, channel) for channel in BOXES}
    preferences.choose(
        hers.session, app.library, hers.client, chosen, words, hers.now, browser=hers.visit.browser
    )
    return back(hers, "saved")


def _ask(part: str) -> Step:
    """Return a page that asks whether she means it."""
    return lambda hers: hers.page("ask.html", part=part)


def _pause(hers: Hers) -> Response:
    preferences.pause(hers.client, hers.now)
    return back(hers, "paused")


def _resume(hers: Hers) -> Response:
    preferences.resume(hers.session, hers.client)
    return back(hers, "ended")


def _stop(hers: Hers) -> Response:
    preferences.stop(hers.session, hers.client, hers.now, browser=hers.visit.browser)
    return back(hers, "stopped")


def _wrong(hers: Hers) -> Response:
    preferences.disown(hers.session, hers.client, hers.now, browser=hers.visit.browser)
    raise_alert(
        hers.session,
        hers.clinic.id,
        "wrong-number",
        f"wrong-number.{hers.client.id}.{hers.client.page_edition}",
        "A client's number or address is wrong",
        f"Whoever got the messages for client {hers.client.id} says that they are for somebody"
        " else. Nothing more is sent there. Please ask the client for the right one.",
        hers.now,
    )
    return hers.page("gone.html")


def _pages(part: str, show: Step, act: Step) -> list[Any]:
    path = f"/a/{{token}}/{part}"
    return [door(path, opened(show)), door(path, opened(act), "POST")]


ROUTES = [
    *_pages("choices", _choices, _save),
    *_pages("pause", _ask("pause"), _pause),
    *_pages("stop", _ask("stop"), _stop),
    *_pages("wrong", _ask("wrong"), _wrong),
    door("/a/{token}/resume", opened(_resume), "POST"),
]
