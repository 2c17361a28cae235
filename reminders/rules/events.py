"""Events: what a clinic's other systems are told of, by the word it is told with."""

from __future__ import annotations

from enum import StrEnum


class EventKind(StrEnum):
    """What happened. The database itself writes each down, whichever way it came about."""

    TREATMENT_CHANGED = "treatment.changed"  # new, moved, cancelled, or seen at the desk
    CONSENT_GIVEN = "consent.given"
    CLIENT_STOPPED = "client.stopped"  # a no in the ledger, by whatever act
    CLIENT_MERGED = "client.merged"
    CLIENT_ERASED = "client.erased"
    REPLY_RECEIVED = "reply.received"
    REPLY_ALARM = "reply.alarm"  # its words hold a sign of alarm
    CLIENT_WORRIED = "client.worried"  # by a tap on their own page
    MESSAGE_UNDELIVERED = "message.undelivered"  # or failed, or nobody knows
    QUESTION_OPENED = "question.opened"
