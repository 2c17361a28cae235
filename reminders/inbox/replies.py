"""Act on one incoming text: opt-out, opt-in, help, or a reply for staff to read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy.orm import Session

from reminders.consent import ledger
from reminders.consent.ledger import Proof
from reminders.inbox.addressees import StopScope, addressed
from reminders.monitoring.alerts import raise_alert
from reminders.rules.keywords import Kind, read
from reminders.rules.terms import Act, Channel, ClinicFacts, Reason
from reminders.rules.text_names import name_in_texts
from reminders.rules.translation import gettext_noop
from reminders.store.queries import clinic_facts, consents, delivery, people, replies
from reminders.store.tables import Client
from reminders.wording.fixed_replies import FixedReplies

SOURCE = gettext_noop("text message")
"""Where a consent taken back or given by text is written down."""

TEXTED_STOPS = {SOURCE, "provider"}
"""Sources of an opt-out that START lifts: it was texted, to us or to the provider alone."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text that came in, by the provider's id. ``taken_for`` is what the provider took it for;
    ``answered`` says that the provider answers it by itself. ``came_at`` (UTC) is set where it is
    found late: it is acted on, but not answered, since a confirmation is allowed within five
    minutes only (47 CFR 64.1200(a)(12)). It was ``written_to`` a number (and the service that has it)
    of one of these ``accounts``: a clinic's own, or (None) the installation's.
    """

    provider_id: str
    contact: str
    body: str
    media: tuple[dict[str, str], ...] = ()
    taken_for: Kind | None = None
    answered: bool = False
    came_at: datetime | None = None
    written_to: tuple[str, ...] = ()
    accounts: frozenset[int | None] = frozenset({None})


_UNKEEPABLE = re.compile(r"[\x00\ud800-\udfff]")  # what no database keeps: halves of characters


def storable(words: str) -> str:
    """Return words without what no database keeps."""
    return _UNKEEPABLE.sub("", words)


def handle_text(
    session: Session,
    answers: FixedReplies,
    inbound: InboundText,
    now: datetime,
    scope: StopScope = StopScope.EVERYWHERE,
) -> str:
    """Act on a text, and return the immediate answer, if any; an opt-out goes as far as ``scope``.

    The same text handled again changes nothing and gets the same answer.
    """
    delivery.lock_contacts(session, [inbound.contact])
    before = replies.taken(session, inbound.provider_id)
    if before is not None:
        return before.answer
    taking = _ReplyContext(session, answers, inbound, now, scope)
    reply_id = taking.save()
    answer = taking.carry_out(reply_id) if inbound.came_at is None else taking.apply_late(reply_id)
    if answer:
        replies.note_answer(session, reply_id, answer)
    return answer


class _ReplyContext:
    """One incoming text, the clients with its number, and what is done about it."""

    def __init__(
        self,
        session: Session,
        answers: FixedReplies,
        inbound: InboundText,
        now: datetime,
        scope: StopScope,
    ) -> None:
        self._session = session
        self._answers = answers
        self._inbound = inbound
        self._now = now
        self._reading = read(inbound.body)
        self._scope = scope
        self._anywhere, self._written_to = addressed(
            session, inbound.contact, inbound.written_to, inbound.accounts
        )
        self._clients = [one for one in self._anywhere if one.clinic_id in self._written_to]
        self._stops = replies.stops_on(session, inbound.contact)

    @cached_property
    def _clinics(self) -> list[ClinicFacts]:
        """Return the clinics it was written to that know this number, the one whose text is answered
        first; all it was written to where none does, since each may come to have it on a list.
        """
        ids = [client.clinic_id for client in self._clients]
        return self._facts_of(ids or sorted(self._written_to))

    @cached_property
    def _stopping(self) -> list[ClinicFacts]:
        """Return the clinics whose texts a stop ends, the one it was written to first: also others that
        know the number, unless it is to end those of the number it was written to alone.
        """
        ids = [clinic.clinic_id for clinic in self._clinics]
        if self._scope is StopScope.EVERYWHERE:
            known = [client.clinic_id for client in self._anywhere]
            ids += known or [clinic.id for clinic in people.clinics(self._session)]
        return self._facts_of(ids)

    def _facts_of(self, ids: Sequence[int]) -> list[ClinicFacts]:
        known = clinic_facts.clinics_of(self._session, set(ids), self._now)
        return [known[clinic_id] for clinic_id in dict.fromkeys(ids)]

    @cached_property
    def _clinic_of_text(self) -> ClinicFacts | None:
        """Return the clinic of the text: none for an unknown number, unless there is only one
        clinic."""
        known = self._clients or len(self._clinics) == 1
        return self._clinics[0] if known else None

    @cached_property
    def _client(self) -> Client | None:
        found = [
            c
            for c in self._clients
            if self._clinic_of_text and c.clinic_id == self._clinic_of_text.clinic_id
        ]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _starting(self) -> list[Client]:
        """Return the clients a START opts in again: those who had agreed and opted out by text, on the
        number they have now. One they gave up may be somebody else's.
        """
        stops = {
            clinic_id
            for clinic_id, stop in self._stops.items()
            if stop.reason is Reason.OPTED_OUT and stop.source in TEXTED_STOPS
        }
        return [
            client
            for client in self._clients
            if client.phone == self._inbound.contact
            and client.clinic_id in stops
            and replies.agreed_before(self._session, client.id)
        ]

    @cached_property
    def _kind(self) -> Kind:
        kind = self._inbound.taken_for or self._reading.kind
        meant = kind is not Kind.START or self._starting or self._inbound.taken_for
        return kind if meant else Kind.REPLY

    def save(self) -> int:
        """Store the text."""
        row = {
            "provider_id": self._inbound.provider_id,
            "clinic_id": self._clinic_of_text.clinic_id if self._clinic_of_text else None,
            "client_id": self._client.id if self._client else None,
            "contact": self._inbound.contact,
            "body": self._inbound.body,
            "media": list(self._inbound.media),
            "kind": self._kind,
            "alarm": self._reading.alarm,
            "received_at": self._inbound.came_at or self._now,
            "sender": next(iter(self._inbound.written_to), ""),
            "account_id": next(iter(self._inbound.accounts), None),
        }
        return replies.keep(self._session, row)

    def apply_late(self, reply_id: int) -> str:
        """Act on the text without an answer."""
        self.carry_out(reply_id)
        return ""

    def carry_out(self, reply_id: int) -> str:
        """Act on the text, alert staff where needed, and return the answer to it."""
        if self._reading.alarm:
            self._alert("alarm", reply_id)
        match self._kind:
            case Kind.STOP | Kind.WRONG_NUMBER:
                return self._stop(reply_id)
            case Kind.START:
                return self._start()
            case Kind.HELP:
                return "" if self._inbound.answered else self._answer("help")
            case Kind.REPLY:
                return self._notify_staff(reply_id)

    def _stop(self, reply_id: int) -> str:
        """Withdraw everybody's consent to texts on this number and suppress it, for each clinic
        that it concerns; confirm what is new, once (47 CFR 64.1200(a)(12)).
        """
        contact, wrong = self._inbound.contact, self._kind is Kind.WRONG_NUMBER
        concerned = {clinic.clinic_id for clinic in self._stopping}
        for client in self._anywhere:
            if client.clinic_id in concerned and (not wrong or client.phone == contact):
                ledger.withdraw(
                    self._session, client, Channel.SMS,
                    source=SOURCE, now=self._now, act=Act.KEYWORD,
                )  # fmt: skip
        for clinic in self._stopping:
            consents.suppress(
                self._session, clinic.clinic_id, contact, Reason.OPTED_OUT,
                source=SOURCE, now=self._now,
            )  # fmt: skip
            if wrong or self._why(clinic) is Reason.WRONG_NUMBER:
                replies.mark_wrong_number(self._session, clinic.clinic_id, contact)
        if wrong and self._clients:
            self._alert("wrong-number", reply_id)
        if self._reading.may_mean_appointment and self._clients:
            self._alert("cancel", reply_id)
        stopped = {Reason.OPTED_OUT, Reason.WRONG_NUMBER}
        new = any(self._why(clinic) not in stopped for clinic in self._stopping)
        return self._confirm_stop() if new and not self._inbound.answered else ""

    def _why(self, clinic: ClinicFacts) -> Reason | None:
        stop = self._stops.get(clinic.clinic_id)
        return stop.reason if stop else None

    def _confirm_stop(self) -> str:
        if not self._clinic_of_text:
            return self._answers.write("stopped_nobody", "en", None)
        if self._kind is Kind.WRONG_NUMBER:
            return self._answer("wrong_number")
        return self._answer("stopped_cancel" if self._reading.may_mean_appointment else "stopped")

    def _start(self) -> str:
        """Lift the opt-out on the client's START; who confirmed the opt-out confirms this too."""
        for client in self._starting:
            ledger.record(self._session, client, Channel.SMS, Proof(Act.KEYWORD, SOURCE), self._now)
            consents.lift(self._session, client.clinic_id, self._inbound.contact)
        stop = replies.last_stop(self._session, self._inbound.contact)
        ours = bool(stop and stop.answer) or not self._inbound.answered
        return self._answer("started") if self._starting and ours else ""

    def _notify_staff(self, reply_id: int) -> str:
        if not self._reading.alarm:
            self._alert("reply", reply_id)
        contact, since = self._inbound.contact, self._now - ONE_DAY
        sender = next(iter(self._inbound.written_to), "")
        stopped = self._stops.keys() & self._written_to
        if stopped or replies.notified_since(self._session, contact, sender, since):
            return ""
        return self._answer("reply")

    def _answer(self, which: str) -> str:
        """Return an answer of the clinic whose text this is; one that sends nothing says
        nothing."""
        clinic = self._clinic_of_text
        if clinic is None or not clinic.live or clinic.halted:
            return ""
        language = self._clients[0].language if self._clients else "en"
        concerned = self._stopping if which in _FOR_STOPS else self._clinics
        others = map(name_in_texts, concerned[1:] if which in _FOR_ALL else ())
        return self._answers.write(
            which, language, clinic, ", ".join(others), contact=self._inbound.contact
        )

    def _alert(self, kind: str, reply_id: int) -> None:
        """Alert staff by email within a minute, once for a burst of texts."""
        clinic = self._clinic_of_text
        clinic_id = clinic.clinic_id if clinic else None
        subject, body = self._answers.alert(kind, clinic.country if clinic else "")
        minute = f"{self._now:%Y%m%d%H%M}"
        who = self._client.id if self._client else f"reply{reply_id}"
        key = f"{kind}-{clinic_id or 0}-{who}-{minute}"
        raise_alert(self._session, clinic_id, kind, key, subject, body, self._now)


_FOR_STOPS = frozenset({"stopped", "stopped_cancel", "wrong_number"})
_FOR_ALL = frozenset({"stopped", "stopped_cancel", "wrong_number", "started"})
"""What is said for every clinic that knows the number."""
