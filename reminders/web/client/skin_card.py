"""What a client's page shows of how the skin is: the question, the answer given, and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import structlog
from markupsafe import Markup

from reminders.inbox.skin_answers import asking
from reminders.rules import healing, red_flags, skin_answers
from reminders.rules.contacts import show_national
from reminders.rules.sending_hours import next_open, parse_emails
from reminders.rules.skin_answers import Said
from reminders.store.connections import AWAY, reason
from reminders.store.database import writing
from reminders.store.queries import consents
from reminders.store.queries import skin_answers as queries
from reminders.store.queries.clinic_facts import clinic_facts
from reminders.wording.day_advice import DayAdvice, day_advice

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from reminders.store.tables import SkinAnswer, Treatment
    from reminders.web.client.aftercare_page import AftercarePage

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SkinCard:
    """The question where one stands, else the answer that was given last."""

    question: bool
    answer: SkinAnswer | None
    when: str
    changeable_until: str
    read: bool


def takes_answers(page: AftercarePage) -> bool:
    """Say whether the page takes answers: after a visit, unless everything was stopped."""
    said = consents.consents_of(page.session, [page.client.id])
    own = {channel: yes for (_, channel), yes in said.items()}
    reach = frozenset(page.contacts())
    return page.last is not None and skin_answers.takes_answers(own, page.suppressed(), reach)


def today(page: AftercarePage) -> date:
    """Return the client's day."""
    day: date = page.now.astimezone(page.zone).date()
    return day


def card(page: AftercarePage) -> SkinCard | None:
    """Return what the page asks and has been told; None where it takes no answers."""
    if page.last is None or not takes_answers(page):
        return None
    stands = asking(page.session, page.last, today(page), page.now)
    answer = stands.current or (None if stands.question else stands.last)
    until = ""
    if answer is not None and answer is stands.current:
        until = page.localised(answer.answered_at + skin_answers.CHANGEABLE)
    return SkinCard(
        question=stands.question is not None,
        answer=answer,
        when=page.localised(answer.changed_at) if answer else "",
        changeable_until=until,
        read=answer is not None and answer.was_read,
    )


def advice_of(page: AftercarePage, treatment: Treatment, answer: SkinAnswer) -> dict[str, Any]:
    """Return what the page says to an answer."""
    if answer.said is Said.DESCRIBED:
        return {}
    days = max((today(page) - treatment.treated_on).days, 0)
    opens = _opens_at(page)
    told: dict[str, Any] = {
        "opens": page.localised(opens) if opens else "",
        "after_hours": page.clinic.after_hours_phone,
    }
    if told["after_hours"]:
        shown = show_national(told["after_hours"], page.clinic.country)
        told["after_hours_shown"] = shown.replace(" ", "\u00a0")
    if answer.said is Said.UNSURE:
        return told | {"advice": _day_advice(page, treatment, days)}
    lineage = page.request.app.library.protocols[treatment.protocol].lineage
    flags = red_flags.flags_at(days, lineage)
    return told | {
        "at_once": [page.words(f"flag.{flag.key}") for flag in flags if flag.emergency],
        "signs_listed": [page.words(f"flag.{flag.key}") for flag in flags if not flag.emergency],
    }


def _opens_at(page: AftercarePage) -> datetime | None:
    """Return when the clinic opens; None while it is open."""
    hours = parse_emails(page.clinic.opening_hours)
    opens = next_open(page.now, hours, ZoneInfo(page.clinic.time_zone))
    return opens if opens > page.now else None


def _day_advice(page: AftercarePage, treatment: Treatment, days: int) -> DayAdvice:
    """Return the words of the day's message, else those of the page itself."""
    clinic = page.clinic
    known = {
        "first_name": page.client.first_name,
        "when": "",
        "date": "",
        "emergency": page.emergency() or page.words("call.emergency_unknown"),
        "page_url": f"/a/{page.request.token}",
        "per_week": clinic.texts_per_week,
        "clinic": {
            "name": clinic.name,
            "phone": show_national(clinic.phone, clinic.country),
            "dial": clinic.phone,
            "address": clinic.address,
        },
    }
    found = day_advice(
        page.request.app.library,
        clinic_facts(page.session, clinic),
        treatment.protocol,
        page.words.language,
        skin_answers.wording_at(days),
        known,
    )
    return found or _page_advice(page, page.now - treatment.ends_at)


def _page_advice(page: AftercarePage, since: timedelta) -> DayAdvice:
    stage = healing.stage_at(since).value
    lists = (
        Markup("<ul>{}</ul>").format(
            Markup().join(Markup("<li>{}</li>").format(line) for line in page.words.sentences(key))
        )
        for key in (f"normal.{stage}", f"call.{stage}")
    )
    return DayAdvice(*lists)


def opening_of(page: AftercarePage) -> tuple[int, str] | None:
    """Return the treatment and milestone within a day of which the page is opened, unless that is
    known; a program that asks for the head of a page opens nothing.
    """
    if page.last is None or page.request.http.method != "GET":
        return None
    moment = skin_answers.opened_at(page.last.treated_on, today(page))
    if moment is None or queries.is_opened(page.session, page.last.id, moment):
        return None
    return page.last.id, moment


def note_opening(engine: Engine, treatment_id: int, moment: str) -> None:
    """Note it for the clinic's figures; the page is shown whether that works or not."""
    try:
        with writing(engine) as session:
            queries.note_opening(session, treatment_id, moment)
    except AWAY as error:
        log.warning("page opening not noted", why=reason(error))


def last_answer(page: AftercarePage) -> SkinAnswer | None:
    """Return the answer the page speaks of."""
    shown = card(page)
    return shown.answer if shown else None
