"""Self-enrolment pages at a clinic's own address: the form, the code and the link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from reminders.consent.verification_codes import Answer, TooOften
from reminders.enrolment import join_requests
from reminders.enrolment.join_closing import texts_closed
from reminders.enrolment.join_requests import JoinForm
from reminders.enrolment.texted_countries import texted_by
from reminders.rules.clinic_senders import ClinicSenders, unpack
from reminders.rules.contacts import clean, read_email, read_name, read_phone, show_phone
from reminders.rules.countries import region_of, takes_codes
from reminders.rules.terms import Channel, Discretion, InputError
from reminders.rules.translation import gettext, translated_to
from reminders.store.database import reading, writing
from reminders.store.queries import join_requests as queries
from reminders.store.queries import people
from reminders.store.tables import Clinic, JoinRequest
from reminders.web.client.page import ClientRequest, clinic_words, page_route
from reminders.web.client.personal_data import code_words
from reminders.wording.phrases import Words

FIELDS = {Channel.SMS: ("phone", "texts"), Channel.EMAIL: ("email", "emails")}
"""For each channel where its contact is written, and the box that says yes."""


@dataclass
class JoinContext:
    """A clinic's joining pages, as one visitor sees them."""

    request: ClientRequest
    session: Session
    clinic: Clinic
    words: Words
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Return where this clinic's joining pages are."""
        return f"/join/{self.clinic.slug}"

    def page(self, template: str, status: int = 200, /, **facts: Any) -> HTMLResponse:
        """Draw one of them."""
        known = {"clinic": clinic_words(self.clinic), "path": self.path, "here": self}
        return self.request.page(template, self.words, status, **known, **facts)

    def agreed(self, channel: Channel) -> str:
        """Return the exact words beside a box, as they are kept (CTIA, Messaging Principles
        5.1.1 and 5.1.2).
        """
        return Markup.unescape(self._agreed(channel, "{said} ({url})"))

    def shown(self, channel: Channel) -> Markup:
        """Return the same words as they are shown, with links in the place of addresses."""
        return self._agreed(channel, '<a href="{url}">{said}</a>')

    def _agreed(self, channel: Channel, link: str) -> Markup:
        at = (
            f"{self.request.app.settings.public_url}{self.path}/{{}}?language={self.words.language}"
        )
        sender = self._sender()
        links = {
            part: Markup(link).format(url=at.format(part), said=self.words(f"page.{part}"))  # noqa: S704
            for part in ("privacy", "terms")
        }
        return self.words(
            f"join.agree_{FIELDS[channel][1]}",
            clinic=self.clinic.name,
            per_week=self.clinic.texts_per_week,
            sender=self.words("join.sender", number=show_phone(sender)) if sender else "",
            **links,
        )

    def _sender(self) -> str:
        """Return the number that texts come from in the clinic's country, if it is one."""
        known = unpack(self.clinic.text_senders)
        ours = self.request.app.settings.twilio_from
        sender = ClinicSenders(ours, None, known).in_country(self.clinic.country).sender
        return sender if sender.startswith("+") else ""


Step = Callable[[JoinContext], Response]


def at_clinic(step: Step) -> Callable[[ClientRequest], Response]:
    """Return what answers at a clinic's address."""

    def answer(request: ClientRequest) -> Response:
        opened = writing if request.http.method == "POST" else reading
        try:
            with opened(request.app.engine) as session:
                return _step(session, request, step)
        except TooOften:
            return request.problem(429, "too_often")

    return answer


def _step(session: Session, request: ClientRequest, step: Step) -> Response:
    clinic = people.clinic_at(session, request.http.path_params["clinic"])
    if clinic is None:
        return request.wrong_link()
    return step(JoinContext(request, session, clinic, request.words_at(clinic)))


def _form(here: JoinContext, status: int = 200) -> Response:
    typed = here.request.typed
    return here.page(
        "join.html",
        status,
        typed=typed,
        faults=here.faults,
        languages=here.request.app.library.phrases.names,
        language=typed.get("language", here.words.language),
        agreed={box: here.shown(channel) for channel, (_, box) in FIELDS.items()},
    )


def _send(here: JoinContext) -> Response:
    form = _read(here)
    if form is not None and Channel.SMS in form.contacts and _texts_closed(here):
        here.faults["phone"] = here.words("join.texts_closed")
    if form is None or here.faults:
        return _form(here, 422)
    kept = join_requests.submit(
        here.session,
        here.request.app.links,
        here.clinic,
        form,
        _says(here, form.language),
        here.request.now,
        network_address=here.request.network_address,
    )
    ticket = here.request.app.links.token("joining", kept.id)
    return RedirectResponse(f"{here.path}/{ticket}?language={here.words.language}", 303)


