"""Our own worker: passes of the dispatcher until nothing is due."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Engine, text

from reminders.app import App, build
from reminders.logs import log_to
from reminders.senders.sms import AT_ONCE
from reminders.settings import Delivery, Settings
from reminders.store.column_types import Instant
from reminders.store.database import reading
from tests.bench.filling import NOW
from tests.bench.peers import order as told
from tests.bench.peers.order import Order, Watch, read_order


def settings_for(order: Order) -> Settings:
    """Return live settings, with the double in the provider's place."""
    return Settings(
        database_url=order.database_url,
        secret_key=SecretStr(told.SECRET),
        public_url=told.PUBLIC_URL,
        delivery=Delivery.LIVE,
        twilio_account_sid=told.ACCOUNT,
        twilio_auth_token=SecretStr(told.TOKEN),
        twilio_from=told.FROM,
        twilio_api_url=f"http://127.0.0.1:{order.port}",
        smtp_host="127.0.0.1",
        smtp_port=order.port,
        smtp_security="none",
        smtp_connections=AT_ONCE,
        mail_from=told.MAIL_FROM,
        sms_per_minute=1_000_000,
    )


def running_clock(began: float) -> datetime:
    """Tell a time that goes on from the moment everything is due."""
    return NOW + timedelta(seconds=time.monotonic() - began)


NEXT = text("SELECT min(due_at) AS at FROM reminder WHERE status = 'planned'").columns(at=Instant)


def is_due(engine: Engine, now: datetime) -> bool:
    """Say whether a reminder is left to deliver now."""
    with reading(engine) as session:
        due_at = session.scalar(NEXT)
    return due_at is not None and due_at <= now


def deliver(app: App, watch: Watch) -> None:
    """Make passes until nothing is due."""
    dispatcher = app.dispatcher()
    watch.begin()
    while is_due(app.engine, app.clock()):
        dispatcher.run()
    watch.end()


def main() -> None:
    order = read_order()
    began = order.began or time.monotonic()
    app = build(settings_for(order), lambda: running_clock(began))
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        log_to(nowhere, "info")
        deliver(app, Watch(order))
    app.close()


if __name__ == "__main__":
    main()
