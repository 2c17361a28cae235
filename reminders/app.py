"""Construct every part of the program from its settings; the only module that reads the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders import accounts
from reminders.delivery.clinic_accounts import ClinicAccounts
from reminders.delivery.dispatcher import Dispatcher
from reminders.delivery.failover import FailoverSettler
from reminders.delivery.history_watch import HistoryWatch
from reminders.delivery.holds import Hold, Suspicion
from reminders.delivery.pass_summary import PassSummary, log_settled
from reminders.delivery.queues import Rates
from reminders.delivery.redaction import redact
from reminders.delivery.restore_guard import RestoreGuard
from reminders.delivery.unknown_messages import UnknownMessages
from reminders.endpoints.posting import Poster
from reminders.endpoints.sending import EventSender
from reminders.feeds.fetching import Fetcher
from reminders.feeds.reading import FeedReader
from reminders.inbox.addressees import StopScope
from reminders.inbox.missed_texts import InboundTexts
from reminders.intake.arrivals import settle_interrupted
from reminders.intake.deliveries import Deliveries
from reminders.links import Links
from reminders.monitoring import alert_checks
from reminders.monitoring.alerts import AlertSender
from reminders.monitoring.checks import Check
from reminders.monitoring.heartbeat_ping import HeartbeatPing
from reminders.monitoring.likely_doubles import LikelyDoubles
from reminders.plans.time_zones import follow_zone_data
from reminders.privacy import outbox_files
from reminders.privacy.retention import erase_again
from reminders.rehearsal.simulation import AcceptingSender
from reminders.rules.reconciliation import PATIENCE, Patience
from reminders.rules.terms import Channel
from reminders.sealing import Sealing
from reminders.senders import Sender
from reminders.senders.email import probe as probe_mail
from reminders.settings import Settings
from reminders.startup import use_packaged_zones
from reminders.store.database import open_engine, server_of, writing
from reminders.store.erasure_log import noting
from reminders.wording.fixed_replies import FixedReplies
from reminders.wording.library import Library, packaged
from reminders.wording.renderer import Renderer

if TYPE_CHECKING:
    from reminders.senders.account import TwilioAccount

Clock = Callable[[], datetime]

BESIDE_PASSES = 2  # connections of a worker for beats and alerts; the rest are for its passes


def system_clock() -> datetime:
    """Return the current time (aware, UTC)."""
    return datetime.now(UTC)


@dataclass(frozen=True, eq=False)
class App:
    """All parts of the program, constructed for one set of settings."""

    settings: Settings
    clock: Clock = system_clock
    sends_only: bool = False
    doubles: LikelyDoubles = field(default_factory=LikelyDoubles, init=False)

    @cached_property
    def engine(self) -> Engine:
        """Return the database's engine; beside a worker's passes two connections are enough."""
        s = self.settings
        most = BESIDE_PASSES if self.sends_only else s.database_connections_web
        engine = open_engine(
            s.database_url,
            self.links.hash_key,
            older_hash_keys=self.links.older_hash_keys,
            text_sender=s.text_sender,
            connections=most,
            pooled=s.database_pooled,
        )
        return noting(engine, s.erasures_file)

    @property
    def direct_engine(self) -> Engine:
        """Return an engine for what needs a session of its own, such as new tables."""
        direct = self.settings.database_url_direct
        return open_engine(direct, self.links.hash_key) if direct else self.engine

    @cached_property
    def library(self) -> Library:
        """Return the protocols and their wording."""
        return packaged()

    @cached_property
    def links(self) -> Links:
        """Return what makes and verifies signed links."""
        s = self.settings
        return Links(s.secret_key.get_secret_value(), s.public_url, s.older_keys)

    @cached_property
    def renderer(self) -> Renderer:
        """Return what renders messages."""
        return Renderer(self.library, self.links)

    @cached_property
    def answers(self) -> FixedReplies:
        """Return what writes answers to texts, and alerts."""
        return FixedReplies(self.library)

    @property
    def twilio(self) -> TwilioAccount:
        """Return the Twilio account that sends texts."""
        return accounts.twilio(self.settings)

    @cached_property
    def clinic_accounts(self) -> ClinicAccounts:
        """Return what knows every account that texts leave by, and who may sign for it."""
        parts = self.engine, self.sealing, self.twilio, self.clock
        return ClinicAccounts(*parts, accounts.signing_tokens(self.settings))

    def senders(self) -> Mapping[Channel, Sender]:
        """Return a sender for each channel."""
        return accounts.senders(self.settings, self.links, self.clinic_accounts.every)

    def check_up(self, *, fix: bool = False) -> Iterator[Check]:
        """Run every check of the installation; with ``fix`` set Twilio's webhook for replies. Takes
        some seconds, since other systems are asked.
        """
        from reminders.monitoring import check_up  # noqa: PLC0415 (slow to import)

        yield from check_up.own_checks(self.engine, self.library, self.renderer, self.clock)
        if self.settings.live:
            probe = partial(probe_mail, accounts.mail_server(self.settings))
            parts = self.engine, self.settings, self.clinic_accounts.every(), probe
            yield from check_up.third_party_checks(*parts, fix=fix)
        else:
            yield check_up.unused()

    @property
    def rates(self) -> Rates:
        """Return how fast the installation's senders and clinics' own may be used."""
        return Rates(accounts.rates(self.settings), partial(accounts.own_rate, self.settings))

    def dispatcher(self, name: str = "worker", patience: Patience = PATIENCE) -> Dispatcher:
        """Return a dispatcher for the real database, clock and senders."""
        parts = self.engine, self.renderer, self.senders(), self.clock, name, log_settled, patience
        return Dispatcher(
            *parts,
            resend=self.settings.email_in_doubt == "resend",
            rates=self.rates,
            history=self.history,
            connections=self.settings.database_connections_worker - BESIDE_PASSES,
        )

    def alert_sender(self) -> AlertSender:
        """Return what sends alerts to staff and the operator."""
        return AlertSender(
            self.engine,
            self.senders(),
            self.clock,
            operator=self.settings.operator_email,
            pages_url=self.settings.public_url,
        )

    @cached_property
    def history(self) -> HistoryWatch:
        """Return what remembers for this process where its database last stood."""
        server = self.links.seal("server", server_of(self.settings.database_url))
        return HistoryWatch(server, watching=self.settings.live)

    @cached_property
    def sealing(self) -> Sealing:
        """Return what seals the secrets of other systems, each kind within a purpose of its own."""
        s = self.settings
        return Sealing(s.secret_key.get_secret_value(), "secrets", s.older_keys)

    @cached_property
    def feed_reader(self) -> FeedReader:
        """Return what reads calendars."""
        return FeedReader(self.engine, self.library, Fetcher(), self.sealing, self.clock)

    @cached_property
    def event_sender(self) -> EventSender:
        """Return what tells other systems what happens."""
        parts = self.engine, self.library, Poster(), self.sealing, self.clock
        return EventSender(*parts, self.settings.public_url, live=self.settings.live)

    @property
    def unknown_messages(self) -> UnknownMessages:
        """Return what finds messages that left and the database does not know of."""
        return UnknownMessages(self.renderer, lambda: self.senders()[Channel.SMS])

    @cached_property
    def restore_guard(self) -> RestoreGuard:
        """Return what checks whether this database may send at all."""
        url = self.settings.public_url
        return RestoreGuard(self.engine, self.unknown_messages, self.clock, url, self.history)

    @cached_property
    def inbound_texts(self) -> InboundTexts:
        """Return what handles incoming texts."""
        s = self.settings
        listed = self.clinic_accounts.every if s.live else None
        scope, redact = StopScope(s.opt_out_scope), s.twilio_redact
        return InboundTexts(self.engine, self.answers, self.clock, listed, scope, redact=redact)

    @cached_property
    def deliveries(self) -> Deliveries:
        """Return what takes in what booking systems deliver."""
        parts = self.sealing.within("booking source"), accounts.booking_systems(self.settings)
        return Deliveries(self.engine, self.library, self.clock, *parts)

    def raise_alarms(self) -> None:
        """Raise alerts for staff and operator; none while nothing is really sent."""
        if self.settings.live:
            with writing(self.engine) as session:
                alert_checks.raise_all(session, self.library, self.clock())

    @cached_property
    def heartbeat_ping(self) -> HeartbeatPing:
        """Return what calls the outside monitor while all is well."""
        return HeartbeatPing(self.engine, self.clock, self.settings.heartbeat_url)

    def hold(self, patience: Patience = PATIENCE) -> Hold | None:
        """Return why nothing may be sent now; None where it may, or where nothing is sent anyway.
        Raises ``SendError`` where Twilio has to be asked first and does not answer.
        """
        if not self.settings.live:
            return None
        held = self.restore_guard.check()
        if held is not None and held.suspicion is Suspicion.FAILOVER:
            held = self._failover_settler(patience).advance(held)
        if held is not None and held.suspicion is Suspicion.OLDER:
            self.engine.dispose()  # the address may lead to the newer server by now
        if held is None:
            self.inbound_texts.after_silence()
        return held

    def _failover_settler(self, patience: Patience) -> FailoverSettler:
        def read_first() -> int:
            self.dispatcher("failover", patience).look_up()
            return self.inbound_texts.catch_up()

        def release(session: Session, settled: datetime) -> None:
            self.restore_guard.release(session, settled)
            erase_again(session, self.clock())

        parts = (self.engine, self.unknown_messages, self.clock, patience, read_first, release)
        return FailoverSettler(*parts, resend=self.settings.email_in_doubt == "resend")

    def tick(self) -> PassSummary | Hold:
        """Make one pass where there is only cron, or return why nothing may go; raises as ``hold``."""
        follow_zone_data(self.engine, self.library, self.clock())
        self.raise_alarms()
        self.alert_sender().run()
        came = self.hold() or self.dispatcher("tick").run()
        self.inbound_texts.check_list()
        self.redact()
        settle_interrupted(self.engine, self.library, self.clock())
        self.deliveries.take_waiting()
        self.heartbeat_ping.beat()
        self.feed_reader.run()  # last, since somebody's slow calendar says nothing of our health
        self.event_sender.run()
        return came

    def redact(self) -> int:
        """Ask Twilio to delete the words of texts whose delivery has ended."""
        return redact(self.engine, self.senders()[Channel.SMS], self.clock)

    def rehearsal_dispatcher(self, engine: Engine, clock: Clock) -> Dispatcher:
        """Return a dispatcher for a copy of the database, which sends nothing."""
        return Dispatcher(engine, self.renderer, dict.fromkeys(Channel, AcceptingSender()), clock)

    def clear_outbox(self) -> int:
        """Remove what the outbox holds of erased clients, and return how many files."""
        return outbox_files.remove(self.engine, self.settings.outbox_dir, self.links)

    def close(self) -> None:
        """Close the connections to the database."""
        self.engine.dispose()


def build(settings: Settings, clock: Clock = system_clock, *, sends_only: bool = False) -> App:
    """Construct everything for these settings; nothing is contacted yet."""
    use_packaged_zones()
    return App(settings, clock, sends_only)