def _read(here: JoinContext) -> JoinForm | None:
    """Read what was typed; None where ``here.faults`` says why not."""
    typed = here.request.typed
    name = _field(here, "name", read_name)
    last_name = _field(here, "last_name", read_name)
    if not clean(typed.get("name", "")):
        here.faults["name"] = here.words("join.no_name")
    readers: dict[Channel, Callable[[str], str]] = {
        Channel.SMS: partial(_number, here),
        Channel.EMAIL: read_email,
    }
    contacts: dict[Channel, str] = {}
    agreed: dict[Channel, str] = {}
    for channel, (place, box) in FIELDS.items():
        contact = _field(here, place, readers[channel])
        if box in typed and not contact:
            here.faults.setdefault(place, here.words(f"join.no_{place}"))
        elif contact and box not in typed:
            here.faults[box] = here.words(f"join.unticked_{box}")
        elif contact:
            contacts[channel], agreed[channel] = contact, here.agreed(channel)
    if not agreed and not here.faults:
        here.faults["phone"] = here.words("join.nothing")
    if here.faults:
        return None
    language = typed.get("language", "")
    known = language in here.request.app.library.phrases.names
    discreet = typed.get("discretion") == Discretion.DISCREET
    return JoinForm(
        first_name=name or "",
        last_name=last_name or "",
        contacts=contacts,
        agreed=agreed,
        language=language if known else here.words.language,
        discretion=Discretion.DISCREET if discreet else Discretion.PLAIN,
    )


def _field(here: JoinContext, name: str, read: Callable[[str], str]) -> str | None:
    text = clean(here.request.typed.get(name, ""))
    try:
        return read(text) if text else None
    except InputError:
        here.faults[name] = here.words(f"join.bad_{name}")
        return None


def _number(here: JoinContext, text: str) -> str:
    """Read a number codes may be sent to: of a country the clinic texts, and nobody's to earn by."""
    number = read_phone(text, here.clinic.country or None).number
    if region_of(number) not in texted_by(here.clinic):
        here.faults["phone"] = here.words("join.bad_country")
    elif not takes_codes(number):
        raise InputError(gettext("This number takes no codes."), gettext("Enter a mobile number."))
    return number


def _texts_closed(here: JoinContext) -> bool:
    staff = here.request.app.library.alert_translation(here.clinic.country)
    with translated_to(staff):
        return texts_closed(here.session, here.clinic.id, here.request.now)


def _says(here: JoinContext, language: str) -> dict[Channel, Callable[[str], tuple[str, str]]]:
    words = here.request.templates.phrasebook.words(language, here.clinic.country)
    clinic = here.clinic.name

    def email(link: str) -> tuple[str, str]:
        said = words("join.email_text", clinic=clinic, link=link)
        return Markup.unescape(said), Markup.unescape(words("join.email_subject", clinic=clinic))

    return {Channel.SMS: code_words(words, here.clinic, Channel.SMS), Channel.EMAIL: email}


def _ticket(here: JoinContext) -> JoinRequest | None:
    token = here.request.token
    number = here.request.app.links.number_of("joining", token)
    return _kept(here, number)


def _kept(here: JoinContext, number: int | None) -> JoinRequest | None:
    kept = queries.request(here.session, number) if number is not None else None
    return kept if kept and kept.clinic_id == here.clinic.id else None


def _waiting(here: JoinContext) -> Response:
    kept = _ticket(here)
    return _standing(here, kept) if kept else here.request.wrong_link()


def _standing(here: JoinContext, kept: JoinRequest, fault: str | None = None) -> Response:
    done = {channel.value: proven for channel, proven in join_requests.progress(kept).items()}
    return here.page("joined.html", 422 if fault else 200, done=done, fault=fault)


def _try_code(here: JoinContext) -> Response:
    kept = _ticket(here)
    if kept is None:
        return here.request.wrong_link()
    app, typed = here.request.app, here.request.typed.get("code", "")
    digits = "".join(filter(str.isdigit, typed))
    answer = join_requests.prove(
        here.session, app.library, app.links, kept, Channel.SMS, digits, here.request.now
    )
    fault = None if answer is Answer.RIGHT else here.words(f"code.{answer}")
    return _standing(here, kept, fault)


def _address(here: JoinContext) -> Response:
    kept = _kept(here, here.request.app.links.number_of("address", here.request.token))
    if kept is None:
        return here.request.wrong_link()
    here.words = here.request.words_at(here.clinic, kept.language)
    if kept.email_proven_at is not None:
        return _standing(here, kept)
    return here.page("confirm-address.html", agreed=kept.email_wording)


def _prove_address(here: JoinContext) -> Response:
    app = here.request.app
    kept = _kept(here, app.links.number_of("address", here.request.token))
    if kept is None:
        return here.request.wrong_link()
    link = f"{app.links.public_url}{here.path}/email/{here.request.token}"
    answer = join_requests.prove(
        here.session, app.library, app.links, kept, Channel.EMAIL, link, here.request.now
    )
    return _standing(here, kept) if answer is Answer.RIGHT else here.request.wrong_link()


def _said(template: str) -> Step:
    return lambda here: here.page(
        template, phone=clinic_words(here.clinic)["phone"], per_week=here.clinic.texts_per_week
    )


ROUTES = [
    page_route("/join/{clinic}", at_clinic(_form)),
    page_route("/join/{clinic}", at_clinic(_send), "POST"),
    page_route("/join/{clinic}/privacy", at_clinic(_said("privacy.html"))),
    page_route("/join/{clinic}/terms", at_clinic(_said("terms.html"))),
    page_route("/join/{clinic}/email/{token}", at_clinic(_address)),
    page_route("/join/{clinic}/email/{token}", at_clinic(_prove_address), "POST"),
    page_route("/join/{clinic}/{token}", at_clinic(_waiting)),
    page_route("/join/{clinic}/{token}", at_clinic(_try_code), "POST"),
]
