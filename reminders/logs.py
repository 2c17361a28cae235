"""Write logs as one JSON line an event, with ids only and no personal details."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from traceback import extract_tb
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict


def log_to(stream: TextIO, level: str) -> None:
    """Write one JSON line an event, of ids and words of ours only."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _describe_error,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(stream),
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
    )
    for name in ("twilio", "apscheduler", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)


def report_faults(dsn: str) -> bool:
    """Report faults to Sentry too, with nothing but their kind and place; say whether its
    package is here to do so.
    """
    try:
        import sentry_sdk  # noqa: PLC0415 (an extra)
    except ImportError:
        return False
    sentry_sdk.init(
        dsn,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        default_integrations=False,
        before_send=_strip_error,
    )
    _REPORTERS.append(sentry_sdk.capture_exception)
    return True


_REPORTERS: list[Callable[[BaseException], object]] = []


def _strip_error(event: Any, _hint: object) -> Any:
    """Leave out an error's message and the request: both may name a client."""
    for one in event.get("exception", {}).get("values", ()):
        one["value"] = ""
    event.pop("request", None)
    return event


def _describe_error(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Describe an error by its kind and place alone: its message may hold a name or a number, since
    databases quote the rows they refuse.
    """
    if event.pop("exc_info", None):
        kind, error, trace = sys.exc_info()
        for report in _REPORTERS if error else ():
            report(error)  # type: ignore[arg-type]
        event["error"] = kind.__name__ if kind else str(error)
        event["where"] = [f"{f.filename}:{f.lineno} {f.name}" for f in extract_tb(trace)][-8:]
    return event
