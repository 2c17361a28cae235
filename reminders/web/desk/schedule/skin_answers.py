"""The staff pages of what clients tell of their skin: who is worried, who sees to it, and what was done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.inbox import skin_answers
from reminders.monitoring.open_items import OpenItem
from reminders.rules.contacts import channel_of
from reminders.rules.roles import Role
from reminders.rules.skin_answers import SAID_LABELS, Outcome, day_of
from reminders.rules.terms import Channel
from reminders.rules.translation import gettext, gettext_noop
from reminders.rules.worry_alerts import worried_key
from reminders.store.database import reading, writing
from reminders.store.queries import alerts, people, staff
from reminders.store.queries import skin_answers as queries
from reminders.store.tables import Clinic, SkinAnswer, Treatment
from reminders.web.desk.labels import contact_shown
from reminders.web.desk.page import DeskRequest, desk_route


def moment_label(request: DeskRequest, moment: str) -> str:
    """Write when it was told: a milestone's name, or the day of what was told unasked."""
    if moment.startswith("own-"):
        return gettext("Day %(n)s", n=day_of(moment) or 0)
    return request.milestone(moment)


def worried(request: DeskRequest, need: OpenItem) -> tuple[str, str]:
    """Say on Today who is worried, on which day, and who sees to it."""
    day = moment_label(request, need.milestone)
    text = gettext("%(name)s is worried (%(day)s)", name=need.name, day=day)
    if need.taken_at is None:
        return text, gettext("nobody has taken it, not called yet")
    if not need.why:
        return text, gettext("taken, not called yet")
    return text, gettext("taken by %(name)s, not called yet", name=need.why)


def told(request: DeskRequest) -> Response:
    """Show what clients told last."""
    with reading(request.app.engine) as session:
        return request.page(
            "skin-answers.html",
            told=queries.told(session, request.clinic_id),
            labels={said: gettext(label) for said, label in SAID_LABELS.items()},
            moment=lambda moment: moment_label(request, moment),
        )


def show(request: DeskRequest) -> Response:
    """Show one answer: since when the client waits, whom to call, and what was done."""
    with reading(request.app.engine) as session:
        return _page(request, session, request.row(session, SkinAnswer))


def _page(request: DeskRequest, session: Session, answer: SkinAnswer) -> Response:
    client = people.client(session, answer.client_id)
    treatment = session.get(Treatment, answer.treatment_id)
    crew = {one.id: one.name for one, _ in staff.of_clinic(session, request.clinic_id)}
    return request.page(
        "skin-answer.html",
        answer=answer,
        client=client,
        treatment=treatment,
        protocol=request.app.library.protocols[treatment.protocol].name if treatment else "",
        label=gettext(SAID_LABELS[answer.said]),
        moment=moment_label(request, answer.moment),
        taker=crew.get(answer.taken_by or 0, ""),
        written=queries.written(session, answer.id),
        seconds=_seconds(session, answer, people.clinic(session, answer.clinic_id)),
    )


def _seconds(session: Session, answer: SkinAnswer, clinic: Clinic) -> list[dict[str, Any]]:
    """Return who was told second of a worry that waits, how and when, or that they were not yet."""
    if answer.worried_at is None or not answer.waits:
        return []
    key = worried_key(answer.id, answer.worried_at)
    return [
        {
            "to": contact_shown(one.address or clinic.email, clinic.country),
            "by_text": channel_of(one.address or "") is Channel.SMS,
            "sent_at": one.sent_at,
        }
        for one in alerts.of_worry(session, clinic.id, key)
    ]


def take(request: DeskRequest) -> Response:
    """Let it be seen by all that somebody sees to it."""

    def act(_: Session, answer: SkinAnswer, now: datetime) -> str:
        skin_answers.take(answer, request.signed_in.staff.id, now)
        return gettext_noop("took a worried client")

    return _act(request, act)


def close(request: DeskRequest) -> Response:
    """Note what was done, in one line; a client who was not reached waits on."""
    note, mine = request.typed("note"), request.signed_in.staff.id

    def act(session: Session, answer: SkinAnswer, now: datetime) -> str:
        if request.typed("outcome") == "not-reached":
            skin_answers.not_reached(answer, note, mine, now)
            return gettext_noop("called a client who did not answer")
        outcome = Outcome(request.typed("outcome"))
        skin_answers.close(session, answer, outcome, note, mine, now)
        if outcome is Outcome.CALLED:
            return gettext_noop("called a client about an answer")
        return gettext_noop("marked an answer as seen")

    if request.typed("outcome") not in {*Outcome, "not-reached"}:
        request.faults["outcome"] = gettext("Choose what you did.")
        return show(request)
    return _act(request, act)


def complication(request: DeskRequest) -> Response:
    """Mark that a treatment had a complication, or take that back; it is counted in the reports."""
    with writing(request.app.engine) as session:
        treatment = request.row(session, Treatment, lock=True)
        marked = request.typed("marked") == "yes"
        treatment.complication_at = request.now if marked else None
        what = (
            gettext_noop("marked a complication")
            if marked
            else gettext_noop("unmarked a complication")
        )
        request.record(session, what, Treatment, treatment.id)
        to = f"/clients/{treatment.client_id}"
    return request.redirect(request.back(to), "saved")


def _act(request: DeskRequest, act: Any) -> Response:
    with writing(request.app.engine) as session:
        answer = request.row(session, SkinAnswer, lock=True)
        request.record(session, act(session, answer, request.now), SkinAnswer, answer.id)
        to = "/" if answer.closed_at else f"/skin/{answer.id}"
    return request.redirect(to, "saved")


ROUTES = [
    desk_route("/skin", told, Role.VIEWER),
    desk_route("/skin/{id:int}", show, Role.VIEWER),
    desk_route("/skin/{id:int}/take", take, Role.STAFF, "POST"),
    desk_route("/skin/{id:int}/done", close, Role.STAFF, "POST"),
    desk_route("/treatments/{id:int}/complication", complication, Role.STAFF, "POST"),
]
