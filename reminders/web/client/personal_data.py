"""Let clients see and download what is stored about them, once a code verifies who asks."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from reminders.consent import verification_codes
from reminders.consent.verification_codes import Answer, Say, TooOften
from reminders.enrolment.texted_countries import texted_by
from reminders.monitoring.alerts import raise_alert
from reminders.privacy import retention
from reminders.rules.contacts import show_phone
from reminders.rules.countries import region_of
from reminders.rules.terms import Act, Channel, Purpose
from reminders.rules.text_names import Named, name_in_texts
from reminders.rules.translation import gettext
from reminders.shapes.people import ClientExport
from reminders.store.queries import client_pages, consents, people
from reminders.web.client.aftercare_page import AftercarePage, back
from reminders.web.client.page import page_route, say_day
from reminders.web.client.preferences import BOXES, with_open_page
from reminders.wording.phrases import Words

PASS = timedelta(minutes=10)
"""How long a page that was opened by a code may be used."""


def _why(page: AftercarePage, status: int = 200) -> Response:
    texts_refused = _texts_refused(page)
    return page.page("personal-data.html", status, ways=_ways(page), texts_refused=texts_refused)


def _ways(page: AftercarePage) -> list[Channel]:
    """Return by which channels a code can be sent."""
    refused = {*page.suppressed(), *([Channel.SMS] if _texts_refused(page) else [])}
    return [channel for channel in page.contacts() if channel not in refused]


def _texts_refused(page: AftercarePage) -> bool:
    """Say whether the client's number is of a country the clinic does not text."""
    number = page.contacts().get(Channel.SMS)
    return number is not None and region_of(number) not in texted_by(page.clinic)


def _about(page: AftercarePage) -> str:
    return f"mine.{page.client.id}"


def _ask(page: AftercarePage) -> Response:
    """Send a code to the contact the client chose."""
    channel = Channel.EMAIL if page.request.typed.get("by") == "email" else Channel.SMS
    if channel not in _ways(page):
        return _why(page, 422)
    try:
        verification_codes.send_code(
            page.session,
            page.request.app.links,
            page.client,
            channel,
            _about(page),
            code_words(page.words, page.clinic, channel),
            page.now,
            network_address=page.request.network_address,
        )
    except TooOften:
        return page.request.problem(429, "too_often", page.client.language)
    return page.page("personal-data-code.html", by=channel.value, fault=None)


def code_words(words: Words, clinic: Named, channel: Channel) -> Say:
    """Return what words a code: briefly as a text, or as an email with its subject."""
    texts = channel is Channel.SMS
    key, name = ("code.text", name_in_texts(clinic)) if texts else ("code.email_text", clinic.name)

    def say(code: str) -> tuple[str, str]:
        text = words(key, clinic=name, code=code).unescape()
        return text, words("code.subject", clinic=clinic.name).unescape()

    return say


def _see(page: AftercarePage) -> Response:
    """Check the code, and show what is stored."""
    typed = "".join(filter(str.isdigit, page.request.typed.get("code", "")))
    answer = verification_codes.check(
        page.session, page.request.app.links, _about(page), typed, page.now
    )
    if answer is not Answer.RIGHT:
        fault = page.words(f"code.{answer}")
        return page.page(
            "personal-data-code.html", 422, by=page.request.typed.get("by", "sms"), fault=fault
        )
    return page.page("personal-data-record.html", **_kept(page), token=_pass(page, page.now + PASS))


def _kept(page: AftercarePage) -> dict[str, Any]:
    words, client = page.words, page.client
    language = page.request.app.library.all_languages.get(client.language)
    treatments = people.treatments_of(page.session, [client.id])
    said = [
        words(
            "personal_data.said_yes" if line.given else "personal_data.said_no",
            channel=words(f"choices.{BOXES[line.channel]}"),
            date=say_day(line.given_at.astimezone(page.zone).date(), words),
        )
        for line in consents.ledger(page.session, client.id)
        if line.purpose is Purpose.CARE and line.act is not Act.UNMERGE
    ]
    return {
        "details": [
            ("name", f"{client.first_name} {client.last_name}".strip()),
            ("phone", show_phone(client.phone) if client.phone else "–"),
            ("address", client.email or "–"),
            ("language", language.name if language else client.language),
        ],
        "visits": [say_day(treatment.treated_on, words) for treatment in treatments],
        "said": said,
        "sent": client_pages.left(page.session, client.id),
    }


def _pass(page: AftercarePage, until: datetime) -> str:
    """Return a token that keeps the page open for a few minutes after the code."""
    moment = str(int(until.timestamp()))
    return f"{moment}.{page.request.app.links.seal(_about(page), moment)}"


def _may(page: AftercarePage) -> bool:
    moment, _, _ = page.request.typed.get("pass", "").partition(".")
    if not moment.isdecimal() or int(moment) <= page.now.timestamp():
        return False
    genuine = f"{moment}.{page.request.app.links.seal(_about(page), moment)}"
    return hmac.compare_digest(genuine.encode(), page.request.typed["pass"].encode())


def _download(page: AftercarePage) -> Response:
    if not _may(page):
        return _why(page)
    held = retention.export(page.session, page.client, page.now)
    words = ClientExport(**held).model_dump_json(indent=2)
    name = 'attachment; filename="my-data.json"'
    return Response(words, media_type="application/json", headers={"Content-Disposition": name})


def _erase(page: AftercarePage) -> Response:
    """Ask the clinic to erase the client; staff carry it out."""
    if not _may(page):
        return _why(page)
    number = page.client.id
    with page.alerting():
        subject = gettext("A client has asked for their data to be erased")
        body = gettext(
            "Client %(id)s has asked, on their own page, for all their data to be erased."
            " Please do so within a month, and tell the client.",
            id=str(number),
        )
    key = f"erasure-asked.{number}"
    raise_alert(page.session, page.clinic.id, "erasure-asked", key, subject, body, page.now)
    return back(page, "asked")


ROUTES = [
    page_route("/a/{token}/personal-data", with_open_page(_why)),
    page_route("/a/{token}/personal-data", with_open_page(_ask), "POST"),
    page_route("/a/{token}/personal-data/see", with_open_page(_see), "POST"),
    page_route("/a/{token}/personal-data/download", with_open_page(_download), "POST"),
    page_route("/a/{token}/personal-data/erase", with_open_page(_erase), "POST"),
]
