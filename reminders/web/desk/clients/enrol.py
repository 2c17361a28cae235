"""Staff pages to enrol a client: a form, a preview of all messages, and a confirmation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from babel import Locale
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, Response

from reminders.consent.ledger import Proof
from reminders.enrolment import manual_entry
from reminders.enrolment.identification import SOMEBODY_NEW
from reminders.enrolment.terms import ConsentAnswer, Effect, Enrolment, EnrolmentResult
from reminders.rehearsal.late_milestones import late_milestones
from reminders.rehearsal.simulation import rehearse_change
from reminders.rules.contacts import read_email, read_name, read_phone, show_national
from reminders.rules.questions import Doubt
from reminders.rules.roles import Role
from reminders.rules.terms import LEFT, Act, Channel, InputError
from reminders.rules.translation import current_language, gettext, gettext_noop
from reminders.store.database import reading, writing
from reminders.store.queries.client_messages import steps as steps_of
from reminders.store.tables import Client, Treatment
from reminders.web.desk.clients.typed_dates import read_when
from reminders.web.desk.page import DeskRequest, desk_route
from reminders.web.desk.sign_in.access import address_of
from reminders.wording.dates import locale_of
from reminders.wording.languages import usual_language

FAR = timedelta(days=60)
"""How far the look ahead goes: beyond the last milestone."""

HOW = (
    (gettext_noop("The client signed the consent form"), gettext_noop("Signed form")),
    (gettext_noop("The client said so at the desk"), gettext_noop("In person")),
    (gettext_noop("The client said so on the phone"), gettext_noop("By phone")),
)
"""How a client gave consent: the source for the ledger, and the label of the choice."""

ADDED = {
    Effect.ADDED: gettext_noop("added (added)"),
    Effect.MOVED: gettext_noop("added (moved)"),
    Effect.UPDATED: gettext_noop("added (updated)"),
    Effect.UNCHANGED: gettext_noop("added (unchanged)"),
}
"""How the record of changes tells what an entry at the desk did."""

WHEN = (
    ("0", gettext_noop("Today")),
    ("-1", gettext_noop("Yesterday")),
    ("day", gettext_noop("Another day")),
)


@dataclass(frozen=True, slots=True)
class EnrolmentInput:
    """A form that was read."""

    enrolment: Enrolment

    @property
    def consented(self) -> set[Channel]:
        """Return the channels the client agrees to."""
        return {said.channel for said in self.enrolment.consents}


def form(request: DeskRequest) -> Response:
    """Show the empty form, or the one of a client who is known."""
    client_id = request.typed("client")
    known: Client | None = None
    if client_id.isdecimal():
        with reading(request.app.engine) as session:
            known = request.row(session, Client, int(client_id))
    return _form(request, known)


def _form(request: DeskRequest, known: Client | None = None) -> Response:
    library = request.app.library
    given = _given(known, request.signed_in.clinic.country)
    return request.page(
        "enrol.html",
        known=known,
        given=lambda name: request.typed(name) or given.get(name, ""),
        kinds=[(p.key, gettext(p.name)) for p in library.protocols.values()],
        languages=languages(request),
        hows=ways_to_consent(),
        whens=[(key, gettext(label)) for key, label in WHEN],
    )


def _given(known: Client | None, country: str) -> Mapping[str, str]:
    """Return what the form says before anything is typed."""
    usual = {"when": "0", "how": HOW[0][0], "language": usual_language(country)}
    if known is None:
        return usual
    theirs = {
        "first_name": known.first_name,
        "last_name": known.last_name,
        "phone": show_national(known.phone, country) if known.phone else "",
        "email": known.email or "",
        "language": known.language,
        "meant": str(known.id),
    }
    return usual | theirs


def ways_to_consent() -> list[tuple[str, str]]:
    """Return how a client may have given consent: as it is stored, and as staff read it."""
    return [(source, gettext(label)) for source, label in HOW]


def languages(request: DeskRequest) -> list[tuple[str, str]]:
    """Return the languages that messages are written in, with their names."""
    written = {
        code for key in request.app.library.protocols for code in request.app.library.languages(key)
    }
    desk = locale_of(current_language(), "")
    return [
        (code, str(Locale.parse(code, sep="-").get_display_name(desk))) for code in sorted(written)
    ]


def read(request: DeskRequest) -> EnrolmentInput:
    """Read what was typed; what is wrong stands in the visit's faults, by field."""
    country = request.signed_in.clinic.country or None
    first_name = request.read("first_name", read_name, empty="")
    if not first_name and "first_name" not in request.faults:
        request.faults["first_name"] = gettext("Enter the first name. Messages begin with it.")
    phone = request.read("phone", lambda text: read_phone(text, country).number)
    email = request.read("email", read_email)
    if not phone and not email and not request.faults.keys() & {"phone", "email"}:
        request.faults["phone"] = gettext("Enter a mobile number or an email address.")
    treated_on, starts = read_when(request)
    entered = Enrolment(
        first_name=first_name,
        last_name=request.read("last_name", read_name, empty=""),
        protocol=_protocol(request),
        treated_on=treated_on,
        starts=starts,
        phone=phone,
        email=email,
        language=request.typed("language") or "en",
    )
    meant = {"": None, "new": SOMEBODY_NEW}.get(chosen := request.typed("meant"), _number(chosen))
    return EnrolmentInput(replace(entered, consents=_said(request, entered), meant=meant))


