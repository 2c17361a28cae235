"""The desk that the ``demo`` command serves: one clinic with some weeks of messages around
today."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import uvicorn
from sqlalchemy.orm import Session

from reminders.app import App, build, system_clock
from reminders.cli.common import out
from reminders.delivery import receipts
from reminders.delivery.receipts import Report
from reminders.enrolment import clinics, treatments
from reminders.enrolment.terms import ConsentAnswer, Enrolment
from reminders.inbox import replies, skin_answers, written_messages
from reminders.inbox.replies import InboundText
from reminders.rehearsal.demo_weeks import ANSWERED, CALLED, PEOPLE, UNREACHED, WROTE
from reminders.rehearsal.simulation import SetClock, play
from reminders.rules.roles import Role
from reminders.rules.skin_answers import Outcome, opened_at
from reminders.rules.terms import LEFT, Channel
from reminders.senders.twilio_errors import CODES
from reminders.settings import Settings
from reminders.staff import credentials, invitations
from reminders.store import migrations
from reminders.store.database import writing
from reminders.store.queries import client_messages, people, staff
from reminders.store.queries import skin_answers as queries
from reminders.store.tables import Clinic
from reminders.web import create_web
from reminders.web.desk.sign_in.demo_access import add_demo_sign_in
from reminders.worker import heartbeat

OWNER = "olive@rosewood.example"

BACK = timedelta(days=40)
"""How far back the weeks begin: before the first treatment's first message."""

CLINIC = {
    "name": "Rosewood Skin",
    "time_zone": "Europe/London",
    "phone": "020 7946 0018",
    "email": "desk@rosewood.example",
    "address": "18 Rose Street, London",
}


def serve_desk(folder: Path, port: int) -> None:
    """Play the past weeks, then serve the desk until Ctrl-C; nothing is sent."""
    with _port_socket(port) as door:
        settings = Settings(
            database_url=f"sqlite:///{folder / 'desk.db'}",
            outbox_dir=folder / "desk outbox",
            public_url=f"http://localhost:{door.getsockname()[1]}",
        )
        clinic_id = _seed(settings)
        app = build(settings)
        try:
            web = create_web(app, lambda: heartbeat(app, "demo"))
            link = add_demo_sign_in(web, app, OWNER, clinic_id)
            out.print(
                "\n[bold]The staff app[/bold], with some weeks of past and scheduled messages:"
            )
            out.print(f"  {link}", soft_wrap=True)
            out.print("The Outbox page shows every text and email. Press Ctrl-C to stop.")
            _serve_on(web, door)
        finally:
            app.close()


def _port_socket(port: int) -> socket.socket:
    """Return the usual port, or any free one where that is taken."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError:
        return socket.create_server(("127.0.0.1", 0))


def _serve_on(web: object, door: socket.socket) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)  # uvicorn raises it again once it has ended well
    config = uvicorn.Config(web, access_log=False, log_level="error", timeout_graceful_shutdown=2)  # type: ignore[arg-type]
    uvicorn.Server(config).run(sockets=[door])


def _seed(settings: Settings) -> int:
    """Play some weeks up to now, with what went wrong and who wrote; return the clinic's id."""
    now = system_clock()
    clock = SetClock(now - BACK)
    app = build(settings, clock)
    try:
        migrations.migrate(app.engine)
        with writing(app.engine) as session:
            clinic = clinics.add(session, CLINIC, clock(), live=True)
            _invite(session, clinic, clock())
            treatments.enrol(session, app.library, clinic, list(_demo_clients(now.date())), clock())
        play(app.engine, app.dispatcher("demo"), clock, now)
        with writing(app.engine) as session:
            _report(session, now)
            _reply(app, session, now)
            _answer(app, session, clinic, now)
        app.alert_sender().run()
        return clinic.id
    finally:
        app.close()


def _demo_clients(today: date) -> Iterator[Enrolment]:
    """Return everyone, on numbers and addresses that are nobody's."""
    asked_at = datetime.combine(today, time(12), tzinfo=UTC) - BACK
    yes = tuple(
        ConsentAnswer(channel, given=True, given_at=asked_at, source="paper form")
        for channel in Channel
    )
    for number, (first, last, days, hour) in enumerate(PEOPLE):
        yield Enrolment(
            first_name=first,
            last_name=last,
            protocol="skin-needling",
            treated_on=today + timedelta(days=days),
            starts=time(hour),
            phone=f"+4477009003{number:02}",
            email=f"client{number}@mail.example",
            consents=yes,
        )


def _invite(session: Session, clinic: Clinic, now: datetime) -> None:
    """Let the demo's owner belong to the clinic, with a password nobody knows."""
    token = invitations.invite(session, clinic, OWNER, Role.OWNER, now)
    session.flush()
    invitation = invitations.find(session, token, now)
    assert invitation is not None
    invitations.accept(session, invitation, "Olive Hart", credentials.new_token(), now)


def _report(session: Session, now: datetime) -> None:
    """Let the provider report on every text: most arrived, the last of some did not."""
    codes = dict(UNREACHED)
    for client in people.clients_of(session):
        texts = [
            (step.reminder, step.attempts[-1].attempt)
            for step in client_messages.steps(session, client.id)
            if step.reminder.channel is Channel.SMS
            and step.reminder.status in LEFT
            and step.attempts
        ]
        for place, (reminder, attempt) in enumerate(texts, 1):
            code = codes.get(client.first_name, "") if place == len(texts) else ""
            status = "undelivered" if code else "delivered"
            token = f"{reminder.id}.{attempt.claim}"
            meaning = CODES.get(int(code)) if code else None
            at = min(now, attempt.handoff_at + timedelta(seconds=4))
            receipts.record_receipt(
                session, Report(token, f"demo-{reminder.id}", status, code, meaning), at
            )


def _reply(app: App, session: Session, now: datetime) -> None:
    for first_name, minutes, body in WROTE:
        client = next(c for c in people.clients_of(session) if c.first_name == first_name)
        inbound = InboundText(f"demo-{first_name}", client.phone or "", body)
        replies.handle_text(session, app.answers, inbound, now - timedelta(minutes=minutes))


def _answer(app: App, session: Session, clinic: Clinic, now: datetime) -> None:
    """Let clients say on their pages how the skin is; the worried one of days ago was called."""
    zone, (owner, _) = ZoneInfo(clinic.time_zone), staff.of_clinic(session, clinic.id)[0]
    clients = {client.first_name: client for client in people.clients_of(session)}
    for first_name, ago, said, words in ANSWERED:
        client, at = clients[first_name], now - ago
        treatment, today = (
            next(people.treatments_of(session, [client.id])),
            at.astimezone(zone).date(),
        )
        if moment := opened_at(treatment.treated_on, today):
            queries.note_opening(session, treatment.id, moment)
        told = skin_answers.tell(session, app.answers, client, treatment, said, today, at)
        written_messages.take_message(
            session, app.answers, client, words, at, skin_answer_id=told.id
        )
        if told.waits and first_name in CALLED:
            called_at = at + timedelta(minutes=18)
            skin_answers.close(
                session, told, Outcome.CALLED, CALLED[first_name], owner.id, called_at
            )
