"""Staff pages to compare, approve, restore and test versions of wording."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from starlette.responses import HTMLResponse, Response

from reminders.customisation import wording_versions
from reminders.monitoring.go_live_checklist import TESTED
from reminders.rules.list_cells import read_moment
from reminders.rules.roles import Role
from reminders.rules.terms import Channel, InputError, Message
from reminders.rules.wording import Key, Wording
from reminders.senders import SendError, send_alone
from reminders.store.database import reading, writing
from reminders.store.queries import audit, customisation
from reminders.store.queries.desk import NotAtClinic, row_of_clinic
from reminders.store.tables import Clinic
from reminders.store.tables import Wording as Version
from reminders.web.desk.messages.wording_list import editor
from reminders.web.desk.messages.wording_preview import (
    PARTS,
    key_of,
    sample_recipients,
    shown,
    typed_wording,
    wording_of,
)
from reminders.web.desk.page import DeskRequest, desk_route
from reminders.web.security_headers import EMAIL

AGAIN = timedelta(seconds=20)
"""Between two tests from one clinic: nobody needs more, and each costs money."""


def _key(version: Version) -> Key:
    return version.protocol, version.milestone, version.language


def show(visit: DeskRequest) -> Response:
    """Show a version beside the one before it, and whether it may be approved."""
    with reading(visit.app.engine) as session:
        version = row_of_clinic(session, visit.clinic_id, Version, visit.id)
        key = _key(version)
        on = sample_recipients(visit, session, key)
        versions = customisation.versions(session, visit.clinic_id, key)
        approved = customisation.approved(session, visit.clinic_id).get(key)
    older = next((one for one in versions if one.id < version.id), None)
    before, after = wording_of(visit, on.facts, older), customisation.words_of(version)
    return visit.page(
        "wording-version.html",
        version=version,
        versions=versions,
        approved=approved,
        older=older,
        diffs=[
            (part, list(wording_versions.changes(getattr(before, part), getattr(after, part))))
            for part in PARTS
        ],
        key=key,
        milestone=visit.app.library.protocols[key[0]].milestone(key[1]),
        review_by=(visit.now + wording_versions.USUAL_LIFE).date(),
        **shown(visit, on, after),
    )


def approve(visit: DeskRequest) -> Response:
    """Let a version be used from now on, if nothing forbids it."""
    today = visit.now.astimezone(visit.zone).date()
    review_by = visit.read(
        "review_by",
        lambda text: read_moment(text, visit.zone, day_comes_first=True, today=today).day,
    )
    if review_by is None:
        visit.faults.setdefault("review_by", "The day to read it again is missing. Write one.")
        return show(visit)
    try:
        with writing(visit.app.engine) as session:
            version = row_of_clinic(session, visit.clinic_id, Version, visit.id, lock=True)
            on = sample_recipients(visit, session, _key(version))
            if shown(visit, on, customisation.words_of(version))["preview"].stops:
                visit.faults["approve"] = "It cannot go out as it is. Mend what is marked first."
            else:
                who = visit.signed_in.staff.email
                wording_versions.approve(session, on.clinic, version, review_by, who, visit.now)
    except InputError as error:
        visit.faults["review_by"] = str(error)
    return show(visit) if visit.faults else visit.redirect(f"/words/{visit.id}", "approved")


def restore(visit: DeskRequest) -> Response:
    """Make an older version the newest draft again."""
    with writing(visit.app.engine) as session:
        version = row_of_clinic(session, visit.clinic_id, Version, visit.id)
        key = _key(version)
        on = sample_recipients(visit, session, key)
        newest = customisation.versions(session, visit.clinic_id, key)[0].id
        said, who = customisation.words_of(version), visit.signed_in.staff.email
        fresh = wording_versions.write(session, on.clinic, key, said, newest, who, visit.now)
    return visit.redirect(f"/words/{fresh.id}", "saved")


def show_email(visit: DeskRequest) -> Response:
    """Show a version's email exactly as it is sent."""
    with reading(visit.app.engine) as session:
        version = row_of_clinic(session, visit.clinic_id, Version, visit.id)
        on = sample_recipients(visit, session, _key(version))
    email = shown(visit, on, customisation.words_of(version))["preview"].email
    if email is None:
        raise NotAtClinic
    return HTMLResponse(email.html, headers=EMAIL)


# --- a test -------------------------------------------------------------------------------


def send_test(visit: DeskRequest) -> Response:
    """Send what stands in the editor to oneself: the email to one's own address, the text to a
    number of the guest list.
    """
    key, said = key_of(visit), typed_wording(visit)
    with reading(visit.app.engine) as session:
        on = sample_recipients(visit, session, key)
        numbers = customisation.practice_recipients(session, visit.clinic_id)
        lately = audit.last(session, visit.clinic_id, list(TESTED.values()))
    by_email = visit.typed("test") == "email"
    to = visit.signed_in.staff.email if by_email else visit.typed("test")
    found = shown(visit, on, said)["preview"]
    message = found.email if by_email else found.text
    if not by_email and to not in numbers:
        visit.faults["test"] = "Tests go to your guests only. Add your number under Clinic."
    elif lately is not None and visit.now - lately < AGAIN:
        visit.faults["test"] = "A test left a moment ago. Wait a little before the next."
    elif message is None:
        visit.faults["test"] = "It cannot be sent as it is. Mend what is marked first."
    if visit.faults or message is None:
        return editor(visit, key, said)
    return _send(visit, key, said, replace(message, to=to))


def _send(visit: DeskRequest, key: Key, said: Wording, message: Message) -> Response:
    message = replace(
        message,
        reference=f"test.{visit.now:%Y%m%d%H%M%S}",
        expires_at=visit.now + timedelta(minutes=10),
    )
    try:
        asyncio.run(send_alone(visit.app.senders()[message.channel], message))
    except SendError as error:
        why = error.code or error.outcome
        visit.faults["test"] = f"It was not accepted ({why}). Ask whoever runs this."
        return editor(visit, key, said)
    with writing(visit.app.engine) as session:
        what = TESTED[Channel(message.channel)]
        visit.record(session, what, Clinic, visit.clinic_id, f"{key[1]} in {key[2]}")
    return editor(visit, key, said, said="The test is on its way to you.")


ROUTES = [
    desk_route("/words/test", send_test, Role.STAFF, "POST"),
    desk_route("/words/{id:int}", show, Role.VIEWER),
    desk_route("/words/{id:int}/approve", approve, Role.OWNER, "POST"),
    desk_route("/words/{id:int}/restore", restore, Role.STAFF, "POST"),
    desk_route("/words/{id:int}/email", show_email, Role.VIEWER),
]
