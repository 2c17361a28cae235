"""The staff page of senders: as whom the clinic's messages leave, with the doctor's findings beside it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.enrolment import clinic_senders as actions
from reminders.enrolment.clinic_senders import TypedAccount
from reminders.monitoring.checks import Check
from reminders.rules.clinic_senders import ELSEWHERE
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext
from reminders.store.database import reading, writing
from reminders.store.queries import people, sender_accounts
from reminders.store.tables import Clinic
from reminders.web.desk.page import DeskRequest, desk_route

PAGE = "/clinic/sender"


def show(request: DeskRequest) -> Response:
    """Show as whom messages leave, and the forms to change it."""
    return _page(request)


def check(request: DeskRequest) -> Response:
    """Show it with what the doctor finds. Takes some seconds, since other systems are asked."""
    from reminders.monitoring import check_up  # noqa: PLC0415 (slow to import)

    app = request.app
    accounts = app.clinic_accounts.every()
    found = check_up.senders(app.engine, app.settings, accounts, request.clinic_id)
    return _page(request, list(found))


def _page(request: DeskRequest, checks: list[Check] | None = None) -> Response:
    with reading(request.app.engine) as session:
        clinic = people.clinic(session, request.clinic_id)
        senders = actions.senders_of(session, clinic)
        own = {row.id: row.account_sid for row in sender_accounts.of_clinic(session, clinic.id)}
    by_country = dict(senders.by_country)
    usual = by_country.pop(ELSEWHERE, "")
    settings = request.app.settings
    shown = request.typed if request.faults else lambda _: None
    return request.page(
        "senders.html",
        account_sid=shown("account_sid") or own.get(senders.account_id or 0, ""),
        usual=shown("usual") or usual,
        countries=shown("countries")
        or "\n".join(f"{country} {named}" for country, named in by_country.items()),
        mail_from=shown("mail_from") or senders.mail_from,
        mail_name=shown("mail_name") or senders.mail_name,
        installation=settings.text_sender,
        installation_mail=settings.mail_from,
        checks=checks,
        live=settings.live,
    )


def change_texts(request: DeskRequest) -> Response:
    """Set the account and the senders of texts."""
    by_country = {ELSEWHERE: request.typed("usual")} | dict(_countries(request))
    return _changed(request, "texts", by_country)


def change_mail(request: DeskRequest) -> Response:
    """Set the address and name of emails."""
    return _changed(request, "mail", {})


def _changed(request: DeskRequest, what: str, by_country: dict[str, str]) -> Response:
    if request.faults:
        return _page(request)
    field = "mail_from"
    try:
        with writing(request.app.engine) as session:
            clinic = people.clinic(session, request.clinic_id)
            who, now = request.signed_in.staff.email, request.now
            if what == "mail":
                typed = request.typed("mail_from"), request.typed("mail_name")
                actions.use_mail(session, clinic, *typed, who, now)
            else:
                field = "account_sid"
                _change_account(request, session, clinic)
                field = "usual"
                actions.use_senders(session, clinic, by_country, who, now)
                actions.require_usual(clinic)
    except InputError as error:
        request.faults[field] = str(error)
        return _page(request)
    request.app.clinic_accounts.signing.forget()
    return request.redirect(PAGE, "sender-saved")


def _change_account(request: DeskRequest, session: Session, clinic: Clinic) -> None:
    account_sid, who, now = request.typed("account_sid").strip(), request.signed_in.staff.email, request.now  # fmt: skip
    if not account_sid:
        if clinic.account_id is not None:
            actions.leave_account(session, clinic, who, now)
        return
    secrets = (request.typed(name).strip() for name in ("auth_token", "api_key", "api_secret"))
    typed = TypedAccount(account_sid, *secrets)
    ours = request.app.settings.twilio_account_sid
    actions.use_account(session, request.app.sealing, clinic, typed, ours, who, now)


def _countries(request: DeskRequest) -> Iterator[tuple[str, str]]:
    """Read a line for each country: its two letters, and the sender."""
    for line in request.typed("countries").splitlines():
        country, _, named = line.strip().replace("=", " ").replace(":", " ").partition(" ")
        if country and not named.strip():
            request.faults["countries"] = gettext(
                "“%(line)s” names no sender. Write the country and the sender, for example: DE Rosewood.",
                line=line.strip(),
            )
        elif country:
            yield country.upper(), named.strip()


ROUTES = [
    desk_route(PAGE, show, Role.OWNER),
    desk_route(PAGE, change_texts, Role.OWNER, "POST"),
    desk_route(f"{PAGE}/emails", change_mail, Role.OWNER, "POST"),
    desk_route(f"{PAGE}/check", check, Role.OWNER, "POST"),
]
