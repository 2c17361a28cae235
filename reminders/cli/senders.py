"""The command for a clinic's senders: its own account, its senders by country, its email address."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table as Grid
from sqlalchemy.orm import Session

from reminders.app import App
from reminders.cli.common import AsJson, find_clinic, opened, out, print_json, stop
from reminders.enrolment import clinic_senders as actions
from reminders.enrolment.clinic_senders import TypedAccount
from reminders.rules.clinic_senders import ELSEWHERE
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext
from reminders.shapes.operation import ClinicSenders as Shape
from reminders.store.database import writing
from reminders.store.queries import sender_accounts
from reminders.store.queries.audit import COMMAND_LINE
from reminders.store.tables import Clinic

Texts = Annotated[
    str | None,
    typer.Option(
        metavar="SENDER",
        help="Number, short code, Messaging Service or name; '' for the installation's.",
    ),
]
Countries = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COUNTRY=SENDER", help="Another sender for a country: DE=Rosewood, or DE=."
    ),
]
Account = Annotated[
    str | None,
    typer.Option(
        metavar="SID",
        help="Its own Twilio account; the auth token is asked for. '' for the installation's.",
    ),
]
Key = Annotated[
    str | None,
    typer.Option(metavar="SID", help="With --account: sign in by it; its secret is asked for."),
]
From = Annotated[str | None, typer.Option(help="Address of emails; '' for the installation's.")]
Called = Annotated[str | None, typer.Option(help="Name in emails; '' for the clinic's.")]


def sender(
    name: Annotated[str, typer.Argument(help="The clinic's name.")],
    text: Texts = None,
    country: Countries = None,
    account: Account = None,
    api_key: Key = None,
    mail_from: From = None,
    mail_name: Called = None,
    as_json: AsJson = False,
) -> None:
    """Show or set the senders of a clinic's texts and emails. Secrets are asked for, or read from stdin."""
    typed = _typed_account(account, api_key) if account else None
    by_country = dict(_country_and_sender(one) for one in country or ())
    if text is not None:
        by_country[ELSEWHERE] = text
    with opened() as app, writing(app.engine) as session:
        clinic = find_clinic(session, name)
        try:
            if account is not None:
                _set_account(app, session, clinic, typed)
            if by_country:
                named = dict(actions.senders_of(session, clinic).by_country) | by_country
                actions.use_senders(session, clinic, named, COMMAND_LINE, app.clock())
            actions.require_usual(clinic)
            if mail_from is not None or mail_name is not None:
                _set_mail(app, session, clinic, mail_from, mail_name)
        except InputError as error:
            stop(error.problem, error.mend)
        session.flush()
        shape = _shape(session, clinic)
    if as_json:
        print_json(shape)
    else:
        out.print(_grid(shape))


def _set_account(app: App, session: Session, clinic: Clinic, typed: TypedAccount | None) -> None:
    if typed is None:
        actions.leave_account(session, clinic, COMMAND_LINE, app.clock())
        return
    ours = app.settings.twilio_account_sid
    actions.use_account(session, app.sealing, clinic, typed, ours, COMMAND_LINE, app.clock())


def _set_mail(
    app: App, session: Session, clinic: Clinic, address: str | None, name: str | None
) -> None:
    address = clinic.mail_from if address is None else address
    name = clinic.mail_name if name is None else name
    actions.use_mail(session, clinic, address, name, COMMAND_LINE, app.clock())


def _typed_account(account_sid: str, api_key: str | None) -> TypedAccount:
    """Ask for the secrets, which never stand on a command line."""
    token = _secret("Auth token")
    return TypedAccount(
        account_sid, token, api_key or "", _secret("API key secret") if api_key else ""
    )


def _secret(what: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return str(typer.prompt(what, hide_input=True, default="", show_default=False)).strip()


def _country_and_sender(text: str) -> tuple[str, str]:
    country, mark, named = (part.strip() for part in text.partition("="))
    if not mark or not country:
        stop(
            gettext("“%(words)s” sets no sender.", words=text),
            gettext("Write it like DE=Rosewood."),
        )
    return country.upper(), named


def _shape(session: Session, clinic: Clinic) -> Shape:
    senders = actions.senders_of(session, clinic)
    own = {row.id: row.account_sid for row in sender_accounts.of_clinic(session, clinic.id)}
    return Shape(
        clinic=clinic.name,
        account=own.get(senders.account_id) if senders.account_id else None,
        texts=senders.usual.sender,
        countries={country: named for country, named in senders.by_country if country},
        mail_from=senders.mail_from or None,
        mail_name=senders.mail_name or None,
    )


def _grid(shape: Shape) -> Grid:
    grid = Grid("What", "Sender")
    grid.add_row("Twilio account", shape.account or "the installation's")
    grid.add_row("Texts", escape(shape.texts) or "none is set")
    for country, named in shape.countries.items():
        grid.add_row(f"Texts to {country}", escape(named))
    grid.add_row("Emails from", escape(shape.mail_from or "the installation's address"))
    grid.add_row("Name in emails", escape(shape.mail_name or shape.clinic))
    return grid