def _number(typed: str) -> int | None:
    return int(typed) if typed.isdecimal() else None


def _protocol(request: DeskRequest) -> str:
    found = request.app.library.protocol_for(request.typed("kind"))
    if found is None:
        request.faults["kind"] = gettext("Choose a treatment type.")
    return found.key if found else ""


def _said(request: DeskRequest, entered: Enrolment) -> tuple[ConsentAnswer, ...]:
    """Return the client's consents for channels with a number or address, and their proof."""
    how = request.typed("how") or HOW[0][0]
    who = request.signed_in.staff.email
    proof = Proof(Act.DESK, how, recorded_by=who, network_address=address_of(request.http))
    wanted = ((Channel.SMS, "yes_sms", entered.phone), (Channel.EMAIL, "yes_email", entered.email))
    return tuple(
        ConsentAnswer(channel, given=True, given_at=request.now, source=how, proof=proof)
        for channel, name, contact in wanted
        if request.typed(name) and contact
    )


def check(request: DeskRequest) -> Response:
    """Preview every message the client will get, or why not, before anything is saved."""
    typed = read(request)
    if request.faults or request.typed("mend"):
        return _form(request)
    with reading(request.app.engine) as session:
        doubt = manual_entry.doubt_of(session, request.signed_in.clinic, typed.enrolment)
    if doubt is not None:
        return _ask(request, doubt)
    done, known = list[EnrolmentResult](), list[str]()
    lines = rehearse_change(
        request.app.engine,
        request.app.rehearsal_dispatcher,
        lambda session: _try(session, request, typed, done, known),
        *(request.now, request.now + FAR),
    )
    ours = [line for line in lines if line.treated_on == typed.enrolment.treated_on]
    return request.page(
        "enrol-preview.html",
        typed_all=_all(request),
        told=typed.enrolment,
        yes=typed.consented,
        done=done[0],
        known=known[0],
        going=[line for line in ours if line.status in LEFT],
        staying=[line for line in ours if line.status not in LEFT],
        late=late_milestones(ours, request.app.library.protocols, request.now),
    )


def _ask(request: DeskRequest, doubt: Doubt) -> Response:
    """Ask who is meant before anything is kept."""
    return request.page("known-contacts.html", doubt=doubt, typed_all=_all(request))


def _all(request: DeskRequest) -> list[tuple[str, str]]:
    """Return every field that was typed, to be carried along."""
    skip = {"csrf", "mend", "kept"}
    return [(k, v) for k, v in request.form.multi_items() if isinstance(v, str) and k not in skip]


def _try(
    session: Session,
    request: DeskRequest,
    typed: EnrolmentInput,
    done: list[EnrolmentResult],
    known: list[str],
) -> int:
    one = _enrol(session, request, typed)
    assert one.client is not None
    done.append(one)
    known.append(f"{one.client.first_name} {one.client.last_name}".strip())
    return one.client.id


def _enrol(session: Session, request: DeskRequest, typed: EnrolmentInput) -> EnrolmentResult:
    told = typed.enrolment
    if told.meant:
        told = replace(told, meant=request.row(session, Client, told.meant).id)
    clinic = request.signed_in.clinic
    return manual_entry.enrol(session, request.app.library, clinic, told, request.now)


def keep(request: DeskRequest) -> Response:
    """Keep it, and show what happens next."""
    typed = read(request)
    if request.faults or request.typed("mend"):
        return _form(request)
    with writing(request.app.engine) as session:
        done = _enrol(session, request, typed)
        if done.client is None:
            assert done.doubt is not None
            return _ask(request, done.doubt)
        request.record(session, ADDED.get(done.effect, done.effect), Client, done.client.id)
    treatment = f"?treatment={done.treatment.id}" if done.treatment else ""
    return request.redirect(f"/clients/{done.client.id}/enrolled{treatment}", "enrolled")


def say_phone(request: DeskRequest) -> Response:
    """Say, while it is typed, which number will be texted."""
    typed = request.typed("phone")
    try:
        found = read_phone(typed, request.signed_in.clinic.country or None)
    except InputError as error:
        return JSONResponse({"problem": error.problem})
    number = show_national(found.number, request.signed_in.clinic.country)
    words = gettext("Texts go to %(contact)s.", contact=number)
    if found.remark:
        words += " " + gettext("The number %(remark)s.", remark=gettext(found.remark))
    return JSONResponse({"words": words})


def confirmed(request: DeskRequest) -> Response:
    """Confirm an enrolment: the messages to come, the client's page to scan, the sheet to print."""
    with reading(request.app.engine) as session:
        client = request.row(session, Client)
        number = request.typed("treatment")
        treatment = request.row(session, Treatment, int(number)) if number.isdecimal() else None
        steps = [
            step for step in steps_of(session, client.id)
            if step.treatment is not None and treatment is not None and step.treatment.id == treatment.id
        ]  # fmt: skip
        return request.page("enrolled.html", client=client, treatment=treatment, steps=steps)


ROUTES: list[Any] = [
    desk_route("/enrol", form, Role.STAFF),
    desk_route("/enrol/phone", say_phone, Role.STAFF),
    desk_route("/enrol/check", check, Role.STAFF, "POST"),
    desk_route("/enrol", keep, Role.STAFF, "POST"),
    desk_route("/clients/{id:int}/enrolled", confirmed, Role.VIEWER),
]
