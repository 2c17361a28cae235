"""SECRET_KEY is changed: everything that was sealed opens on, is sealed anew, and then needs no old key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlmodel import SQLModel

from reminders.app import App, build
from reminders.delivery import clinic_accounts
from reminders.endpoints import endpoints
from reminders.feeds import feeds
from reminders.intake import booking_sources
from reminders.links import Links
from reminders.resealing import SEALED, reseal
from reminders.rules.events import EventKind
from reminders.rules.terms import Reason
from reminders.rules.told_bookings import SourceKind
from reminders.staff.credentials import Sealer
from reminders.store.database import reading, writing
from reminders.store.queries import consents, people, sealed_secrets, sender_accounts
from reminders.store.tables import BookingSource, Endpoint, Feed, Staff
from tests.conftest import House, ana
from tests.support.desk import signed_in
from tests.support.doubles.twilio import SECOND_TOKEN
from tests.support.erasure import forget
from tests.support.two_accounts import add_bay

OLD, NEW = "o" * 40, "n" * 40
HOOK = "https://hooks.example/x"
CALENDAR = "https://calendar.example/private-0123456789/basic.ics"


@pytest.fixture
def with_keys(house: House) -> Iterator[Callable[..., App]]:
    """Return what builds the house under a key, and those before it."""
    apps: list[App] = []

    def under(key: str, older: str = "") -> App:
        given = house.app.settings.model_dump() | {"secret_key": key, "secret_key_old": older}
        apps.append(build(type(house.app.settings).model_validate(given), house.clock))
        return apps[-1]

    yield under
    for app in apps:
        app.close()


def fill(app: App, house: House) -> None:
    """Seal one of everything."""
    add_bay(app, house.clock())
    now, key = house.clock(), app.deliveries.sealing
    with writing(app.engine) as session:
        clinic = people.clinics(session)[0]
        feeds.add(session, app.sealing, clinic, CALENDAR, "sam", now)
        endpoints.add(session, app.sealing, clinic, HOOK, [EventKind.REPLY_RECEIVED], "sam", now)
        source = booking_sources.add(
            session, clinic, SourceKind.GENERIC, "", key, "sam", now
        ).source
        booking_sources.keep_secrets(session, source, "a-secret-of-theirs", "", key, "sam", now)
        account = sender_accounts.every(session)[0]
        its = clinic_accounts.sealing_of(app.sealing, account.clinic_id)
        account.auth_token_old, account.api_key = its.seal("before"), its.seal("SK1")
        account.api_secret, source.api_key = its.seal("S1"), key.seal("KEY")
        member = sealed_secrets.every(session, Staff)[0]
        member.totp_secret = Sealer(OLD).seal("SEED")


def secrets_in(app: App) -> list[str | None]:
    """Return everything that is sealed, opened by the ways that are used."""
    s = app.settings
    lock = Sealer(s.secret_key.get_secret_value(), s.older_keys)
    with reading(app.engine) as session:
        (account,) = sender_accounts.every(session)
        (feed,) = sealed_secrets.every(session, Feed)
        (source,) = sealed_secrets.every(session, BookingSource)
        (endpoint,) = sealed_secrets.every(session, Endpoint)
        (member,) = sealed_secrets.every(session, Staff)
    known = clinic_accounts.opened(account, app.sealing)
    told = endpoints.opened(endpoint, app.sealing)
    calendar = feeds.sealing_of(app.sealing, feed.clinic_id).opened(feed.address)
    of_source = [
        app.deliveries.sealing.opened(one) for one in (source.token, source.secret, source.api_key)
    ]
    accounts = (
        [known.auth_token, known.auth_token_old, known.api_key, known.api_secret]
        if known
        else [None] * 4
    )
    return [
        *accounts,
        calendar,
        *(told or [None] * 2),
        *of_source,
        lock.unseal(member.totp_secret or ""),
    ]


@pytest.fixture
def filled(house: House, with_keys: Callable[..., App]) -> list[str | None]:
    signed_in(house)
    app = with_keys(OLD)
    fill(app, house)
    return secrets_in(app)


def test_all_that_was_sealed_opens_on_and_then_without_the_old_key(
    filled: list[str | None], with_keys: Callable[..., App]
) -> None:
    assert None not in filled
    assert SECOND_TOKEN in filled
    assert set(secrets_in(with_keys(NEW))) == {None}, "the key was changed, and nothing else"
    both = with_keys(NEW, f"another-one {OLD}")
    assert secrets_in(both) == filled
    assert reseal(both.engine, both.sealing, both.settings) == len(filled)
    assert secrets_in(with_keys(NEW)) == filled
    assert set(secrets_in(with_keys(OLD))) == {None}
    assert reseal(both.engine, both.sealing, both.settings) == 0, "once"


def test_no_column_that_is_sealed_is_forgotten() -> None:
    """Whoever seals anything else has to seal it anew here, too."""
    named = {(model.__tablename__, column) for model, columns, _ in SEALED for column in columns}
    sealing = {
        (table.name, column.name)
        for table in SQLModel.metadata.sorted_tables
        for column in table.c
        if (table.name, column.name) in named
        or column.name in {"secret", "auth_token", "api_key", "token"}
    }
    assert sealing == named


def test_a_calendar_is_known_again_after_the_change(
    house: House, filled: list[str | None], with_keys: Callable[..., App]
) -> None:
    app = with_keys(NEW, OLD)
    reseal(app.engine, app.sealing, app.settings)
    with writing(app.engine) as session:
        clinic = people.clinics(session)[0]
        feeds.add(session, app.sealing, clinic, CALENDAR, "sam", house.clock())
        assert len(sealed_secrets.every(session, Feed)) == 1


def test_an_erased_clients_stop_is_found_under_the_key_before(
    house: House, with_keys: Callable[..., App]
) -> None:
    old = House(with_keys(OLD), house.clock, house.outbox)
    old.enrol(ana(date(2026, 3, 12)))
    with writing(old.engine) as session:
        consents.suppress(
            session, 1, "+447700900101", Reason.OPTED_OUT, source="text message", now=house.clock()
        )
    forget(old)
    for app, stopped in ((with_keys(NEW), False), (with_keys(NEW, OLD), True)):
        with writing(app.engine) as session:
            consents.recall(session, 1, ["+447700900101"])
            found = consents.suppressions_of(session, {"+447700900101"})
        assert bool(found) is stopped


def test_links_that_were_sent_lead_on(with_keys: Callable[..., App]) -> None:
    old, new = with_keys(OLD).links, with_keys(NEW, OLD).links
    assert new.client_of(old.unsubscribe_token(7)) == 7
    assert new.reminder_of(old.reference(7)) == 7
    assert new.client_of(new.unsubscribe_token(8)) == 8
    assert with_keys(NEW).links.client_of(old.unsubscribe_token(7)) is None
    assert new.client_of(Links("x" * 40, "https://a.example").unsubscribe_token(7)) is None
