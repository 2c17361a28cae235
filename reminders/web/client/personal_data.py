"""What we keep about her: shown and handed out once a code proves that it is her who asks."""

from __future__ import annotations

import hmac
import json
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from reminders.consent import verification_codes
from reminders.consent.verification_codes import Answer, Say, TooOften
from reminders.monitoring.alerts import raise_alert
from reminders.privacy import retention
from reminders.rules.contacts import show_phone
from reminders.rules.terms import Channel, Purpose
from reminders.store.queries import client_pages, consents, people
from reminders.web.client.aftercare_page import Hers, back
from reminders.web.client.page import door, say_day
from reminders.web.client.preferences import opened
from reminders.wording.phrases import Words

PASS = timedelta(minutes=10)
"""How long a page that was opened by a code may be used."""

NAMED = {Channel.SMS: "page.text", Channel.EMAIL: "page.email"}


def _why(hers: Hers) -> Response:
    ways = [channel.value for channel in hers.contacts() if channel not in hers.barred()]
    return hers.page("mine.html", ways=ways)


def _about(hers: Hers) -> str:
    return f"mine.{hers.client.id}"


def _ask(hers: Hers) -> Response:
    """Send a code to whichever of her contacts she chose."""
    channel = Channel.EMAIL if hers.visit.typed.get("by") == "email" else Channel.SMS
    if channel not in hers.contacts() or channel in hers.barred():
        return _why(hers)
    try:
        verification_codes.ask(
            hers.session,
            hers.visit.app.links,
            hers.client,
            channel,
            _about(hers),
            code_words(hers.words, hers.clinic.name),
            hers.now,
            browser=hers.visit.browser,
        )
    except TooOften:
        return hers.visit.problem(429, "too_often", hers.client.language)
    return hers.page("code.html", by=channel.value, fault=None)


def code_words(words: Words, clinic: str) -> Say:
    """Return what words a code, as a text or with a subject as an email."""

    def say(code: str) -> tuple[str, str]:
        text = words("code.text", clinic=clinic, code=code).unescape()
        return text, words("code.subject", clinic=clinic).unescape()

    return say


def _see(hers: Hers) -> Response:
    """Take the code, and show what we keep."""
    typed = "".join(filter(str.isdigit, hers.visit.typed.get("code", "")))
    answer = verification_codes.check(
        hers.session, hers.visit.app.links, _about(hers), typed, hers.now
    )
    if answer is not Answer.RIGHT:
        fault = hers.words(f"code.{answer}")
        return hers.page("code.html", 422, by=hers.visit.typed.get("by", "sms"), fault=fault)
    return hers.page("kept.html", **_kept(hers), token=_pass(hers, hers.now + PASS))


def _kept(hers: Hers) -> dict[str, Any]:
    words, client = hers.words, hers.client
    names = hers.visit.app.library.phrases.names
    treatments = people.treatments_of(hers.session, [client.id])
    said = [
        words(
            "hers.said_yes" if line.given else "hers.said_no",
            channel=words(NAMED[line.channel]),
            date=say_day(line.given_at.astimezone(hers.zone).date(), words),
        )
        for line in consents.ledger(hers.session, client.id)
        if line.purpose is Purpose.CARE
    ]
    return {
        "details": [
            ("name", f"{client.first_name} {client.last_name}".strip()),
            ("phone", show_phone(client.phone) if client.phone else "–"),
            ("address", client.email or "–"),
            ("language", names.get(client.language, client.language)),
        ],
        "visits": [say_day(treatment.treated_on, words) for treatment in treatments],
        "said": said,
        "sent": client_pages.left(hers.session, client.id),
    }


def _pass(hers: Hers, until: datetime) -> str:
    """Return what lets the page that a code opened go on for a few minutes."""
    moment = str(int(until.timestamp()))
    return f"{moment}.{hers.visit.app.links.seal(_about(hers), moment)}"


def _may(hers: Hers) -> bool:
    moment, _, _ = hers.visit.typed.get("pass", "").partition(".")
    if not moment.isdecimal() or int(moment) <= hers.now.timestamp():
        return False
    genuine = f"{moment}.{hers.visit.app.links.seal(_about(hers), moment)}"
    return hmac.compare_digest(genuine.encode(), hers.visit.typed["pass"].encode())


def _download(hers: Hers) -> Response:
    if not _may(hers):
        return _why(hers)
    held = retention.export(hers.session, hers.client, hers.now)
    words = json.dumps(held, default=str, indent=2, ensure_ascii=False)
    name = 'attachment; filename="my-data.json"'
    return Response(words, media_type="application/json", headers={"Content-Disposition": name})


def _erase(hers: Hers) -> Response:
    """Tell the clinic that she wants to be erased; a person does it."""
    if not _may(hers):
        return _why(hers)
    raise_alert(
        hers.session,
        hers.clinic.id,
        "erasure-asked",
        f"erasure-asked.{hers.client.id}",
        "A client asks to be erased",
        f"Client {hers.client.id} asks on her own page to have everything about her erased."
        " Please do so within a month, and tell her.",
        hers.now,
    )
    return back(hers, "asked")


ROUTES = [
    door("/a/{token}/mine", opened(_why)),
    door("/a/{token}/mine", opened(_ask), "POST"),
    door("/a/{token}/mine/see", opened(_see), "POST"),
    door("/a/{token}/mine/download", opened(_download), "POST"),
    door("/a/{token}/mine/erase", opened(_erase), "POST"),
]
