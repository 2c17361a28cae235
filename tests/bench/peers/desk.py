"""What a peer does for one reminder: read the row, word it, send it, mark it, commit."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from functools import lru_cache
from itertools import count
from threading import Event, local
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy.engine import make_url
from twilio.rest import Client

from reminders.links import Links
from reminders.rules import sending_hours
from reminders.rules.terms import Channel, ClinicFacts, Facts, Message
from reminders.wording.library import packaged
from reminders.wording.renderer import Renderer
from tests.bench.filling import NOW
from tests.bench.peers import order as told
from tests.bench.peers.order import Order, Watch

READ = """
SELECT r.id, r.client_id, r.clinic_id, r.milestone, r.channel, r.scheduled_at, r.stale_at,
       c.first_name, c.language, c.phone, c.email, t.protocol, t.treated_on, t.starts,
       k.name AS clinic_name, k.phone AS clinic_phone, k.email AS clinic_email, k.address,
       k.country, k.time_zone
FROM reminder r JOIN client c ON c.id = r.client_id JOIN treatment t ON t.id = r.treatment_id
JOIN clinic k ON k.id = r.clinic_id WHERE r.id = %s
"""
MARK = "UPDATE reminder SET status = 'accepted', settled_at = %s WHERE id = %s"
DUE = "SELECT id FROM reminder WHERE status = 'planned' AND due_at <= %s ORDER BY due_at, id"


class Desk:
    """One worker's means, a connection of each kind for every thread."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.done = Event()
        self.conninfo = conninfo(order.database_url)
        self._counted = count(1)
        self._own = local()
        library = packaged()
        self._renderer = Renderer(library, Links(told.SECRET, told.PUBLIC_URL))
        self.word(self.due()[0])
        self.watch = Watch(order)

    def due(self) -> list[int]:
        """Return what is due."""
        with self._database().cursor() as cursor:
            found = [row[0] for row in cursor.execute(DUE, (NOW,))]
        self._database().commit()
        return found

    def deliver(self, reminder_id: int) -> None:
        """See one reminder through, and tell when it was the last."""
        message = self.word(reminder_id)
        (self._text if message.channel is Channel.SMS else self._mail)(message)
        self._database().execute(MARK, (NOW, reminder_id))
        self._database().commit()
        if next(self._counted) == self.order.count:
            self.watch.end()
            self.done.set()

    def word(self, reminder_id: int) -> Message:
        """Read a reminder's row and word it."""
        row = self._database().execute(READ, (reminder_id,)).fetchone()
        facts = facts_of(row)
        return self._renderer.render(facts, NOW, facts.stale_at)

    def _text(self, message: Message) -> None:
        client: Client = self._mine("twilio", self._twilio)
        created = client.messages.create(to=message.to, from_=told.FROM, body=message.text)
        assert created.sid.startswith("SM")

    def _mail(self, message: Message) -> None:
        mail = EmailMessage()
        mail["From"] = f"{message.clinic_name} <{told.MAIL_FROM}>"
        mail["To"], mail["Reply-To"] = message.to, message.reply_to
        mail["Subject"], mail["Message-ID"] = message.subject, f"<{message.reference}@bench>"
        mail["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        mail.set_content(message.text)
        mail.add_alternative(message.html, subtype="html")
        connection: smtplib.SMTP = self._mine("smtp", self._smtp)
        connection.send_message(mail)

    def _mine(self, name: str, make: Callable[[], Any]) -> Any:
        """Return this thread's own, made when first needed."""
        if not hasattr(self._own, name):
            setattr(self._own, name, make())
        return getattr(self._own, name)

    def _database(self) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] = self._mine("database", self._connect)
        return connection

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.conninfo, row_factory=namedtuple_row)

    def _twilio(self) -> Client:
        return twilio_client(self.order)

    def _smtp(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.order.port)


def conninfo(url: str) -> str:
    """Return the address as the driver itself reads it."""
    address = make_url(url).set(drivername="postgresql")
    return address.render_as_string(hide_password=False)


def twilio_client(order: Order, http_client: Any = None) -> Client:
    """Return the official client, as its documentation makes it."""
    client = Client(told.ACCOUNT, told.TOKEN, http_client=http_client)
    client.api.base_url = f"http://127.0.0.1:{order.port}"
    return client


def facts_of(row: Any) -> Facts:
    """Return the facts the wording reads."""
    clinic = _clinic(
        row.clinic_id, row.clinic_name, row.clinic_phone, row.clinic_email, row.address, row.country,
        row.time_zone,
    )  # fmt: skip
    channel = Channel(row.channel)
    return Facts(
        reminder_id=row.id,
        client_id=row.client_id,
        claim="",
        clinic=clinic,
        protocol=row.protocol,
        milestone=row.milestone,
        channel=channel,
        scheduled_at=row.scheduled_at,
        stale_at=row.stale_at,
        attempts=0,
        first_name=row.first_name,
        language=row.language,
        contact=row.phone if channel is Channel.SMS else row.email,
        zone=clinic.zone,
        treated_on=row.treated_on,
        starts=row.starts,
        treatment_cancelled=False,
        consented=True,
        suppressed=None,
        superseded=False,
        texts_on=(),
    )


@lru_cache
def _clinic(
    number: int, name: str, phone: str, email: str, address: str, country: str, zone: str
) -> ClinicFacts:
    return ClinicFacts(
        clinic_id=number,
        name=name,
        phone=phone,
        email=email,
        address=address,
        country=country,
        live=True,
        hours=sending_hours.parse(sending_hours.USUAL),
        texts_per_day=1,
        texts_per_week=3,
        zone=ZoneInfo(zone),
    )
