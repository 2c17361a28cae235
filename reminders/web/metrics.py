"""Prometheus metrics, counted from the database so that every process reports the same."""

from __future__ import annotations

import hmac
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from threading import Lock
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client import Counter as Counting
from prometheus_client.core import GaugeHistogramMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from reminders.app import App
from reminders.delivery import pauses
from reminders.delivery.failover import FailoverReport
from reminders.delivery.holds import Hold
from reminders.monitoring.status import OVERDUE
from reminders.store.database import reading
from reminders.store.queries import delivery, metrics, server
from reminders.store.queries.server import ServerFacts

FRESH = 10.0
"""Seconds an answer is good for: many may ask, the database is asked once."""

HOUR = timedelta(hours=1)

LATENESS = (1, 15, 60, 300, 900, 3600, 14400, 86400)
LATENCY = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Upper ends of buckets, in seconds."""

Gauge = GaugeMetricFamily
Metric = Gauge | GaugeHistogramMetricFamily

OURS = CollectorRegistry()
REJECTED = Counting(
    "reminders_webhook_rejections",
    "Requests to a hook that were not from whom they claimed to be, by this process",
    ["hook"],
    registry=OURS,
)


class MetricsCollector(Collector):
    """Ask the database, at most every few seconds."""

    def __init__(self, app: App) -> None:
        """Take whose database."""
        self._app = app
        self._lock = Lock()
        self._latest: list[Metric] = []
        self._asked_at = -FRESH

    def collect(self) -> Iterable[Metric]:
        """Return every metric, a few seconds old at most."""
        with self._lock:
            if time.monotonic() - self._asked_at >= FRESH:
                self._latest = list(_measure(self._app))
                self._asked_at = time.monotonic()
            return self._latest


def _measure(app: App) -> Iterator[Metric]:
    now = app.clock()
    with reading(app.engine) as session:
        beat = delivery.last_beat(session)
        age = (now - beat).total_seconds() if beat else float("inf")
        yield Gauge("reminders_heartbeat_age_seconds", "Since the last heartbeat", age)
        everyone = pauses.paused(session) is not None
        yield Gauge("reminders_paused", "Whether everything is paused", everyone)
        yield Gauge(
            "reminders_held", "Whether the database is held", Hold.read(session) is not None
        )
        failover = FailoverReport.read(session)
        yield Gauge(
            "reminders_failovers",
            "Times that another database server took over and lacked something",
            failover.number if failover else 0,
        )
        overdue = metrics.unexplained(session, now, OVERDUE)
        yield Gauge("reminders_overdue_unexplained", "Due and nobody sends them", overdue)
        due = metrics.backlog(session, now)
        yield _by("reminders_due", "Due now and not yet sent", ["channel"], due.items())
        yield from _connections(server.facts(session))
        yield from _tried(metrics.ended_attempts(session, now - HOUR))
        yield from _waits(metrics.waits(session, now - HOUR))
        lanes = [((lane.clinic_id, lane.channel), lane) for lane in metrics.lanes(session)]
        per_minute = ((key, lane.per_minute) for key, lane in lanes if lane.per_minute)
        held = ((key, lane.stopped_until is not None) for key, lane in lanes)
        of_lane = ["clinic", "channel"]
        yield _by("reminders_lane_per_minute", "A lane's rate limit", of_lane, per_minute)
        yield _by("reminders_lane_stopped", "Whether a fault stopped a lane", of_lane, held)
        spent = metrics.spent(session, now.date() - timedelta(days=35))
        months = (((str(row.clinic_id), f"{row.month_on:%Y-%m}"), row.segments) for row in spent)
        yield _by("reminders_segments", "Segments in a month", ["clinic", "month"], months)
        stops = metrics.stops(session)
        yield _by("reminders_stops", "Contacts not to be messaged", ["reason"], stops)


def _connections(found: ServerFacts | None) -> Iterator[Gauge]:
    """Count what all our processes hold together: small plans allow few."""
    if found is not None:
        mine, most = found.connections, found.connections_allowed
        yield Gauge("reminders_database_connections", "Connections we have to the database", mine)
        yield Gauge("reminders_database_connections_limit", "Connections its server allows", most)


def _by(name: str, words: str, labels: list[str], values: Iterable[tuple[Any, Any]]) -> Gauge:
    found = Gauge(name, words, labels=labels)
    for of, value in values:
        names = of if isinstance(of, tuple) else (of,)
        found.add_metric([str(name) for name in names], float(value))
    return found


def _tried(found: Iterable[metrics.AttemptCounts]) -> Iterator[Gauge]:
    sent: Counter[str] = Counter()
    failed: Counter[tuple[str, str, str]] = Counter()
    for one in found:
        if one.outcome == "accepted":
            sent[one.channel] += one.count
        else:
            failed[one.channel, one.outcome, one.code] += one.count
    why = ["channel", "outcome", "code"]
    yield _by("reminders_sent_last_hour", "Accepted by a provider", ["channel"], sent.items())
    yield _by("reminders_failed_last_hour", "Attempts that failed", why, failed.items())


def _waits(found: Iterable[tuple[str, timedelta, timedelta | None]]) -> Iterator[Metric]:
    late, slow = Counter[tuple[str, float]](), Counter[tuple[str, float]]()
    sums, channels = Counter[tuple[str, str]](), set()
    for channel, lateness, latency in found:
        channels.add(channel)
        late[channel, _bucket(lateness.total_seconds(), LATENESS)] += 1
        sums[channel, "late"] += lateness.total_seconds()  # type: ignore[assignment]
        if latency is not None:
            slow[channel, _bucket(latency.total_seconds(), LATENCY)] += 1
            sums[channel, "slow"] += latency.total_seconds()  # type: ignore[assignment]
    for name, words, ends, counts, which in (
        ("reminders_lateness_seconds", "From wanted to handed off, last hour", LATENESS, late, "late"),
        ("reminders_provider_seconds", "From handed off to answered, last hour", LATENCY, slow, "slow"),
    ):  # fmt: skip
        family = GaugeHistogramMetricFamily(name, words, labels=["channel"])
        for channel in sorted(channels):
            total, buckets = 0, []
            for end in (*ends, float("inf")):
                total += counts[channel, end]
                buckets.append(("+Inf" if end == float("inf") else str(end), total))
            family.add_metric([channel], buckets, sums[channel, which])
        yield family


def _bucket(seconds: float, ends: Iterable[float]) -> float:
    return next((end for end in ends if seconds <= end), float("inf"))


async def show(request: Request) -> Response:
    """Show the metrics to requests with the token; without a token set there is no such page."""
    app: App = request.app.state.app
    if refusal := refused(request, app.settings.metrics_token, "metrics"):
        return refusal
    try:
        told = await run_in_threadpool(_told, request)
    except (SQLAlchemyError, OSError):
        return PlainTextResponse("the database does not answer\n", 503)
    return PlainTextResponse(told, media_type="text/plain; version=0.0.4")


def _told(request: Request) -> bytes:
    state = request.app.state
    if not hasattr(state, "measuring"):
        state.measuring = CollectorRegistry(auto_describe=False)
        state.measuring.register(MetricsCollector(state.app))
    return generate_latest(state.measuring) + generate_latest(OURS)


def refused(request: Request, token: SecretStr, where: str) -> Response | None:
    """Return the answer to a request without the token, as ``Authorization: Bearer``; where no
    token is set there is no such page. None for a permitted request.
    """
    wanted = token.get_secret_value().encode()
    if not wanted:
        return Response(status_code=404)
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), wanted):
        return None
    REJECTED.labels(where).inc()
    return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})


ROUTES = [Route("/metrics", show, methods=["GET"])]
